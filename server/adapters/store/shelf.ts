// The shelf on SQLite: sections, marks of what was read, attachments.
import { ProtocolError } from '../../protocol/errors.ts';
import { PINNED_SECTION_ID, type ThreadReadState, type ThreadSection } from '../../protocol/schema/threadShelf.ts';
import type {
  Attachment,
  AttachmentOwner,
  Move,
  Placement,
  ShelfPage,
  ThreadShelf,
} from '../../core/thread/threadShelf.ts';
import { readCursor, writeCursor } from './cursor.ts';
import type { Database } from './database.ts';
import { appearanceOf, integerOf, jsonOf, textOf, textOrNull, type Cell, type Row } from './row.ts';

const PINNED: ThreadSection = { id: PINNED_SECTION_ID, name: 'Pinned', appearance: null };
/** Stands for the beginning of the thread, where a turn's id would stand. */
const FROM_THE_START = '';
/** Nothing has happened since the marks are kept: all counts as read. */
const UNTOUCHED: ThreadReadState = { firstUnread: null, revision: 'untouched' };

type Listed<T> = { readonly data: readonly T[]; readonly nextCursor: string | null };

export class SqliteShelf implements ThreadShelf {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  sections(page: ShelfPage): Listed<ThreadSection> {
    const rows = this.#database.all('SELECT id, name, appearance FROM sections ORDER BY place');
    const all = [PINNED, ...rows.map(sectionAt)];
    const after = page.cursor === null ? null : String(readCursor('sections', page.cursor, ['string']).keys[0]);
    const left = after === null ? all : all.slice(all.findIndex(({ id }) => id === after) + 1);
    return cut(left, page, ({ id }) => writeCursor('sections', { keys: [id], inclusive: false }));
  }

  section(id: string): ThreadSection | undefined {
    if (id === PINNED.id) return PINNED;
    const row = this.#database.get('SELECT id, name, appearance FROM sections WHERE id = ?', id);
    return row && sectionAt(row);
  }

  putSection({ id, name, appearance }: ThreadSection): void {
    const sql = `INSERT INTO sections (id, name, appearance, place)
      VALUES (?, ?, ?, (SELECT coalesce(max(place), 0) + 1 FROM sections))
      ON CONFLICT (id) DO UPDATE SET name = excluded.name, appearance = excluded.appearance`;
    const text = appearance === null ? null : JSON.stringify(appearance);
    this.#database.write(() => this.#database.run(sql, id, name, text));
  }

