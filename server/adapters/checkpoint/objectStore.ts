// Contents by their SHA-256, each in a file of its own, compressed where that pays.
import { mkdirSync, renameSync, rmSync, statSync, utimesSync, type Stats } from 'node:fs';
import { link, lstat, readdir, readFile, rename, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { writeBytes } from '../fs/openBytes.ts';
import { hexHash } from '../hash.ts';
import { isNotThere } from '../fs/realPath.ts';
import { fillNew } from '../fs/replaceFile.ts';
import { breathe } from '../fs/slices.ts';

const HASH = /^[0-9a-f]{64}$/;

export interface KeptObject {
  readonly hash: string;
  /** On the disk. */
  readonly size: number;
  readonly keptAtMs: number;
}

let lastTemporary = 0;

/** Several processes may use one folder: a file appears whole or not at all, and what is kept anew is not swept away. */
export class ObjectStore {
  readonly #folder: string;
  readonly #freshMs: number;

  /** What was kept within `freshMs` needs no new mark when it is kept again: much less than what is swept away must be old. */
  constructor(folder: string, freshMs: number) {
    this.#folder = folder;
    this.#freshMs = freshMs;
  }

  async keep(bytes: Uint8Array): Promise<string> {
    const hash = hashOf(bytes);
    const path = this.#path(hash);
    await breathe();
    if (isKept(path, this.#freshMs)) return hash;
    const { packed } = await import('./packing.ts');
    await writeInFolder(path, await packed(bytes));
    return hash;
  }

  /** Null when it is not there, or is not what its name says. */
  async load(hash: string): Promise<Uint8Array | null> {
    if (!HASH.test(hash)) return null;
    try {
      const { unpacked } = await import('./packing.ts');
      const bytes = await unpacked(await readFile(this.#path(hash)));
      return hashOf(bytes) === hash ? bytes : null;
    } catch {
      // Whatever is wrong with it, the caller can only say that the content is lost.
      return null;
    }
  }

  async list(): Promise<KeptObject[]> {
    const found: KeptObject[] = [];
    for (const folder of await namesIn(this.#folder)) {
      if (!/^[0-9a-f]{2}$/.test(folder)) continue;
      for (const name of await namesIn(join(this.#folder, folder))) {
        const stat = await statOrNull(join(this.#folder, folder, name));
        if (stat !== null) found.push({ hash: `${folder}${name}`, size: stat.size, keptAtMs: stat.mtimeMs });
      }
    }
    return found;
  }

  /** Removes an object unless somebody has kept it again since `keptAtMs`; says whether it is gone. */
  async remove({ hash, keptAtMs }: KeptObject): Promise<boolean> {
    const path = this.#path(hash);
    const aside = `${path}.${process.pid}.gone`;
    try {
      await rename(path, aside);
      const stat = await lstat(aside);
      // Whoever keeps it again either has touched the file that was moved, which is seen here, or finds none and writes it.
      if (stat.mtimeMs > keptAtMs) {
        await link(aside, path).catch(() => undefined); // it was written again meanwhile
        await unlink(aside);
        return false;
      }
      await unlink(aside);
      return true;
    } catch (error) {
      if (isNotThere(error)) return false;
      throw error;
    }
  }

  #path(hash: string): string {
    return join(this.#folder, hash.slice(0, 2), hash.slice(2));
  }
}

export function hashOf(bytes: Uint8Array): string {
  return hexHash('sha256', bytes);
}

/** As {@link writeWhole}; makes the folder where it is missing. */
export async function writeInFolder(path: string, bytes: Uint8Array | string): Promise<void> {
  try {
    await writeWhole(path, bytes);
  } catch (error) {
    if (!isNotThere(error)) throw error;
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    await writeWhole(path, bytes);
  }
}

/** Writes beside and renames: other processes see the whole file or none. */
async function writeWhole(path: string, bytes: Uint8Array | string): Promise<void> {
  lastTemporary += 1;
  const temporary = `${path}.${process.pid}.${lastTemporary}.tmp`;
  try {
    await fillNew(temporary, { existing: null, mode: 0o600, fill: (file) => writeBytes(file, bytes) });
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

export async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isNotThere(error)) return [];
    throw error;
  }
}

async function statOrNull(path: string): Promise<Stats | null> {
  try {
    return await lstat(path);
  } catch (error) {
    if (isNotThere(error)) return null;
    throw error;
  }
}

/** Whether the file is there; it is marked as kept now, unless it was a moment ago. */
function isKept(path: string, freshMs: number): boolean {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return false;
  const now = new Date();
  const ageMs = now.getTime() - stat.mtimeMs;
  if (ageMs >= 0 && ageMs < freshMs) return true;
  try {
    utimesSync(path, now, now);
    return true;
  } catch (error) {
    if (isNotThere(error)) return false;
    throw error;
  }
}
