// The lines that ripgrep found, read anew by the server's own rules: ripgrep opens files by their names, whatever these lead to by then.
import { resolve } from 'node:path';
import { isWithin } from '../core/pathPolicy/places.ts';
import type { FileGuard, Files } from '../core/ports.ts';
import type { SecretMask } from '../core/secrets/secretMask.ts';
import { linesOfText } from '../core/text/numberedLines.ts';

export interface Searched {
  readonly files: Files;
  readonly guard: FileGuard;
  readonly mask: SecretMask;
  /** Absolute. */
  readonly cwd: string;
  /** Real path of what is searched. */
  readonly root: string;
  /** The user allowed to read what is kept there. */
  readonly isAllowed: boolean;
}

export interface FoundLine {
  /** As ripgrep names it. */
  readonly path: string;
  /** From 1. */
  readonly line: number;
  readonly isMatch: boolean;
  /** Nothing was left out between it and the line before. */
  readonly followsOn: boolean;
}

const LONGEST_LINE = 400;
/** In bytes. */
const LARGEST_FILE = 20 * 1024 * 1024;

/** Reads the output of `--null --line-number`, context included. */
export function foundLines(output: string): FoundLine[] {
  const found: FoundLine[] = [];
  let followsOn = false;
  for (const row of output.split('\n')) {
    if (row === '--') followsOn = false;
    const parts = /^([^\0]+)\0(\d+)([:-])/.exec(row);
    if (parts === null) continue;
    const [, path = '', line = '', sign] = parts;
    found.push({ path, line: Number(line), isMatch: sign === ':', followsOn });
    followsOn = true;
  }
  return found;
}

/** At most `limit` lines as they are shown, without those of files that are kept from the model. */
export async function readFound(found: readonly FoundLine[], limit: number, searched: Searched): Promise<string[]> {
  const shown: string[] = [];
  const hasContext = found.some(({ isMatch }) => !isMatch);
  const files = new Map<string, readonly string[] | null>();
  for (const { path, line, isMatch, followsOn } of found) {
    if (shown.length >= limit) break;
    if (!files.has(path)) files.set(path, await maskedLines(path, searched));
    const text = files.get(path)?.[line - 1];
    // kept, out of reach, or changed meanwhile
    if (text === undefined) continue;
    if (hasContext && !followsOn && shown.length > 0) shown.push('--');
    const sign = isMatch ? ':' : '-';
    shown.push(`${path.replace(/^\.\//, '')}${sign}${line}${sign}${shortened(text)}`);
  }
  return shown;
}

/** Reads the output of `--null --files-with-matches`. */
export async function shownFiles(output: string, searched: Searched): Promise<string[]> {
  const shown: string[] = [];
  for (const path of output.split('\0'))
    if (path.trim() !== '' && (await readableFile(path, searched)) !== null)
      shown.push(path.replace(/^\s*(\.\/)?/, ''));
  return shown;
}

/** Null for a file that is not to be read. */
async function maskedLines(path: string, searched: Searched): Promise<readonly string[] | null> {
  const realPath = await readableFile(path, searched);
  if (realPath === null) return null;
  try {
    const text = decoded(await searched.files.read(realPath));
    return linesOfText(searched.mask.mask(text, { keepsLines: true }).text);
  } catch {
    // gone, swapped, or another name of a key: nothing of it is shown
    return null;
  }
}

async function readableFile(path: string, { files, guard, cwd, root, isAllowed }: Searched): Promise<string | null> {
  const realPath = await files.realPath(resolve(cwd, path));
  if (!isWithin(realPath, root)) return null;
  const stat = await files.stat(realPath);
  if (stat?.kind !== 'file' || stat.size > LARGEST_FILE) return null;
  return isAllowed || (await guard.placeOf(realPath)).type === 'free' ? realPath : null;
}

/** As ripgrep reads it. */
function decoded(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  return new TextDecoder('utf-8').decode(bytes);
}

function shortened(line: string): string {
  if (line.length <= LONGEST_LINE) return line;
  return `${line.slice(0, LONGEST_LINE)} [${line.length - LONGEST_LINE} more characters in this line]`;
}
