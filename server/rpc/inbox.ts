// What has arrived and waits its turn: one message is handed on at a time, and a sender that is ahead is made to wait.
import type { JsonRpcMessage } from '../protocol/jsonrpc.ts';
import type { Transport } from './transport.ts';

/** With so much waiting nothing more is read; with half of it reading goes on. */
const MAX_MESSAGES = 256;
const MAX_BYTES = 8 * 1024 * 1024;

interface Arrived {
  readonly message: JsonRpcMessage;
  readonly bytes: number;
}

export class Inbox {
  readonly #transport: Transport;
  readonly #deliver: (message: JsonRpcMessage, bytes: number) => void;
  #waiting: Arrived[] = [];
  #bytes = 0;
  /** One message is handed on and has not been taken up. */
  #isBusy = false;
  #isHeld = false;
  #isPaused = false;

  constructor(transport: Transport, deliver: (message: JsonRpcMessage, bytes: number) => void) {
    this.#transport = transport;
    this.#deliver = deliver;
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0 && !this.#isBusy;
  }

  add(message: JsonRpcMessage, bytes: number): void {
    this.#waiting.push({ message, bytes });
    this.#bytes += bytes;
    this.#next();
    this.#regulate();
  }

  /** What was handed on last has been taken up. */
  taken(): void {
    this.#isBusy = false;
    this.#next();
    this.#regulate();
  }

  /** While it is held nothing is handed on. */
  hold(isHeld: boolean): void {
    this.#isHeld = isHeld;
    this.#next();
    this.#regulate();
  }

  #next(): void {
    if (this.#isBusy || this.#isHeld) return;
    const arrived = this.#waiting.shift();
    if (arrived === undefined) return;
    this.#isBusy = true;
    this.#bytes -= arrived.bytes;
    this.#deliver(arrived.message, arrived.bytes);
  }

  #regulate(): void {
    const part = this.#isPaused ? 0.5 : 1;
    const isPaused = this.#waiting.length > MAX_MESSAGES * part || this.#bytes > MAX_BYTES * part;
    if (isPaused === this.#isPaused) return;
    this.#isPaused = isPaused;
    if (isPaused) this.#transport.pause();
    else this.#transport.resume();
  }
}
