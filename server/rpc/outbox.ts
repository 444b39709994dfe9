// What waits to be sent while the other side reads slowly: in order, bounded, and joined where that loses nothing.
import type { JsonRpcError, JsonRpcMessage, JsonRpcNotification } from '../protocol/jsonrpc.ts';
import { joined, jointOf } from './joinedNotification.ts';
import type { Transport } from './transport.ts';

/** All in characters of JSON text. */
export interface OutboxLimits {
  /** The transport is given more while it has less than this. */
  readonly window: number;
  /** With this much of answers waiting, nothing more should be asked. */
  readonly answers: number;
  /** A notification with which more than this waits ends the connection. */
  readonly all: number;
}

const MiB = 1024 * 1024;

export const OUTBOX_LIMITS: OutboxLimits = { window: MiB, answers: 8 * MiB, all: 32 * MiB };

/** Notifications grow to this length by joining, and no further: no reader, however slow, gets a longer delta than one that keeps up. */
const LONGEST_JOINED = 8192;

export interface OutboxEvents {
  /** So many answers wait that no more requests should be taken up; or that is over. */
  answersFull(isFull: boolean): void;
  /** The other side does not read. Everything that waited, `waiting` characters, has been dropped. */
  overflowed(waiting: number): void;
}

type Outgoing = JsonRpcMessage | JsonRpcError;

interface Waiting {
  message: Outgoing;
  length: number;
}

interface WaitingNotification extends Waiting {
  message: JsonRpcNotification;
}

export class Outbox {
  readonly #transport: Transport;
  readonly #events: OutboxEvents;
  readonly #limits: OutboxLimits;
  #queue: Waiting[] = [];
  /** Where the queue begins; what is before it has been sent. */
  #first = 0;
  #length = 0;
  #answersLength = 0;
  #isFull = false;
  #isOver = false;
  /** Waiting notifications that others can be joined to: those since the last message that must be told by itself. */
  readonly #open = new Map<string, WaitingNotification>();

  constructor(transport: Transport, events: OutboxEvents, limits: OutboxLimits = OUTBOX_LIMITS) {
    this.#transport = transport;
    this.#events = events;
    this.#limits = limits;
  }

  send(message: Outgoing): void {
    if (this.#isOver) return;
    if (this.#isEmpty && this.#hasRoom) {
      this.#transport.send(message);
      return;
    }
    const length = JSON.stringify(message).length;
    if ('method' in message && !('id' in message)) this.#notify(message, length);
    else this.#append({ message, length });
  }

  /** Hands over all that waits, room or not: the connection is about to end. */
  flush(): void {
    this.#isOver = true;
    for (const { message } of this.#queue.slice(this.#first)) this.#transport.send(message);
    this.#forget();
  }

  get #isEmpty(): boolean {
    return this.#first === this.#queue.length;
  }

  get #hasRoom(): boolean {
    return this.#transport.backlogBytes < this.#limits.window;
  }

  #notify(message: JsonRpcNotification, length: number): void {
    const joint = jointOf(message);
    const earlier = joint === null ? undefined : this.#open.get(joint.key);
    const whole = joint?.isSum === true ? (earlier?.length ?? 0) + length : length;
    if (joint !== null && earlier !== undefined && (!joint.isSum || whole <= LONGEST_JOINED)) {
      earlier.message = joined(earlier.message, message);
      this.#length += whole - earlier.length;
      earlier.length = whole;
    } else {
      const waiting = { message, length };
      this.#append(waiting);
      if (joint !== null) this.#open.set(joint.key, waiting);
    }
    if (this.#length > this.#limits.all) this.#overflow();
  }

  #append(waiting: Waiting): void {
    const wasEmpty = this.#isEmpty;
    if (!('method' in waiting.message) || jointOf(waiting.message) === null) this.#open.clear();
    this.#queue.push(waiting);
    this.#count(waiting, waiting.length);
    if (wasEmpty) this.#transport.whenDrained(() => this.#pump());
  }

  #pump(): void {
    while (!this.#isEmpty && this.#hasRoom) {
      const next = this.#queue[this.#first];
      if (next === undefined) break;
      this.#first += 1;
      this.#closeFor(next);
      this.#transport.send(next.message);
      this.#count(next, -next.length);
    }
    this.#queue = this.#queue.slice(this.#first);
    this.#first = 0;
    if (!this.#isEmpty) this.#transport.whenDrained(() => this.#pump());
  }

  /** Nothing can be joined any more to what is sent. */
  #closeFor({ message }: Waiting): void {
    const joint = 'method' in message && !('id' in message) ? jointOf(message) : null;
    if (joint !== null && this.#open.get(joint.key)?.message === message) this.#open.delete(joint.key);
  }

  #count({ message }: Waiting, length: number): void {
    this.#length += length;
    if (!('method' in message)) this.#answersLength += length;
    const isFull = this.#answersLength >= (this.#isFull ? this.#limits.answers / 2 : this.#limits.answers);
    if (isFull === this.#isFull) return;
    this.#isFull = isFull;
    this.#events.answersFull(isFull);
  }

  #overflow(): void {
    const waiting = this.#length;
    this.#isOver = true;
    this.#forget();
    this.#events.overflowed(waiting);
  }

  #forget(): void {
    this.#queue = [];
    this.#first = 0;
    this.#length = 0;
    this.#answersLength = 0;
    this.#open.clear();
  }
}
