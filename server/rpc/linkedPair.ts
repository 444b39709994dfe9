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
  #events: TransportEvents | null = null;
  #inbox: string[] = [];
  #paused = false;
  #isClosed = false;
  #scheduled = false;
  /** Of what has arrived and was not taken yet. */
  #inboxLength = 0;
  #emptied: (() => void)[] = [];

  get backlogBytes(): number {
    return this.other?.inboxLength ?? 0;
  }

  get inboxLength(): number {
    return this.#inboxLength;
  }

  listen(events: TransportEvents): void {
    this.#events = events;
    this.#schedule();
  }

  send(message: JsonRpcMessage): void {
    if (!this.#isClosed) this.other?.deliver(JSON.stringify(message));
  }

  deliver(text: string): void {
    this.#inbox.push(text);
    this.#inboxLength += text.length;
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
    if (this.backlogBytes === 0 || this.other === null) listener();
    else this.other.onceEmptied(listener);
  }

  onceEmptied(listener: () => void): void {
    this.#emptied.push(listener);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#events?.closed();
    this.other?.close();
    this.#tellEmptied();
  }

  abort(): void {
    this.#inbox = [];
    this.#inboxLength = 0;
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
      if (text === undefined) break;
      this.#inboxLength -= text.length;
      const read = asMessage(JSON.parse(text));
      if ('fault' in read) this.#events.fault(read.fault);
      else this.#events.message(read.message, text.length);
    }
    if (this.#inboxLength === 0) this.#tellEmptied();
  }

  #tellEmptied(): void {
    for (const listener of this.#emptied.splice(0)) listener();
  }
}
