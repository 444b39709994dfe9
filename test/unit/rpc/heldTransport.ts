// A transport whose other side takes what it is sent only when the test says so.
import type { JsonRpcMessage } from '../../../server/protocol/jsonrpc.ts';
import type { Transport, TransportEvents } from '../../../server/rpc/transport.ts';

export class HeldTransport implements Transport {
  /** What was accepted, in order. */
  readonly sent: any[] = [];
  backlogBytes = 0;
  isPaused = false;
  isAborted = false;
  events: TransportEvents | null = null;
  #drained: (() => void)[] = [];

  listen(events: TransportEvents): void {
    this.events = events;
  }

  send(message: unknown): void {
    this.sent.push(structuredClone(message));
    this.backlogBytes += JSON.stringify(message).length;
  }

  /** A message of the other side. */
  arrive(message: JsonRpcMessage, bytes = JSON.stringify(message).length): void {
    this.events?.message(message, bytes);
  }

  /** The other side takes all that was accepted. */
  drain(): void {
    this.backlogBytes = 0;
    for (const listener of this.#drained.splice(0)) listener();
  }

  whenDrained(listener: () => void): void {
    this.#drained.push(listener);
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
  }

  close(): void {
    this.events?.closed();
  }

  abort(): void {
    this.isAborted = true;
    this.events?.closed();
  }
}
