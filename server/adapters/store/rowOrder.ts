// Rows of a table lie in the order of their numbers: one that does not has a damaged number, and would take the place of another.

export interface Placed<T> {
  /** The rowid. */
  readonly place: number;
  readonly row: T;
}

export interface Ordered<T> extends Placed<T> {
  /** Its number was damaged, and this is a guess: whatever else has that number goes first. */
  readonly isDoubtful: boolean;
}

export interface Reading {
  /** A number that lies below all of them; where it is null, that of the first row cannot be set right. */
  readonly first: number | null;
  /** They are read from the end: their numbers come as negative ones. */
  readonly isBackwards?: boolean;
}

/**
 * Gives the rows, whose numbers rise, as they are to be read: one out of order gets a number between its neighbours, the same one whether
 * the rows are read forwards or backwards. What the source throws comes after the rows before it.
 */
export function* inOrder<T>(rows: Iterable<Placed<T>>, reading: Reading): Generator<Ordered<T>> {
  let before = reading.first;
  let held: Placed<T> | null = null;
  const settle = function* (next: number | null): Generator<Ordered<T>> {
    if (held === null) return;
    const settled = ordered(held, { ...reading, before, next });
    held = null;
    if (!settled.isDoubtful) before = settled.place;
    yield settled;
  };
  try {
    for (const row of rows) {
      yield* settle(row.place);
      held = row;
    }
  } catch (error) {
    yield* settle(null);
    throw error;
  }
  yield* settle(null);
}

interface Neighbours extends Reading {
  readonly before: number | null;
  readonly next: number | null;
}

function ordered<T>({ place, row }: Placed<T>, { before, next, ...reading }: Neighbours): Ordered<T> {
  const low = before ?? -Infinity;
  // where the next one lies even below the one before, it is the one that is out of order
  const high = next === null || next <= low ? Infinity : next;
  if (place > low && place < high) return { place, row, isDoubtful: false };
  const free = high - low - 1;
  // of two that are the same: the first, where there is room below, else the second
  if (place === high)
    return free > 0 ? { place: high - 1, row, isDoubtful: free > 1 } : { place, row, isDoubtful: false };
  if (free <= 0 || before === null) return { place, row, isDoubtful: true };
  // beside the row that was written before it, where there is one: no row lies at `first` itself
  const isBesideNext = high < Infinity && (reading.isBackwards === true ? place !== low : before === reading.first);
  return { place: isBesideNext ? high - 1 : before + 1, row, isDoubtful: free > 1 };
}
