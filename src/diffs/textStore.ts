// Keeps texts under their hash: the latest in memory, all of them in a folder.
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Characters that are kept in memory. */
const MEMORY_LIMIT = 16_000_000;
/** A text that nobody refers to is kept this long, for another window may be about to. */
const KEEP_UNUSED_MS = 24 * 3_600_000;

export class TextStore {
  readonly #folder: string;
  /** In the order of their last use. */
  readonly #latest = new Map<string, string>();
  #size = 0;

  /** `folder`: absolute; made when the first text is put into it. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Keeps the text and gives its hash. On disk when the promise resolves. */
  async put(text: string): Promise<string> {
    const hash = hashOf(text);
    if (this.#latest.has(hash)) return hash;
    await mkdir(this.#folder, { recursive: true });
    const fresh = join(this.#folder, `${hash}.${process.pid}`);
    await writeFile(fresh, text);
    await rename(fresh, join(this.#folder, hash));
    this.#remember(hash, text);
    return hash;
  }

  /** The text of a hash; null when it is not there or not what it was. */
  async get(hash: string): Promise<string | null> {
    const known = this.#latest.get(hash);
    if (known !== undefined) return known;
    if (!/^[0-9a-f]{64}$/.test(hash)) return null;
    const text = await readFile(join(this.#folder, hash), 'utf8').catch(() => null); // a missing text is an answer
    if (text === null || hashOf(text) !== hash) return null;
    this.#remember(hash, text);
    return text;
  }

  /** Removes texts that are not in use and have not been written lately. */
  async prune(used: ReadonlySet<string>, nowMs: number): Promise<void> {
    const names = await readdir(this.#folder).catch(() => []); // no folder: nothing to remove
    for (const name of names) {
      if (used.has(name)) continue;
      const path = join(this.#folder, name);
      const { mtimeMs } = await stat(path);
      if (nowMs - mtimeMs > KEEP_UNUSED_MS) await rm(path, { force: true });
    }
  }

  #remember(hash: string, text: string): void {
    this.#latest.set(hash, text);
    this.#size += text.length;
    for (const [oldest, old] of this.#latest) {
      if (this.#size <= MEMORY_LIMIT || oldest === hash) return;
      this.#latest.delete(oldest);
      this.#size -= old.length;
    }
  }
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