  removeSection(id: string): void {
    this.#database.write(() => {
      this.#database.run('DELETE FROM section_places WHERE section_id = ?', id);
      this.#database.run('DELETE FROM sections WHERE id = ?', id);
    });
  }

  move(threadId: string, { sectionId, beforeThreadId, atMs }: Move): void {
    this.#database.write(() => {
      const known = this.#database.get('SELECT * FROM section_places WHERE thread_id = ?', threadId);
      this.#database.run('DELETE FROM section_places WHERE thread_id = ?', threadId);
      if (sectionId === null) return;
      const position = this.#freePosition(sectionId, beforeThreadId);
      const isThere = known !== undefined && textOf(known, 'section_id') === sectionId;
      const sql = 'INSERT INTO section_places (thread_id, section_id, position, entered_at_ms) VALUES (?, ?, ?, ?)';
      this.#database.run(sql, threadId, sectionId, position, isThere ? integerOf(known, 'entered_at_ms') : atMs);
    });
  }

  /** The place at the end, or the one before that thread: it and those behind it make room. */
  #freePosition(sectionId: string, beforeThreadId: string | null): number {
    if (beforeThreadId === null) {
      const sql = 'SELECT coalesce(max(position), 0) AS last FROM section_places WHERE section_id = ?';
      const row = this.#database.get(sql, sectionId);
      return (row === undefined ? 0 : integerOf(row, 'last')) + 1;
    }
    const sql = 'SELECT position FROM section_places WHERE section_id = ? AND thread_id = ?';
    const row = this.#database.get(sql, sectionId, beforeThreadId);
    if (row === undefined) {
      const message = `before thread ${beforeThreadId} is not in section ${sectionId}`;
      throw new ProtocolError('invalidRequest', message, { kind: 'notInSection' });
    }
    const position = integerOf(row, 'position');
    const shift = 'UPDATE section_places SET position = position + 1 WHERE section_id = ? AND position >= ?';
    this.#database.run(shift, sectionId, position);
    return position;
  }

  placements(threadIds: readonly string[]): ReadonlyMap<string, Placement> {
    const sql = `SELECT thread_id, section_id, entered_at_ms, id, name, appearance FROM section_places
      LEFT JOIN sections ON id = section_id WHERE thread_id IN (SELECT value FROM json_each(?))`;
    const rows = this.#database.all(sql, JSON.stringify(threadIds));
    return new Map(
      rows.map((row) => [
        textOf(row, 'thread_id'),
        {
          section: textOf(row, 'section_id') === PINNED.id ? PINNED : sectionAt(row),
          enteredAtMs: integerOf(row, 'entered_at_ms'),
        },
      ]),
    );
  }

  readStates(threadIds: readonly string[]): ReadonlyMap<string, ThreadReadState> {
    const sql = `SELECT threads.id AS id, first_unread, revision FROM threads LEFT JOIN read_states ON thread_id = threads.id
      WHERE threads.id IN (SELECT value FROM json_each(?))`;
    const rows = this.#database.all(sql, JSON.stringify(threadIds));
    return new Map(rows.map((row) => [textOf(row, 'id'), readStateAt(row)]));
  }

  noteUnread(threadId: string, turnId: string, revision: string): ThreadReadState | undefined {
    const sql = `INSERT INTO read_states (thread_id, first_unread, revision) SELECT id, ?, ? FROM threads WHERE id = ?
      ON CONFLICT (thread_id) DO UPDATE SET first_unread = coalesce(first_unread, excluded.first_unread), revision = excluded.revision`;
    return this.#database.write(() => {
      this.#database.run(sql, turnId, revision, threadId);
      return this.readStates([threadId]).get(threadId);
    });
  }

  mark(
    threadId: string,
    { expected, isRead, revision }: { readonly expected: string; readonly isRead: boolean; readonly revision: string },
  ): { isDone: boolean; state: ThreadReadState } {
    return this.#database.write(() => {
      const state = this.readStates([threadId]).get(threadId) ?? UNTOUCHED;
      if (state.revision !== expected) return { isDone: false, state };
      const sql = `INSERT INTO read_states (thread_id, first_unread, revision) VALUES (?, ?, ?)
        ON CONFLICT (thread_id) DO UPDATE SET first_unread = excluded.first_unread, revision = excluded.revision`;
      this.#database.run(sql, threadId, isRead ? null : FROM_THE_START, revision);
      return { isDone: true, state: { firstUnread: isRead ? null : { type: 'threadStart' }, revision } };
    });
  }

  attach(threadId: string, given: Attachment): { isNew: boolean; attachment: Attachment } {
    return this.#database.write(() => {
      const known = this.#database.get(
        'SELECT * FROM attachments WHERE thread_id = ? AND type = ? AND identity = ?',
        threadId,
        given.type,
        given.identity,
      );
      if (known !== undefined) return { isNew: false, attachment: attachmentAt(known) };
      const sql =
        'INSERT INTO attachments (id, thread_id, type, identity, payload, created_at_ms) VALUES (?, ?, ?, ?, ?, ?)';
      const { id, type, identity, payload, createdAtMs } = given;
      this.#database.run(sql, id, threadId, type, identity, JSON.stringify(payload), createdAtMs);
      return { isNew: true, attachment: given };
    });
  }

  detach(threadId: string, type: string, identity: string): string | undefined {
    return this.#database.write(() => {
      const where = 'thread_id = ? AND type = ? AND identity = ?';
      const row = this.#database.get(`SELECT id FROM attachments WHERE ${where}`, threadId, type, identity);
      this.#database.run(`DELETE FROM attachments WHERE ${where}`, threadId, type, identity);
      return row && textOf(row, 'id');
    });
  }

  attachments(threadId: string, page: ShelfPage): Listed<Attachment> {
    const list = `attachments ${threadId}`;
    const [atMs, id] = page.cursor === null ? [0, ''] : readCursor(list, page.cursor, ['number', 'string']).keys;
    const sql = `SELECT * FROM attachments WHERE thread_id = ? AND (created_at_ms, id) > (?, ?)
      ORDER BY created_at_ms, id LIMIT ?`;
    const rows = this.#database.all(sql, threadId, atMs ?? 0, id ?? '', limitOf(page) + 1);
    return cut(rows.map(attachmentAt), page, (last) =>
      writeCursor(list, { keys: [last.createdAtMs, last.id], inclusive: false }),
    );
  }

  owners(
    {
      type,
      identity,
      archived,
    }: { readonly type: string; readonly identity: string; readonly archived: boolean | null },
    page: ShelfPage,
  ): Listed<AttachmentOwner> {
    const list = `owners ${type} ${identity} ${archived}`;
    const after = page.cursor === null ? '' : String(readCursor(list, page.cursor, ['string']).keys[0]);
    const values: Cell[] = [type, identity, after];
    if (archived !== null) values.push(archived ? 1 : 0);
    const sql = `SELECT thread_id, archived FROM attachments JOIN threads ON threads.id = thread_id
      WHERE type = ? AND identity = ? AND thread_id > ? ${archived === null ? '' : 'AND archived = ?'} ORDER BY thread_id LIMIT ?`;
    const rows = this.#database.all(sql, ...values, limitOf(page) + 1);
    const owners = rows.map((row) => ({
      threadId: textOf(row, 'thread_id'),
      archived: integerOf(row, 'archived') === 1,
    }));
    return cut(owners, page, ({ threadId }) => writeCursor(list, { keys: [threadId], inclusive: false }));
  }
}

function limitOf({ limit }: ShelfPage): number {
  return Math.max(1, limit);
}

function cut<T>(left: readonly T[], page: ShelfPage, cursorAfter: (last: T) => string): Listed<T> {
  const data = left.slice(0, limitOf(page));
  const last = data.at(-1);
  return { data, nextCursor: last !== undefined && left.length > data.length ? cursorAfter(last) : null };
}

function sectionAt(row: Row): ThreadSection {
  const appearance = textOrNull(row, 'appearance');
  return {
    id: textOf(row, 'id'),
    name: textOf(row, 'name'),
    appearance: appearance === null ? null : appearanceOf(appearance),
  };
}

function readStateAt(row: Row): ThreadReadState {
  const revision = textOrNull(row, 'revision');
  if (revision === null) return UNTOUCHED;
  const turnId = textOrNull(row, 'first_unread');
  if (turnId === null) return { firstUnread: null, revision };
  return { firstUnread: turnId === FROM_THE_START ? { type: 'threadStart' } : { type: 'turn', turnId }, revision };
}

function attachmentAt(row: Row): Attachment {
  return {
    id: textOf(row, 'id'),
    type: textOf(row, 'type'),
    identity: textOf(row, 'identity'),
    payload: jsonOf(textOf(row, 'payload')),
    createdAtMs: integerOf(row, 'created_at_ms'),
  };
}
