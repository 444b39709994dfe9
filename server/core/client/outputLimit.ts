// One output of a process up to its limit: what is still to be told of a piece, and that the rest was cut, once.

export interface LimitedPiece {
  readonly bytes: Uint8Array;
  /** Something was left out here; nothing more follows. */
  readonly isCut: boolean;
}

export class OutputLimit {
  #left: number | null;
  #isCut = false;

  /** In bytes; null for no limit. */
  constructor(mostBytes: number | null) {
    this.#left = mostBytes;
  }

  /** Whether anything was left out. */
  get isCut(): boolean {
    return this.#isCut;
  }

  /** What is to be told of the piece; null when nothing is. */
  take(bytes: Uint8Array): LimitedPiece | null {
    if (this.#isCut || bytes.length === 0) return null;
    if (this.#left === null || bytes.length <= this.#left) {
      if (this.#left !== null) this.#left -= bytes.length;
      return { bytes, isCut: false };
    }
    this.#isCut = true;
    return { bytes: bytes.subarray(0, this.#left), isCut: true };
  }
}
