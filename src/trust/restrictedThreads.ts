// The threads that were opened where the user trusted nobody: their settings say "read only" until they are opened in a trusted window.

/** The part of the editor's memento that is used. */
export interface RestrictedMemory {
  readonly load: () => readonly string[];
  readonly save: (threadIds: readonly string[]) => PromiseLike<void>;
}

/** More are not remembered: the oldest stay read-only, which the user can change by forking them. */
const KEEP = 500;

export class RestrictedThreads {
  readonly #memory: RestrictedMemory;
  #ids: readonly string[];

  constructor(memory: RestrictedMemory) {
    this.#memory = memory;
    this.#ids = memory.load();
  }

  has(threadId: string): boolean {
    return this.#ids.includes(threadId);
  }

  async add(threadId: string): Promise<void> {
    if (!this.has(threadId)) await this.#keep([...this.#ids, threadId].slice(-KEEP));
  }

  async remove(threadId: string): Promise<void> {
    if (this.has(threadId)) await this.#keep(this.#ids.filter((id) => id !== threadId));
  }

  async #keep(ids: readonly string[]): Promise<void> {
    this.#ids = ids;
    await this.#memory.save(ids);
  }
}
