// Keeps the number of requests under way small, and repeats those that an overloaded server did not take.
import { ERROR_CODES, isProtocolError } from '../../server/protocol/errors.ts';

/** More than this at once would only wait in the server's queue instead of ours. */
const MAX_IN_FLIGHT = 64;
const MAX_REPEATS = 6;
const FIRST_DELAY_MS = 50;

/** Lets a bounded number of requests through at a time, in order. */
export class RequestGate {
  readonly #waiting: (() => void)[] = [];
  readonly #pause: (delayMs: number) => Promise<void>;
  #inFlight = 0;

  constructor(pause: (delayMs: number) => Promise<void>) {
    this.#pause = pause;
  }

  /** Runs `send` when its turn has come. "Overloaded" means that nothing was done, so it is sent again, later and later. */
  async pass<T>(send: () => Promise<T>): Promise<T> {
    if (this.#inFlight >= MAX_IN_FLIGHT) await new Promise<void>((resolve) => void this.#waiting.push(resolve));
    else this.#inFlight += 1;
    try {
      return await this.#sendPatiently(send);
    } finally {
      const next = this.#waiting.shift();
      // the place is handed on, so that nobody slips in between
      if (next === undefined) this.#inFlight -= 1;
      else next();
    }
  }

  async #sendPatiently<T>(send: () => Promise<T>): Promise<T> {
    for (let repeat = 0; ; repeat += 1) {
      try {
        return await send();
      } catch (error) {
        const isOverloaded = isProtocolError(error) && error.code === ERROR_CODES.overloaded;
        if (!isOverloaded || repeat >= MAX_REPEATS) throw error;
        await this.#pause(FIRST_DELAY_MS * 2 ** repeat);
      }
    }
  }
}
