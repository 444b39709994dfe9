// A permission profile in a change of settings, as the sandbox that it stands for.
import type { SettingsChange } from '../core/thread/changeSettings.ts';
import type { LiveThread } from '../core/thread/liveThread.ts';
import { ProtocolError } from '../protocol/errors.ts';
import type { RequestContext } from './requestContext.ts';

/** Throws ProtocolError invalidRequest for a profile that is not there, and for one beside a policy. */
export async function withProfile<T extends SettingsChange & { readonly permissions?: string | null | undefined }>(
  { app }: RequestContext,
  { settings }: LiveThread,
  change: T,
): Promise<T> {
  const { permissions, sandboxPolicy } = change;
  if (permissions === undefined || permissions === null) return change;
  if (sandboxPolicy !== undefined && sandboxPolicy !== null)
    throw new ProtocolError('invalidRequest', '`permissions` cannot be combined with `sandboxPolicy`');
  const { model, modelProvider, overrides } = settings;
  const cwd = app.absolutePath(change.cwd ?? settings.cwd);
  const resolved = await app.configuration.resolve({ cwd, model, modelProvider, config: overrides, permissions });
  return { ...change, sandboxPolicy: resolved.sandbox };
}
