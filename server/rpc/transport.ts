// A transport: a reader and a writer of whole messages, in order, both ways.
import type { JsonRpcError, JsonRpcMessage } from '../protocol/jsonrpc.ts';

/** Why a piece of input is no message. The peer answers it with id null and goes on. */
export interface TransportFault {
  readonly code: 'parseError' | 'invalidRequest';
  readonly message: string;
}

/** What a transport tells its peer. Messages arrive in the order in which they were sent. */
export interface TransportEvents {
  /** `bytes`: how long it was on the wire. */
  message(message: JsonRpcMessage, bytes: number): void;
  fault(fault: TransportFault): void;
  /** No further message will come. Called once. */
  closed(): void;
}

/**
 * Carries whole messages. `send` keeps the order of its calls and never throws; what is sent after the close is dropped.
 * `pause` stops delivery until `resume`; it is how a slow receiver slows its sender down.
 */
export interface Transport {
  listen(events: TransportEvents): void;
  send(message: JsonRpcMessage | JsonRpcError): void;
  pause(): void;
  resume(): void;
  /** Bytes accepted by `send` that the other side has not taken yet. */
  readonly backlogBytes: number;
  /** Calls back once when the backlog has fallen to nothing. */
  whenDrained(listener: () => void): void;
  /** Ends the connection after what was sent has been written. */
  close(): void;
  /** Ends the connection at once; what has not been written is dropped. */
  abort(): void;
}
