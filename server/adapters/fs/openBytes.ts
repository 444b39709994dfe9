// The bytes of open files: few at once, many by another thread.
import { readFile, readFileSync, writeFile, writeFileSync } from 'node:fs';

/** Bytes that are read or written at once: more would hold everybody else up. */
const MOST_AT_ONCE = 256 * 1024;

/** From where the file stands to its end. `size`: about how many bytes there are. */
export async function readBytes(file: number, size: number): Promise<Uint8Array> {
  if (size <= MOST_AT_ONCE) return readFileSync(file);
  return await new Promise((resolve, reject) => {
    readFile(file, (error, bytes) => (error === null ? resolve(bytes) : reject(error)));
  });
}

/** At where the file stands. */
export async function writeBytes(file: number, bytes: Uint8Array | string): Promise<void> {
  if (bytes.length <= MOST_AT_ONCE) {
    writeFileSync(file, bytes);
    return;
  }
  await new Promise<void>((resolve, reject) => {
    writeFile(file, bytes, (error) => (error === null ? resolve() : reject(error)));
  });
}
