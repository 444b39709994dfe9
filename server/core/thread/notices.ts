// What the servers of a home tell each other about their threads: to all at once, without a connection and without being asked.
import type { ServerNotification } from '../../protocol/methods.ts';
import type { ThreadStatus } from '../../protocol/schema/thread.ts';

export interface NoticeListener {
  told(event: ServerNotification): void;
  /** A process has ended, or was found to have ended; these threads were its own. */
  ended(threadIds: readonly string[]): void;
}

export interface Notices {
  /** Tells the others, soon. What is told of a thread replaces what the same method told of it before. */
  tell(threadId: string, event: ServerNotification): void;
  listen(listener: NoticeListener): void;
  /** What the process said last of the thread's status. */
  status(threadId: string, pid: number): ThreadStatus | undefined;
}
