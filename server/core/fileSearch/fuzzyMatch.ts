// How well a word fits a text in which its characters stand in order: the best of all ways, as a score, and where they stand.

/*
 * The scores are those that users of command-line finders are used to: each character counts, beginnings of words count more, characters
 * side by side more than apart, and a gap costs a little for each character in it. (Smith-Waterman with affine gaps, as fzf does it.)
 */
const MATCH = 16;
const GAP_START = -3;
const GAP_MORE = -1;
const AFTER_SLASH = 9;
const AFTER_MARK = 8;
const NEW_HUMP = 7;
const SIDE_BY_SIDE = 4;
/** The first character of a word is what the user is surest of. */
const FIRST_COUNTS = 2;
const NONE = -1_000_000;

export interface Fit {
  readonly score: number;
  /** In UTF-16 units, ascending. */
  readonly places: readonly number[];
}

/** `text` as it is written, beside its folded form. */
export interface Candidate {
  readonly text: string;
  readonly folded: string;
}

/** Null when the word does not fit. `word` is folded and not empty. */
export function bestFit(word: string, candidate: Candidate): Fit | null {
  const window = windowOf(word, candidate.folded);
  return window === null ? null : fitIn(word, candidate, window);
}

interface Window {
  readonly start: number;
  readonly end: number;
}

/** From the first place where the word can begin to the last where it can end. */
function windowOf(word: string, text: string): Window | null {
  let from = 0;
  let start = -1;
  for (let index = 0; index < word.length; index += 1) {
    const at = text.indexOf(word.charAt(index), from);
    if (at < 0) return null;
    if (index === 0) start = at;
    from = at + 1;
  }
  return { start, end: text.lastIndexOf(word.charAt(word.length - 1)) + 1 };
}

/** One row for each character of the word, one column for each place of the window. */
interface Tables {
  readonly width: number;
  /** Best score with the character at this very place. */
  readonly score: Int32Array;
  /** The bonus of the run of characters that ends here. */
  readonly run: Int32Array;
  /** The column of the character before. */
  readonly from: Int32Array;
}

let spare: Omit<Tables, 'width'> = { score: new Int32Array(0), run: new Int32Array(0), from: new Int32Array(0) };

/** Kept from one candidate to the next: there are tens of thousands of them for each key that is pressed. */
function tables(width: number, rows: number): Tables {
  const cells = width * rows;
  if (spare.score.length < cells)
    spare = { score: new Int32Array(cells), run: new Int32Array(cells), from: new Int32Array(cells) };
  return { ...spare, width };
}

function fitIn(word: string, candidate: Candidate, window: Window): Fit {
  const table = tables(window.end - window.start, word.length);
  fillFirst(table, word.charCodeAt(0), { ...candidate, start: window.start });
  for (let row = 1; row < word.length; row += 1)
    fillRow(table, { row, letter: word.charCodeAt(row) }, { ...candidate, start: window.start });
  return trace(table, { rows: word.length, start: window.start });
}

interface Place extends Candidate {
  /** Where the window begins. */
  readonly start: number;
}

function fillFirst({ width, score, run }: Tables, letter: number, { text, folded, start }: Place): void {
  for (let column = 0; column < width; column += 1) {
    const isHere = folded.charCodeAt(start + column) === letter;
    const bonus = isHere ? bonusAt(text, start + column) : 0;
    score[column] = isHere ? MATCH + bonus * FIRST_COUNTS : NONE;
    run[column] = bonus;
  }
}

interface Row {
  readonly row: number;
  readonly letter: number;
}

function fillRow({ width, score, run, from }: Tables, { row, letter }: Row, { text, folded, start }: Place): void {
  const here = row * width;
  const above = here - width;
  let gap = NONE;
  let gapColumn = 0;
  score[here] = NONE;
  for (let column = 1; column < width; column += 1) {
    const opened = column > 1 ? (score[above + column - 2] ?? NONE) + GAP_START : NONE;
    gap += GAP_MORE;
    if (opened >= gap) {
      gap = opened;
      gapColumn = column - 2;
    }
    score[here + column] = NONE;
    if (folded.charCodeAt(start + column) !== letter) continue;
    const bonus = bonusAt(text, start + column);
    const runBonus = Math.max(bonus, SIDE_BY_SIDE, run[above + column - 1] ?? 0);
    const joined = (score[above + column - 1] ?? NONE) + MATCH + runBonus;
    const apart = gap + MATCH + bonus;
    score[here + column] = Math.max(joined, apart);
    run[here + column] = joined >= apart ? runBonus : bonus;
    from[here + column] = joined >= apart ? column - 1 : gapColumn;
  }
}

/** From the best place of the last character back to the first. */
function trace(
  { width, score, from }: Tables,
  { rows, start }: { readonly rows: number; readonly start: number },
): Fit {
  const last = (rows - 1) * width;
  let column = 0;
  for (let other = 1; other < width; other += 1)
    if ((score[last + other] ?? NONE) > (score[last + column] ?? NONE)) column = other;
  const best = score[last + column] ?? NONE;
  const places: number[] = [];
  for (let row = rows - 1; row >= 0; row -= 1) {
    places[row] = start + column;
    column = from[row * width + column] ?? 0;
  }
  return { score: Math.max(1, best), places };
}

/** What it is worth that a character stands where it does. */
function bonusAt(text: string, at: number): number {
  if (at === 0) return AFTER_SLASH;
  const before = text.charCodeAt(at - 1);
  if (before === SLASH) return AFTER_SLASH;
  if (before < 128 && !isLetter(before) && !isDigit(before)) return AFTER_MARK;
  const code = text.charCodeAt(at);
  return (isUpper(code) && !isUpper(before)) || (isDigit(code) && !isDigit(before)) ? NEW_HUMP : 0;
}

const SLASH = 47;

function isUpper(code: number): boolean {
  return code >= 65 && code <= 90;
}

function isLetter(code: number): boolean {
  return isUpper(code) || (code >= 97 && code <= 122);
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}
