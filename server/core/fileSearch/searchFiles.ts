// Searches indexes for the paths that fit a query best: a part at a time, so that others get their turn, and from what fitted before.
import type { FoundFile } from '../../protocol/schema/fileSearch.ts';
import type { FileIndex } from './fileIndex.ts';
import { characterMask, folded } from './foldedText.ts';
import { bestFit, type Candidate, type Fit } from './fuzzyMatch.ts';

/** As many as a list shows. */
export const MOST_FOUND = 50;
/** Between two looks at whether the search is still wanted. */
const PATHS_A_TURN = 10_000;
/** Longer queries are pasted by mistake; no path fits them. */
const LONGEST_QUERY = 512;
/** A query that fits within the name of a file counts more than one that needs its folders, and the whole name most. */
const IN_NAME = 65_536;

/** The words of a query; every one must fit. */
export interface Query {
  readonly text: string;
  readonly words: readonly string[];
  readonly mask: number;
}

export function queryOf(text: string): Query {
  const words = folded(text.slice(0, LONGEST_QUERY + 1))
    .split(/\s+/)
    .filter((word) => word !== '');
  return { text, words, mask: characterMask(words.join('')) };
}

/** What fitted a query, by index: the only paths that can fit one that begins with it. */
export interface Fitting {
  readonly query: Query;
  readonly places: readonly (readonly number[])[];
}

export interface SearchTurn {
  /** Lets others have their turn; false ends the search. */
  next(): Promise<boolean>;
  /** The result of a search of the same indexes. */
  readonly earlier?: Fitting | null;
}

export interface SearchResult {
  /** Best first, at most {@link MOST_FOUND}. */
  readonly files: FoundFile[];
  readonly fitting: Fitting;
}

/** Null when it was ended before its end. A query without words finds nothing. */
export async function searchFiles(
  indexes: readonly FileIndex[],
  query: Query,
  turn: SearchTurn,
): Promise<SearchResult | null> {
  const best = new BestFound();
  const places: number[][] = [];
  if (query.words.length === 0 || query.text.length > LONGEST_QUERY)
    return { files: [], fitting: { query, places: indexes.map(() => []) } };
  const earlier = narrows(query, turn.earlier ?? null) ? (turn.earlier ?? null) : null;
  for (const [number, index] of indexes.entries()) {
    const fitting: number[] = [];
    places.push(fitting);
    const among = earlier?.places[number] ?? null;
    const count = among?.length ?? index.paths.length;
    for (let from = 0; from < count; from += PATHS_A_TURN) {
      if (from > 0 && !(await turn.next())) return null;
      for (let at = from; at < Math.min(count, from + PATHS_A_TURN); at += 1) {
        const place = among === null ? at : (among[at] ?? 0);
        const found = look(index, place, query);
        if (found === null) continue;
        fitting.push(place);
        best.offer({ ...found, index, place });
      }
    }
  }
  return { files: best.files(), fitting: { query, places } };
}

/** What is typed on only narrows, as long as nothing before it changes. */
function narrows(query: Query, earlier: Fitting | null): boolean {
  return earlier !== null && earlier.query.words.length > 0 && query.text.startsWith(earlier.query.text);
}

function look(index: FileIndex, place: number, { words, mask }: Query): Fit | null {
  if (((index.masks[place] ?? 0) & mask) !== mask) return null;
  const candidate: Candidate = { text: index.paths[place] ?? '', folded: index.folded[place] ?? '' };
  const nameAt = candidate.folded.lastIndexOf('/') + 1;
  const inName = fitAll(words, part(candidate, nameAt));
  if (inName === null) return nameAt === 0 ? null : fitAll(words, candidate);
  const isWhole = words.length === 1 && words[0]?.length === candidate.folded.length - nameAt;
  return {
    score: inName.score + (isWhole ? 2 * IN_NAME : IN_NAME),
    places: nameAt === 0 ? inName.places : inName.places.map((at) => at + nameAt),
  };
}

function part({ text, folded: inLower }: Candidate, from: number): Candidate {
  return from === 0 ? { text, folded: inLower } : { text: text.slice(from), folded: inLower.slice(from) };
}

function fitAll(words: readonly string[], candidate: Candidate): Fit | null {
  const [only, ...more] = words;
  if (only === undefined) return null;
  if (more.length === 0) return bestFit(only, candidate);
  let score = 0;
  const places = new Set<number>();
  for (const word of words) {
    const fit = bestFit(word, candidate);
    if (fit === null) return null;
    score += fit.score;
    for (const at of fit.places) places.add(at);
  }
  return { score, places: [...places].toSorted((one, other) => one - other) };
}

interface Found extends Fit {
  readonly index: FileIndex;
  readonly place: number;
}

/** The best so far, in order. */
class BestFound {
  readonly #found: Found[] = [];

  offer(found: Found): void {
    const worst = this.#found.at(-1);
    if (this.#found.length >= MOST_FOUND && worst !== undefined && compare(found, worst) >= 0) return;
    let low = 0;
    let high = this.#found.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = this.#found[middle];
      if (other !== undefined && compare(found, other) < 0) high = middle;
      else low = middle + 1;
    }
    this.#found.splice(low, 0, found);
    if (this.#found.length > MOST_FOUND) this.#found.pop();
  }

  files(): FoundFile[] {
    return this.#found.map(({ index, place, score, places }) => {
      const path = index.paths[place] ?? '';
      return {
        root: index.root,
        path,
        match_type: place < index.files ? 'file' : 'directory',
        file_name: path.slice(path.lastIndexOf('/') + 1),
        score,
        indices: inCodePoints(path, places),
      };
    });
  }
}

/** Better first: the score, then what is shorter, then by name. */
function compare(one: Found, other: Found): number {
  if (one.score !== other.score) return other.score - one.score;
  const [path, otherPath] = [one.index.paths[one.place] ?? '', other.index.paths[other.place] ?? ''];
  if (path.length !== otherPath.length) return path.length - otherPath.length;
  return path < otherPath ? -1 : Number(path > otherPath);
}

function inCodePoints(path: string, places: readonly number[]): number[] {
  if (!/[\ud800-\udbff]/.test(path)) return [...places];
  const points: number[] = [];
  let point = -1;
  for (let at = 0; at < path.length; at += 1) {
    if (!isTail(path.charCodeAt(at))) point += 1;
    if (places.includes(at) && points.at(-1) !== point) points.push(point);
  }
  return points;
}

/** The second half of a character that takes two units. */
function isTail(code: number): boolean {
  return code >= 0xdc00 && code <= 0xdfff;
}
