// Turns before and after texts into a FileUpdateChange of the wire, and such a change back into texts.
import { structuredPatch } from 'diff';
import type { FileUpdateChange } from './schema/item.ts';

/** Lines of context around a change, as git shows them. */
const CONTEXT = 3;
/** Edits between two texts above which a minimal diff is not worth its time. */
const MAX_EDITS = 4_000;
const NO_NEWLINE = '\\ No newline at end of file';
const HUNK_HEADER = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/;

interface Hunk {
  /** 1-based, of the first old line; of the line before when there are no old lines. */
  readonly oldStart: number;
  readonly oldLines: number;
  readonly newStart: number;
  readonly newLines: number;
  /** With their prefix: space, `-`, `+`, or the backslash of a missing final newline. */
  readonly lines: readonly string[];
}

/** What happened to one file: `null` before means it was not there, `null` after that it is gone. */
export interface FileTexts {
  /** Absolute. */
  readonly path: string;
  readonly before: string | null;
  readonly after: string | null;
  /** Absolute path that the file was moved to; null when it stayed. */
  readonly movePath: string | null;
}

/** A text that follows from a change, that there is no file, or why it cannot be told. */
export type ChangedText =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'absent' }
  | { readonly type: 'conflict'; readonly message: string };

/** The change in the wire's form: whole text for an added or deleted file, unified hunks for an update. */
export function fileUpdateChange(file: FileTexts): FileUpdateChange {
  const { path, before, after, movePath } = file;
  if (after === null) return { path, kind: { type: 'delete' }, diff: before ?? '' };
  if (before === null) return { path, kind: { type: 'add' }, diff: after };
  return updateChange({ path, hunks: unifiedHunks(before, after), movePath });
}

/** A file that stays one; `hunks` are unified ones, or loose ones of a patch that is still being written. */
export function updateChange(
  file: Pick<FileTexts, 'path' | 'movePath'> & { readonly hunks: string },
): FileUpdateChange {
  const { path, hunks, movePath } = file;
  return { path, kind: { type: 'update', move_path: movePath }, diff: hunks + movedTo(movePath) };
}

/** The note that ends the diff of a moved file; "" when it stayed. */
function movedTo(movePath: string | null): string {
  return movePath === null ? '' : `\n\nMoved to: ${movePath}`;
}

/**
 * The text after a change, from the text before it (`null`: no file). Hunks that are not where they say are looked for
 * nearby, exactly. `conflict` when they cannot be found, or when the change is one of a patch still being written
 * whose place in the file is not known.
 */
export function textAfter(before: string | null, change: FileUpdateChange): ChangedText {
  switch (change.kind.type) {
    case 'add':
      return { type: 'text', text: change.diff };
    case 'delete':
      return { type: 'absent' };
    case 'update':
      return applied(before, hunksOf(change), change.path);
    default:
      return change.kind satisfies never;
  }
}

/** The text before a change, from the text after it (`null`: no file). The counterpart of `textAfter`. */
export function textBefore(after: string | null, change: FileUpdateChange): ChangedText {
  switch (change.kind.type) {
    case 'add':
      return { type: 'absent' };
    case 'delete':
      return { type: 'text', text: change.diff };
    case 'update':
      return applied(after, hunksOf(change)?.map(reversed) ?? null, change.path);
    default:
      return change.kind satisfies never;
  }
}

/** How many lines a change adds and removes. */
export function countChangedLines(change: FileUpdateChange): { readonly added: number; readonly removed: number } {
  switch (change.kind.type) {
    case 'add':
      return { added: splitLines(change.diff).length, removed: 0 };
    case 'delete':
      return { added: 0, removed: splitLines(change.diff).length };
    case 'update': {
      const lines = hunksOf(change)?.flatMap((hunk) => hunk.lines) ?? withoutMove(change).split('\n');
      const starting = (prefix: string): number => lines.filter((line) => line.startsWith(prefix)).length;
      return { added: starting('+'), removed: starting('-') };
    }
    default:
      return change.kind satisfies never;
  }
}

