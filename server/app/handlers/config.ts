// The configuration: read, and written into the user's own file.
import { messageOf } from '../../protocol/errors.ts';
import type { Handler, RequestContext } from '../requestContext.ts';

export const configRead: Handler<'config/read'> = ({ app }, params) => app.configuration.read(params);

export const configValueWrite: Handler<'config/value/write'> = ({ app }, { filePath, expectedVersion, ...edit }) =>
  app.configuration.write({ edits: [edit], filePath, expectedVersion });

export const configBatchWrite: Handler<'config/batchWrite'> = async (context, params) => {
  const result = await context.app.configuration.write(params);
  if (params.reloadUserConfig === true) await reload(context);
  return result;
};

/** Loaded threads take over what was written, but for what they were opened with: model, effort, policies, instructions. */
async function reload({ app, threadList }: RequestContext): Promise<void> {
  const threads = await threadList();
  for (const id of threads.ids) {
    const thread = threads.get(id);
    if (thread === undefined) continue;
    try {
      const { settings } = thread;
      const { cwd, model, modelProvider, overrides } = settings;
      const now = await app.configuration.resolve({ cwd, model, modelProvider, config: overrides });
      const { disarmed, shellEnvironment, projectDocMaxBytes, contextWindow, verbosity } = now;
      const { autoCompactTokenLimit = null } = now;
      const limits = { contextWindow, autoCompactTokenLimit, projectDocMaxBytes };
      const next = { ...settings, ...limits, disarmed, shellEnvironment, verbosity };
      if (JSON.stringify(next) !== JSON.stringify(settings)) thread.change({ settings: next });
    } catch (error) {
      app.log.warn('A thread could not take over the new configuration.', { threadId: id, reason: messageOf(error) });
    }
  }
}
