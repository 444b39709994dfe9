// The requests of one thread, one after the other. Clients take turns, so that many requests of one do not keep the others waiting.

export class ThreadQueue {
  /** By client, in the order in which they have their turns. */
  readonly #lanes = new Map<object, (() => void)[]>();
  readonly #unanswered = new Set<Promise<unknown>>();
  #isRunning = false;

  get isIdle(): boolean {
    return this.#unanswered.size === 0;
  }

  /** Runs `task` after the earlier requests of the same client, and when its turn among the clients has come. */
  run<T>(client: object, task: () => Promise<T>): Promise<T> {
    const answer = this.#run(client, task);
    this.#unanswered.add(answer);
    const answered = (): void => void this.#unanswered.delete(answer);
    answer.then(answered, answered);
    return answer;
  }

  /** Resolves when every request that has arrived by now has been answered. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#unanswered);
  }

  async #run<T>(client: object, task: () => Promise<T>): Promise<T> {
    const turn = Promise.withResolvers<void>();
    const lane = this.#lanes.get(client) ?? [];
    lane.push(turn.resolve);
    this.#lanes.set(client, lane);
    this.#next();
    await turn.promise;
    try {
      return await task();
    } finally {
      this.#isRunning = false;
      this.#next();
    }
  }

  #next(): void {
    const [first] = this.#lanes;
    if (this.#isRunning || first === undefined) return;
    const [client, lane] = first;
    const begin = lane.shift();
    this.#lanes.delete(client);
    if (lane.length > 0) this.#lanes.set(client, lane);
    this.#isRunning = true;
    begin?.();
  }
}
