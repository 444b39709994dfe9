// What is known of turns and restores: one JSON file each, with a checksum that tells a damaged one.
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { hexHash } from '../hash.ts';
import { processLiveness, type ProcessMark } from '../store/liveness.ts';
import { namesIn, writeInFolder } from './objectStore.ts';

export interface FoundRecord<T> {
  readonly id: string;
  readonly value: T;
  readonly size: number;
  /** Who wrote it last. */
  readonly writer: ProcessMark;
}

const ID = /^[\w-]{1,100}$/;
const SUFFIX = '.json';

export class RecordFiles<T> {
  readonly #folder: string;
  readonly #is: (value: unknown) => value is T;

  /** `is`: what tells a record of this kind; records were valid when they were written. */
  constructor(folder: string, is: (value: unknown) => value is T) {
    this.#folder = folder;
    this.#is = is;
  }

  async read(id: string): Promise<FoundRecord<T> | null> {
    if (!ID.test(id)) return null;
    try {
      const text = await readFile(this.#path(id), 'utf8');
      const line = text.indexOf('\n');
      const body = text.slice(line + 1);
      if (text.slice(0, line) !== checksum(body)) return null;
      const kept: unknown = JSON.parse(body);
      if (!isKept(kept) || !this.#is(kept.value)) return null;
      return { id, value: kept.value, size: text.length, writer: kept.writer };
    } catch {
      // Not there, or not to be read: the content is not known either way.
      return null;
    }
  }

  async write(id: string, value: T): Promise<void> {
    if (!ID.test(id)) throw new Error(`${id} is no id`);
    const body = JSON.stringify({ writer: processLiveness.mark(process.pid), value });
    await writeInFolder(this.#path(id), `${checksum(body)}\n${body}`);
  }

  async remove(id: string): Promise<void> {
    if (ID.test(id)) await rm(this.#path(id), { force: true });
  }

  async all(): Promise<FoundRecord<T>[]> {
    const found: FoundRecord<T>[] = [];
    for (const id of await this.#ids()) {
      const record = await this.read(id);
      if (record !== null) found.push(record);
    }
    return found;
  }

  async #ids(): Promise<string[]> {
    const names = await namesIn(this.#folder);
    return names.filter((name) => name.endsWith(SUFFIX)).map((name) => name.slice(0, -SUFFIX.length));
  }

  #path(id: string): string {
    return join(this.#folder, `${id}${SUFFIX}`);
  }
}

interface Kept {
  readonly writer: ProcessMark;
  readonly value: unknown;
}

function isKept(value: unknown): value is Kept {
  return typeof value === 'object' && value !== null && 'writer' in value && 'value' in value;
}

function checksum(text: string): string {
  return hexHash('sha256', text);
}
