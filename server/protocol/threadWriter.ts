// Who writes a thread, as one window sees it: this window, another process that is followed, or nobody at the moment.
import type { ServerNotification } from './methods.ts';
import type { ThreadLease } from './schema/thread.ts';

export type ThreadWriter =
  | { readonly type: 'here' }
  /** Another process: what it does is followed live, and may only be read. */
  | { readonly type: 'elsewhere'; readonly owner: ThreadLease }
  /** It has ended, or let go: the next message takes the thread. */
  | { readonly type: 'nobody' }
  /** Another process that cannot be followed: the thread is to be taken over before anything can be done. */
  | { readonly type: 'unreachable' };

export const WRITER_HERE: ThreadWriter = { type: 'here' };
export const WRITER_NOBODY: ThreadWriter = { type: 'nobody' };
export const WRITER_UNREACHABLE: ThreadWriter = { type: 'unreachable' };

/** By the `lease` of an opened thread; servers without leases do not give it. */
export function writerOf(lease: ThreadLease | null | undefined): ThreadWriter {
  return lease === null || lease === undefined ? WRITER_HERE : { type: 'elsewhere', owner: lease };
}

/** What a notification about the thread says of who writes it; the same object when it says nothing new. */
export function writerAfter(writer: ThreadWriter, { method, params }: ServerNotification): ThreadWriter {
  if (method === 'thread/closed') return WRITER_NOBODY;
  const isLetGo = method === 'thread/status/changed' && params.lease === null;
  return isLetGo && writer.type === 'elsewhere' ? WRITER_NOBODY : writer;
}

/** Whether messages may not be sent from here. */
export function isReadOnly({ type }: ThreadWriter): boolean {
  return type === 'elsewhere' || type === 'unreachable';
}

/** The program behind the name that a client gives itself. */
const PROGRAMS: Readonly<Record<string, string>> = { 'bowline-vscode': 'Bowline for VS Code' };

/** The other process, for people. */
export function ownerName({ client, pid }: ThreadLease): string {
  return `${PROGRAMS[client] ?? client}, process ${pid}`;
}
