// Opaque cursors: where a page begins, in a form that clients hand back unread.
import { ProtocolError } from '../../protocol/errors.ts';

/** A place in a list: the keys of an entry, and whether that entry itself belongs to the page. */
export interface Anchor {
  readonly keys: readonly (number | string)[];
  readonly inclusive: boolean;
}

/** `list` names what is listed, so that a cursor of another list is refused. */
export function writeCursor(list: string, anchor: Anchor): string {
  return Buffer.from(JSON.stringify([list, anchor.inclusive ? 1 : 0, ...anchor.keys])).toString('base64url');
}

/** Throws ProtocolError invalidRequest `invalidCursor` for what `writeCursor` did not write for this list. */
export function readCursor(list: string, cursor: string, keyTypes: readonly ('number' | 'string')[]): Anchor {
  const parts = parse(cursor);
  const [name, inclusive, ...keys] = parts;
  const fits = keys.length === keyTypes.length && keys.every((key, index) => typeof key === keyTypes[index]);
  if (name !== list || !fits || !keys.every(isKey)) throw invalidCursor(cursor);
  return { keys, inclusive: inclusive === 1 };
}

function isKey(value: unknown): value is number | string {
  return typeof value === 'string' || Number.isSafeInteger(value);
}

function parse(cursor: string): unknown[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return Array.isArray(value) ? value : [];
  } catch {
    // not ours: told as an invalid cursor
    return [];
  }
}

function invalidCursor(cursor: string): ProtocolError {
  return new ProtocolError('invalidRequest', `invalid cursor: ${cursor.slice(0, 200)}`, { kind: 'invalidCursor' });
}
