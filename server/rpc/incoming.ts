// What arrives as a request, and an answer with something to do after it.
import type { RequestId } from '../protocol/jsonrpc.ts';

/** A request of the other side. `id` is its id on the wire. */
export interface IncomingRequest {
  readonly id: RequestId;
  readonly method: string;
  readonly params: unknown;
}

/** A result with something to do once it has been sent: what must come after the answer on the wire. */
export class Reply<T = unknown> {
  readonly value: T;
  readonly after: () => void;

  constructor(value: T, after: () => void) {
    this.value = value;
    this.after = after;
  }
}
