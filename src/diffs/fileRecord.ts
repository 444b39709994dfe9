// The record of one file that the agent changed, and how it is read from where it is kept.

export interface TurnRef {
  readonly threadId: string;
  readonly turnId: string;
}

/** A text by its hash in the text store, that there is no file, or why the text is not known. */
export type StoredText =
  | { readonly type: 'text'; readonly hash: string }
  | { readonly type: 'absent' }
  | { readonly type: 'conflict'; readonly message: string };

export type Verdict = 'pending' | 'accepted' | 'rejected';

/** One file with everything that was changed in it since the user last decided about it. At most one is pending for a path. */
export interface FileRecord {
  readonly id: string;
  /** Absolute; of the file as the agent left it. */
  readonly path: string;
  /** Absolute path that the file was moved from; null when it stayed. */
  readonly movedFrom: string | null;
  readonly before: StoredText;
  readonly after: StoredText;
  /** The turns that changed it, oldest first. */
  readonly turns: readonly TurnRef[];
  readonly verdict: Verdict;
}

/** The records that `stored` holds. Whatever wrote it, nothing but whole records comes out. */
export function parseRecords(stored: unknown): FileRecord[] {
  return Array.isArray(stored) ? stored.flatMap(parseRecord) : [];
}

function parseRecord(stored: unknown): FileRecord[] {
  if (!isObject(stored)) return [];
  const { id, path, movedFrom, turns, verdict } = stored;
  const [before, after] = [parseText(stored['before']), parseText(stored['after'])];
  if (typeof id !== 'string' || typeof path !== 'string' || before === null || after === null) return [];
  if (verdict !== 'pending' && verdict !== 'accepted' && verdict !== 'rejected') return [];
  return [
    {
      id,
      path,
      movedFrom: typeof movedFrom === 'string' ? movedFrom : null,
      before,
      after,
      turns: Array.isArray(turns) ? turns.flatMap(parseTurn) : [],
      verdict,
    },
  ];
}

function parseText(stored: unknown): StoredText | null {
  if (!isObject(stored)) return null;
  const { type, hash, message } = stored;
  if (type === 'text' && typeof hash === 'string') return { type, hash };
  if (type === 'absent') return { type };
  if (type === 'conflict' && typeof message === 'string') return { type, message };
  return null;
}

function parseTurn(stored: unknown): TurnRef[] {
  if (!isObject(stored)) return [];
  const { threadId, turnId } = stored;
  return typeof threadId === 'string' && typeof turnId === 'string' ? [{ threadId, turnId }] : [];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
