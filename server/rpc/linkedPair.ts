// Two transports joined in memory: what one sends the other receives, as text and in order, like over a wire.
import type { JsonRpcMessage } from '../protocol/jsonrpc.ts';
import { asMessage } from './jsonlReader.ts';
import type { Transport, TransportEvents } from './transport.ts';

/** Both ends of an in-memory connection. */
export function linkedPair(): readonly [Transport, Transport] {
  const a = new LinkedEnd();
  const b = new LinkedEnd();
  a.other = b;
  b.other = a;
  return [a, b];
}

class LinkedEnd implements Transport {
  other: LinkedEnd | null = null;
  readonly backlogBytes = 0;
  #events: TransportEvents | null = null;
  #inbox: string[] = [];
  #paused = false;
  #isClosed = false;
  #scheduled = false;

  listen(events: TransportEvents): void {
    this.#events = events;
    this.#schedule();
  }

  send(message: JsonRpcMessage): void {
    if (!this.#isClosed) this.other?.deliver(JSON.stringify(message));
  }

  deliver(text: string): void {
    this.#inbox.push(text);
    this.#schedule();
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#schedule();
  }

  whenDrained(listener: () => void): void {
    listener();
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#events?.closed();
    this.other?.close();
  }

  abort(): void {
    this.#inbox = [];
    this.close();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.#drain();
    });
  }

  #drain(): void {
    while (this.#events !== null && !this.#paused && !this.#isClosed) {
      const text = this.#inbox.shift();
      if (text === undefined) return;
      const read = asMessage(JSON.parse(text));
      if ('fault' in read) this.#events.fault(read.fault);
      else this.#events.message(read.message);
    }
  }
}
