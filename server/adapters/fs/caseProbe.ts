// Finds out, without writing, whether upper and lower case make no difference in a folder.
import { opendir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** Entries looked at for a name with a letter in it. */
const MOST_ENTRIES = 64;
const MOST_FOLDERS = 4096;
const known = new Map<string, Promise<boolean>>();

/**
 * Asks for an entry of the folder under its name in the other case; in an empty folder for the folder itself. What cannot be looked at counts
 * as case-sensitive, so that spellings that differ are different files.
 */
export function isCaseInsensitive(folder: string): Promise<boolean> {
  const found = known.get(folder);
  if (found !== undefined) return found;
  if (known.size >= MOST_FOLDERS) known.clear();
  const asked = probe(folder);
  known.set(folder, asked);
  return asked;
}

async function probe(folder: string): Promise<boolean> {
  try {
    const name = await nameWithLetters(folder);
    if (name !== null) return await isSame(join(folder, name), join(folder, swappedCase(name)));
    const own = basename(folder);
    return own !== swappedCase(own) && (await isSame(folder, join(dirname(folder), swappedCase(own))));
  } catch {
    // no such folder, no such spelling, or no right to look
    return false;
  }
}

async function nameWithLetters(folder: string): Promise<string | null> {
  let seen = 0;
  for await (const { name } of await opendir(folder)) {
    if (name !== swappedCase(name)) return name;
    seen += 1;
    if (seen >= MOST_ENTRIES) return null;
  }
  return null;
}

async function isSame(one: string, other: string): Promise<boolean> {
  const [left, right] = await Promise.all([stat(one, { bigint: true }), stat(other, { bigint: true })]);
  return left.ino === right.ino && left.dev === right.dev;
}

/** ASCII alone: what other letters fold to differs between systems. */
function swappedCase(text: string): string {
  return text.replace(/[a-zA-Z]/g, (letter) => {
    const upper = letter.toUpperCase();
    return letter === upper ? letter.toLowerCase() : upper;
  });
}
