// Says how big a file is, in words for people.
import { statSync } from 'node:fs';

/** @param {string} path */
export function sizeOf(path) {
  const bytes = statSync(path).size;
  return bytes > 1e6 ? `${(bytes / 1e6).toFixed(1)} MB` : `${Math.ceil(bytes / 1e3)} KB`;
}
