// What following needs of the world: a door of this process for the other servers of the home, and the way to theirs.
import type { OwnerDoor } from '../../core/thread/threadStore.ts';
import type { Transport } from '../../rpc/transport.ts';

export type Reached =
  | { readonly type: 'connected'; readonly transport: Transport }
  /** Nobody listens there: on the same machine its process has ended. */
  | { readonly type: 'closed' }
  | { readonly type: 'failed'; readonly reason: string };

export interface Neighbours {
  /** Takes connections from the first call on; null where that is not possible. Each is served as a client is. */
  open(serve: (transport: Transport) => Promise<void>): OwnerDoor | null;
  /** Goes to the door of another process; null: it has none. */
  reach(door: OwnerDoor | null): Promise<Reached>;
}
