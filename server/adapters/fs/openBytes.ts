// The bytes of open files: few at once, many by another thread.
import { readFile, readFileSync, writeFile, writeFileSync } from 'node:fs';

/** Bytes that are read or written at once: more would hold everybody else up. */
const MOST_AT_ONCE = 256 * 1024;
/** Loaded late: few files are so large. */
const util = (): typeof import('node:util') => process.getBuiltinModule('node:util');

/** From where the file stands to its end. `size`: about how many bytes there are. */
export async function readBytes(file: number, size: number): Promise<Uint8Array> {
  return size > MOST_AT_ONCE ? await util().promisify(readFile)(file) : readFileSync(file);
}

/** At where the file stands. */
export async function writeBytes(file: number, bytes: Uint8Array | string): Promise<void> {
  if (bytes.length > MOST_AT_ONCE) await util().promisify(writeFile)(file, bytes);
  else writeFileSync(file, bytes);
}
