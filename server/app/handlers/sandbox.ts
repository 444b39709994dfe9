// Answers sandbox/read: whether commands are contained on this machine, and what to do when they are not.
import type { Handler } from '../requestContext.ts';

export const sandboxRead: Handler<'sandbox/read'> = async ({ app }) => {
  const state = await app.sandbox();
  return state.type === 'available'
    ? { isAvailable: true, backend: state.backend, reason: null, remedy: null }
    : { isAvailable: false, backend: null, reason: state.reason, remedy: state.remedy };
};
