// Putting items before the model that no message of the user is.
import type { Handler } from '../requestContext.ts';

export const threadInject_items: Handler<'thread/inject_items'> = async (context, { threadId, items }) => {
  const thread = (await context.threads()).need(threadId);
  thread.ensureWritable();
  // told with the turn that runs, else with the last one
  const turnId = thread.running?.id ?? thread.state.turns.at(-1)?.id ?? '';
  thread.remember(turnId, items);
  return {};
};
