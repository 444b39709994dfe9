// Finds where the hunks of a patch belong in a file, and refuses to guess between places that differ.
import { LooseLines, LOOSENESS, type Looseness } from './looseLines.ts';
import { PatchError } from './patchError.ts';
import type { PatchHunk, PatchLine } from './patchReader.ts';

/** Where a hunk goes: its old lines start at the 0-based line `at`. */
export interface PlacedHunk {
  readonly hunk: PatchHunk;
  readonly at: number;
  readonly lines: readonly PatchLine[];
  /** How many lines of the file it covers. */
  readonly covers: number;
  /** What had to be overlooked to find it; null when it stands there exactly. */
  readonly fuzz: string | null;
}

/** All places of one hunk, ascending. */
interface Candidates {
  readonly hunk: PatchHunk;
  readonly places: readonly number[];
  readonly lines: readonly PatchLine[];
  readonly covers: number;
  readonly fuzz: string | null;
}

export interface HunkPlaces {
  readonly first: readonly PlacedHunk[];
  /** The last possible reading; the same objects as `first` when there is only one. */
  readonly last: readonly PlacedHunk[];
}

/**
 * Both the first and the last way to place the hunks in their order; a hunk with one place only may stand out of order.
 * Throws a PatchError when a hunk has no place, or when hunks overlap.
 */
export function placeHunks(texts: readonly string[], hunks: readonly PatchHunk[]): HunkPlaces {
  const lines = new LooseLines(texts);
  const candidates = hunks.map((hunk, index) => candidatesOf(lines, hunk, index));
  const first = inOrder(candidates);
  if (first !== null) return { first, last: inReverse(candidates) };
  const only = candidates.map((candidate, index) => theOnlyPlace(candidate, index)).toSorted(byPlace);
  only.forEach((placed, index) => {
    const previous = only[index - 1];
    if (previous !== undefined && placed.at < previous.at + previous.covers)
      throw new PatchError(`Two hunks change the same lines of the file (around its line ${placed.at + 1}).`);
  });
  return { first: only, last: only };
}

const byPlace = (left: PlacedHunk, right: PlacedHunk): number => left.at - right.at;

export const oldLines = (lines: readonly PatchLine[]): string[] =>
  lines.filter((line) => line.kind !== 'added').map((line) => line.text);

function inOrder(candidates: readonly Candidates[]): PlacedHunk[] | null {
  const placed: PlacedHunk[] = [];
  let from = 0;
  for (const candidate of candidates) {
    const at = candidate.places.find((place) => place >= from);
    if (at === undefined) return null;
    placed.push({ ...candidate, at });
    from = at + candidate.covers;
  }
  return placed;
}

function inReverse(candidates: readonly Candidates[]): PlacedHunk[] {
  const placed: PlacedHunk[] = [];
  let until = Number.POSITIVE_INFINITY;
  for (const candidate of candidates.toReversed()) {
    const limit = until - candidate.covers;
    const at = candidate.places.findLast((place) => place <= limit) ?? candidate.places[0] ?? 0;
    placed.unshift({ ...candidate, at });
    until = at;
  }
  return placed;
}

function theOnlyPlace(candidate: Candidates, index: number): PlacedHunk {
  const [at, ...others] = candidate.places;
  if (at !== undefined && others.length === 0) return { ...candidate, at };
  throw new PatchError(
    `${nameHunk(candidate.hunk, index)} is not found after the hunk before it. ` +
      'Give the hunks in the order of the file, each with its own lines.',
  );
}

function candidatesOf(lines: LooseLines, hunk: PatchHunk, index: number): Candidates {
  const old = oldLines(hunk.lines);
  if (old.length === 0) return insertion(lines, hunk, index);
  const found = findOld(lines, hunk.lines);
  if (found === null) throw notFound(lines, hunk, index);
  const { places, looseness, lines: used } = found;
  const candidate = { hunk, lines: used, covers: oldLines(used).length };
  const fuzz = looseness === 'exactly' ? null : `compared ${looseness}`;
  const atEnd = places.find((place) => hunk.atEnd && place + candidate.covers === lines.texts.length);
  if (atEnd !== undefined) return { ...candidate, places: [atEnd], fuzz };
  if (hunk.anchors.length === 0) return { ...candidate, places, fuzz };
  const below = belowAnchors(places, anchorPlaces(lines, hunk.anchors));
  if (below.length > 0) return { ...candidate, places: below, fuzz };
  if (places.length === 1) return { ...candidate, places, fuzz: 'the @@ line was not found above it' };
  throw anchorMissing(hunk, index);
}