/** Unified hunks without file headers, as `diff -U3` writes them; "" for equal texts. */
export function unifiedHunks(before: string, after: string): string {
  if (before === after) return '';
  const region = changedRegion(splitLines(before), splitLines(after));
  if (hasNothingInCommon(region)) return formatHunk(hunkOf(region));
  const options = { context: CONTEXT, maxEditLength: MAX_EDITS };
  const patch = structuredPatch('', '', before, after, undefined, undefined, options);
  const hunks: readonly Hunk[] = patch?.hunks.map(fromLibrary) ?? [hunkOf(region)];
  return hunks.map(formatHunk).join('');
}

/** Applies unified hunks to a text; null when a hunk cannot be found in it exactly, or is not one. */
export function applyUnifiedHunks(before: string, hunks: string): string | null {
  const parsed = parseHunks(hunks);
  return parsed === null ? null : applyHunks(before, parsed);
}

function applied(text: string | null, hunks: readonly Hunk[] | null, path: string): ChangedText {
  if (text === null) return { type: 'conflict', message: `${path} does not exist, so its changes cannot be shown.` };
  if (hunks === null) return { type: 'conflict', message: `The place of the changes in ${path} is not known yet.` };
  const result = applyHunks(text, hunks);
  if (result !== null) return { type: 'text', text: result };
  return {
    type: 'conflict',
    message: `${path} has changed since: the lines around the change are not there any more.`,
  };
}

/** The library counts the first line from 1 even where there is none. */
function fromLibrary(hunk: Hunk): Hunk {
  return {
    ...hunk,
    oldStart: hunk.oldLines === 0 ? hunk.oldStart - 1 : hunk.oldStart,
    newStart: hunk.newLines === 0 ? hunk.newStart - 1 : hunk.newStart,
  };
}

/** All between the first and the last difference of two texts, by lines with their newlines. */
interface Region {
  readonly removed: readonly string[];
  readonly added: readonly string[];
  /** How many lines stand before it, and the last and the first ones around it. */
  readonly head: number;
  readonly above: readonly string[];
  readonly below: readonly string[];
}

function changedRegion(old: readonly string[], young: readonly string[]): Region {
  const shorter = Math.min(old.length, young.length);
  let head = 0;
  while (head < shorter && old[head] === young[head]) head += 1;
  let tail = 0;
  while (tail < shorter - head && old.at(-1 - tail) === young.at(-1 - tail)) tail += 1;
  const end = old.length - tail;
  return {
    removed: old.slice(head, end),
    added: young.slice(head, young.length - tail),
    head,
    above: old.slice(Math.max(0, head - CONTEXT), head),
    below: old.slice(end, end + CONTEXT),
  };
}

/** Then no comparison can find a smaller change; most edits are such. */
function hasNothingInCommon({ removed, added }: Region): boolean {
  if (removed.length === 0 || added.length === 0) return true;
  const lines = new Set(removed);
  return !added.some((line) => lines.has(line));
}

/** One hunk that replaces the whole region. */
function hunkOf({ removed, added, head, above, below }: Region): Hunk {
  const around = above.length + below.length;
  const [oldLines, newLines] = [removed.length + around, added.length + around];
  const first = head - above.length;
  return {
    oldStart: first + (oldLines === 0 ? 0 : 1),
    oldLines,
    newStart: first + (newLines === 0 ? 0 : 1),
    newLines,
    lines: [...prefixed(' ', above), ...prefixed('-', removed), ...prefixed('+', added), ...prefixed(' ', below)],
  };
}

function prefixed(prefix: string, lines: readonly string[]): string[] {
  return lines.flatMap((line) => (line.endsWith('\n') ? [prefix + line.slice(0, -1)] : [prefix + line, NO_NEWLINE]));
}

function formatHunk(hunk: Hunk): string {
  const range = (start: number, count: number): string => (count === 1 ? `${start}` : `${start},${count}`);
  const header = `@@ -${range(hunk.oldStart, hunk.oldLines)} +${range(hunk.newStart, hunk.newLines)} @@`;
  return [header, ...hunk.lines, ''].join('\n');
}

function withoutMove(change: FileUpdateChange): string {
  const note = change.kind.type === 'update' ? movedTo(change.kind.move_path) : '';
  return note !== '' && change.diff.endsWith(note) ? change.diff.slice(0, -note.length) : change.diff;
}

function hunksOf(change: FileUpdateChange): Hunk[] | null {
  return parseHunks(withoutMove(change));
}

