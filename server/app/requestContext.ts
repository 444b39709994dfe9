// What a handler is given beside its params.

import type { ClientRequestMethod, ClientRequestParams, ClientRequestResult } from '../protocol/methods.ts';
import type { Reply } from '../rpc/incoming.ts';
import type { Connection } from './connection.ts';
import type { Fanout } from './fanout.ts';
import type { ServerRequests } from './serverRequests.ts';
import type { ThreadList, ThreadTable } from './threadTable.ts';
import type { AppWorld } from './world.ts';

export interface RequestContext {
  readonly connection: Connection;
  readonly app: AppWorld;
  readonly fanout: Fanout;
  readonly questions: ServerRequests;
  /** Resolves when the thread's requests that have arrived by now are answered. */
  settled(threadId: string): Promise<void>;
  /** The threads as they are listed and read; opens the store at the first call. Rejects with `storeUnavailable` while it cannot be opened. */
  threadList(): Promise<ThreadList>;
  /** The threads with all that they need to run something; loaded at the first call. */
  threads(): Promise<ThreadTable>;
}

/** Answers one method. What must come after the answer on the wire goes into a Reply. Throws a ProtocolError to refuse. */
export type Handler<M extends ClientRequestMethod> = (
  context: RequestContext,
  params: ClientRequestParams<M>,
) => Promise<ClientRequestResult<M> | Reply<ClientRequestResult<M>>>;