/** The first place below each anchor; models also repeat the anchor as first line of the hunk. */
function belowAnchors(places: readonly number[], anchors: readonly number[]): number[] {
  const below = new Set<number>();
  for (const anchor of anchors) {
    const place = places.find((at) => at > anchor) ?? places.find((at) => at === anchor);
    if (place !== undefined) below.add(place);
  }
  return [...below].toSorted((left, right) => left - right);
}

/** A hunk of new lines only goes below its anchor, or else to the end of the file. */
function insertion(lines: LooseLines, hunk: PatchHunk, index: number): Candidates {
  const candidate = { hunk, lines: hunk.lines, covers: 0, fuzz: null };
  if (hunk.anchors.length === 0 || hunk.atEnd) return { ...candidate, places: [lines.texts.length] };
  const anchors = anchorPlaces(lines, hunk.anchors);
  if (anchors.length === 0) throw anchorMissing(hunk, index);
  return { ...candidate, places: anchors.map((anchor) => anchor + 1) };
}

interface Found {
  readonly places: readonly number[];
  readonly looseness: Looseness;
  readonly lines: readonly PatchLine[];
}

function findOld(lines: LooseLines, hunkLines: readonly PatchLine[]): Found | null {
  const found = lines.findLoosely(oldLines(hunkLines));
  if (found !== null) return { ...found, lines: hunkLines };
  // Empty lines at the end that lack their prefix may be a gap before the next section instead of context.
  const end = hunkLines.findLastIndex((line) => line.bare !== true) + 1;
  const shorter = hunkLines.slice(0, end);
  if (end === hunkLines.length || oldLines(shorter).length === 0) return null;
  const again = lines.findLoosely(oldLines(shorter));
  return again === null ? null : { ...again, lines: shorter };
}

/** Indexes of the innermost anchor, for each place where all anchors stand one below the other. */
function anchorPlaces(lines: LooseLines, anchors: readonly string[]): number[] {
  const [outermost = '', ...inner] = anchors;
  let places = anchorLines(lines, outermost);
  for (const anchor of inner) {
    const all = anchorLines(lines, anchor);
    const next = places.map((place) => all.find((at) => at > place)).filter((at) => at !== undefined);
    places = [...new Set(next)];
  }
  return places;
}

/** Lines that are the anchor, else that start with it, else that contain it. */
function anchorLines(lines: LooseLines, anchor: string): number[] {
  for (const looseness of LOOSENESS) {
    const equal = lines.places([anchor], looseness);
    if (equal.length > 0) return equal;
  }
  const trimmed = lines.form('without indentation');
  const having = (test: (line: string) => boolean): number[] => trimmed.flatMap((line, at) => (test(line) ? [at] : []));
  const starting = having((line) => line.startsWith(anchor));
  return starting.length > 0 ? starting : having((line) => line.includes(anchor));
}

export function nameHunk(hunk: PatchHunk, index: number): string {
  return `Hunk ${index + 1} (line ${hunk.line} of the patch)`;
}

function anchorMissing(hunk: PatchHunk, index: number): PatchError {
  const anchors = hunk.anchors.map((anchor) => `"@@ ${anchor}"`).join(', ');
  return new PatchError(
    `${nameHunk(hunk, index)} does not fit below ${anchors}: that line, or the hunk's lines below it, are not in the file.`,
  );
}

const SHOWN_LINES = 12;
/** Comparisons spent on finding the nearest lines for a message. */
const NEAREST_EFFORT = 2_000_000;

function notFound(lines: LooseLines, hunk: PatchHunk, index: number): PatchError {
  const wanted = oldLines(hunk.lines);
  const expected = wanted.slice(0, SHOWN_LINES).map((line) => `  ${line}`);
  const nearest = nearestLines(lines, wanted);
  const near =
    nearest === null
      ? ['Nothing like them is in the file.']
      : ['The nearest lines of the file are:', ...numbered(lines.texts, nearest, wanted.length)];
  return new PatchError(
    [`${nameHunk(hunk, index)} is not found. It expects these lines:`, ...expected, ...near].join('\n'),
  );
}

function numbered(texts: readonly string[], at: number, count: number): string[] {
  const shown = texts.slice(at, at + Math.min(count, SHOWN_LINES));
  return shown.map((text, offset) => `  ${at + offset + 1}: ${text}`);
}

/** Where most of the wanted lines stand; null when none does, or when looking would take too long. */
function nearestLines(lines: LooseLines, wanted: readonly string[]): number | null {
  if (lines.texts.length * wanted.length > NEAREST_EFFORT) return null;
  const form = new LooseLines(wanted).form('with plain punctuation');
  const all = lines.form('with plain punctuation');
  let best: { at: number; score: number } | null = null;
  for (let at = 0; at < all.length; at += 1) {
    const score = form.filter((line, offset) => line !== '' && all[at + offset] === line).length;
    if (score > (best?.score ?? 0)) best = { at, score };
  }
  return best?.at ?? null;
}
