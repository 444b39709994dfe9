// Reads a file that a command may have put there: at once and with bounds, for a pipe in its place would hold the server for ever.
import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';

/** Windows has no such flag; it is undefined there, which counts as 0. */
const { O_RDONLY, O_NONBLOCK } = constants;
const MOST_BYTES = 4 * 1024 * 1024;

/** Throws when it is no regular file, or larger than `mostBytes`. Links are followed. */
export function readRegularFile(path: string, mostBytes = MOST_BYTES): Buffer {
  const file = openSync(path, O_RDONLY | O_NONBLOCK);
  try {
    const stat = fstatSync(file);
    if (!stat.isFile()) throw new Error(`${path} is not a regular file.`);
    if (stat.size > mostBytes) throw new Error(`${path} is too large: ${stat.size} bytes.`);
    return readFileSync(file);
  } finally {
    closeSync(file);
  }
}
