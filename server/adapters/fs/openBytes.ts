// The bytes of open files: few at once, many by another thread.
import { readFile, readFileSync, writeFile, writeFileSync } from 'node:fs';
import { promisify } from 'node:util';

/** Bytes that are read or written at once: more would hold everybody else up. */
const MOST_AT_ONCE = 256 * 1024;
const readApart = promisify(readFile);
const writeApart = promisify(writeFile);

/** From where the file stands to its end. `size`: about how many bytes there are. */
export async function readBytes(file: number, size: number): Promise<Uint8Array> {
  return size > MOST_AT_ONCE ? await readApart(file) : readFileSync(file);
}

/** At where the file stands. */
export async function writeBytes(file: number, bytes: Uint8Array | string): Promise<void> {
  if (bytes.length > MOST_AT_ONCE) await writeApart(file, bytes);
  else writeFileSync(file, bytes);
}
