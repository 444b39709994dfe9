// Marks a thread as unread when a turn of it ends, and tells the clients.
import { messageOf } from '../protocol/errors.ts';
import type { ServerNotification } from '../protocol/methods.ts';
import type { TurnWorld } from '../core/turn/turnWorld.ts';

/** Follows what is told of the threads of this process. */
export function markUnread(
  world: Pick<TurnWorld, 'store' | 'ids' | 'log'>,
  event: ServerNotification,
  publish: (event: ServerNotification) => void,
): void {
  if (event.method !== 'turn/completed') return;
  const { threadId, turn } = event.params;
  try {
    const readState = world.store.shelf.noteUnread(threadId, turn.id, world.ids.next());
    if (readState !== undefined) publish({ method: 'thread/readState/changed', params: { threadId, readState } });
  } catch (error) {
    // the turn itself is kept; the mark comes with the next one
    world.log.warn('A thread could not be marked as unread.', { threadId, reason: messageOf(error) });
  }
}
