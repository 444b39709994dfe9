// Lets a thread go, so that another process can write it.
import type { Handler } from '../requestContext.ts';

export const threadRelease: Handler<'thread/release'> = async ({ connection, questions, threads }, params) => {
  const { threadId, force } = params;
  const table = await threads();
  const reason = await table.release(threadId, { by: connection.clientName, isForced: force === true });
  if (reason === null) return { isReleased: false };
  // the questions are kept for who takes the thread up; nobody can answer them here any more
  questions.turnCompleted(threadId);
  table.tellLost(threadId, reason);
  return { isReleased: true };
};