/** Reads hunks by the counts of their headers; null when the text is not made of such hunks. */
function parseHunks(text: string): Hunk[] | null {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  const hunks: Hunk[] = [];
  let at = 0;
  while (at < lines.length) {
    const header = HUNK_HEADER.exec(lines[at] ?? '');
    if (header === null) return null;
    const [, oldStart = '', oldLines = '1', newStart = '', newLines = '1'] = header;
    const counts = { oldLines: Number(oldLines), newLines: Number(newLines) };
    const end = endOfHunk(lines, at + 1, counts);
    if (end === null) return null;
    hunks.push({ oldStart: Number(oldStart), newStart: Number(newStart), ...counts, lines: lines.slice(at + 1, end) });
    at = end;
  }
  return hunks;
}

function endOfHunk(
  lines: readonly string[],
  start: number,
  counts: { readonly oldLines: number; readonly newLines: number },
): number | null {
  let { oldLines, newLines } = counts;
  let at = start;
  while (oldLines > 0 || newLines > 0 || lines[at]?.startsWith('\\') === true) {
    const prefix = lines[at]?.charAt(0);
    if (prefix !== ' ' && prefix !== '-' && prefix !== '+' && prefix !== '\\') return null;
    if (prefix === ' ' || prefix === '-') oldLines -= 1;
    if (prefix === ' ' || prefix === '+') newLines -= 1;
    at += 1;
  }
  return oldLines === 0 && newLines === 0 ? at : null;
}

function reversed(hunk: Hunk): Hunk {
  const flip = (line: string): string => {
    if (line.startsWith('-')) return `+${line.slice(1)}`;
    return line.startsWith('+') ? `-${line.slice(1)}` : line;
  };
  return {
    oldStart: hunk.newStart,
    oldLines: hunk.newLines,
    newStart: hunk.oldStart,
    newLines: hunk.oldLines,
    lines: hunk.lines.map(flip),
  };
}

function applyHunks(before: string, hunks: readonly Hunk[]): string | null {
  const lines = splitLines(before);
  const result: string[] = [];
  let taken = 0;
  for (const hunk of hunks) {
    const old = sideOf(hunk, '-');
    const stated = old.length === 0 ? hunk.oldStart : hunk.oldStart - 1;
    const at = findNear(lines, old, { stated, from: taken });
    if (at === null) return null;
    for (const line of lines.slice(taken, at)) result.push(line);
    for (const line of sideOf(hunk, '+')) result.push(line);
    taken = at + old.length;
  }
  for (const line of lines.slice(taken)) result.push(line);
  return joinsCleanly(result) ? result.join('') : null;
}

/** A line without a newline may only be the last. */
function joinsCleanly(lines: readonly string[]): boolean {
  return lines.every((line, index) => index === lines.length - 1 || line.endsWith('\n'));
}

/** The lines of one side of a hunk, with their newlines. */
function sideOf(hunk: Hunk, prefix: '-' | '+'): string[] {
  const side: string[] = [];
  hunk.lines.forEach((line, index) => {
    if (!line.startsWith(prefix) && !line.startsWith(' ')) return;
    side.push(line.slice(1) + (hunk.lines[index + 1]?.startsWith('\\') === true ? '' : '\n'));
  });
  return side;
}

/** The stated place, or the nearest one at or after `from` where all old lines stand. */
function findNear(
  lines: readonly string[],
  old: readonly string[],
  place: { readonly stated: number; readonly from: number },
): number | null {
  const { stated, from } = place;
  const last = lines.length - old.length;
  const stands = (at: number): boolean =>
    at >= from && at <= last && old.every((line, offset) => lines[at + offset] === line);
  if (old.length === 0) return stands(stated) ? stated : null;
  for (let distance = 0; distance <= lines.length; distance += 1) {
    if (stands(stated + distance)) return stated + distance;
    if (stands(stated - distance)) return stated - distance;
  }
  return null;
}

/** Lines with their newlines; no empty line at the end. */
function splitLines(text: string): string[] {
  const lines: string[] = [];
  for (let from = 0; from < text.length;) {
    const newline = text.indexOf('\n', from);
    const end = newline === -1 ? text.length : newline + 1;
    lines.push(text.slice(from, end));
    from = end;
  }
  return lines;
}
