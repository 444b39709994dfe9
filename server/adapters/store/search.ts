// Finds threads and places in them by their words.
import type {
  Occurrence,
  OccurrenceQuery,
  Paged,
  SearchHit,
  SearchQuery,
  ThreadQuery,
  ThreadRecord,
} from '../../core/thread/threadStore.ts';
import { readCursor, writeCursor } from './cursor.ts';
import type { Database } from './database.ts';
import { isShown, lineageOf, type OrdinalRange, type Segment } from './lineage.ts';
import { eventOf, integerOf, recordOf, textOf } from './row.ts';
import { isMessage, placesOf, searchableText, snippetAt } from './searchText.ts';
import { listThreads, searchForm } from './threadRows.ts';

/** An item that has the words, and the thread in whose log it stands. */
interface Found {
  readonly threadId: string;
  readonly ordinal: number;
  readonly position: number;
  readonly itemId: string;
  readonly type: string;
  readonly eventSeq: number;
}

/** The index finds runs of three characters; what is shorter is looked up among its terms. */
const INDEXED_LENGTH = 3;
const ITEM_COLUMNS = 'items.thread_id, items.ordinal, items.position, items.item_id, items.type, items.event_seq';

/** Any text is a term: it is sought as it stands, whatever the case of its letters. */
function itemsWith(database: Database, term: string): Found[] {
  // NUL would end the term for SQLite
  const sought = term.replaceAll('\0', ' ');
  const rows =
    Array.from(sought).length >= INDEXED_LENGTH
      ? database.all(
          `SELECT ${ITEM_COLUMNS} FROM texts JOIN items ON items.event_seq = texts.rowid WHERE texts MATCH ? ORDER BY texts.rowid`,
          `"${sought.replaceAll('"', '""')}"`,
        )
      : database.all(
          `SELECT ${ITEM_COLUMNS} FROM (SELECT DISTINCT doc FROM text_terms WHERE term >= ? AND term < ?) AS found
            JOIN items ON items.event_seq = found.doc ORDER BY items.event_seq`,
          searchForm(sought),
          `${searchForm(sought)}\u{10ffff}`,
        );
  return rows.map((row) => ({
    threadId: textOf(row, 'thread_id'),
    ordinal: integerOf(row, 'ordinal'),
    position: integerOf(row, 'position'),
    itemId: textOf(row, 'item_id'),
    type: textOf(row, 'type'),
    eventSeq: integerOf(row, 'event_seq'),
  }));
}

/** Threads whose name or history has the term, each with the place to show. Throws ProtocolError `invalidCursor`. */
export function searchThreads(database: Database, query: SearchQuery): Paged<SearchHit> {
  const found = new Attribution(database, query.archived).attribute(itemsWith(database, query.term));
  const named = threadsNamed(database, query);
  const ids = [...new Set([...found.keys(), ...named])];
  const list: ThreadQuery = { ...query, cwds: [], modelProviders: [], excludedIds: [], searchTerm: null, ids };
  const page = listThreads(database, list);
  return { ...page, data: page.data.map((record) => hitOf(database, record, { found, term: query.term })) };
}

function threadsNamed(database: Database, { term, archived }: SearchQuery): string[] {
  const sql = 'SELECT record FROM threads WHERE archived = ? AND instr(search_text, ?) > 0';
  return database
    .all(sql, archived ? 1 : 0, searchForm(term))
    .map((row) => recordOf(textOf(row, 'record')))
    .filter(({ name }) => name !== null && searchForm(name).includes(searchForm(term)))
    .map(({ id }) => id);
}

function hitOf(
  database: Database,
  record: ThreadRecord,
  { found, term }: { readonly found: ReadonlyMap<string, readonly Found[]>; readonly term: string },
): SearchHit {
  const items = found.get(record.id) ?? [];
  const best = items.find(({ type }) => isMessage(type)) ?? items[0];
  const text = best === undefined ? (record.name ?? '') : textAt(database, best);
  const place = placesOf(text, term)[0] ?? { from: 0, to: 0 };
  const snippet = snippetAt(text, place);
  const turnId = best === undefined ? null : turnIdAt(database, best);
  return { record, snippet, turnId, itemId: best?.itemId ?? null, count: items.length };
}

function textAt(database: Database, { eventSeq }: Found): string {
  const row = database.get('SELECT body FROM events WHERE seq = ?', eventSeq);
  const event = row && eventOf(textOf(row, 'body'));
  return event?.method === 'item/completed' ? (searchableText(event.params.item) ?? '') : '';
}

function turnIdAt(database: Database, { threadId, ordinal }: Found): string | null {
  const row = database.get('SELECT turn_id FROM turns WHERE thread_id = ? AND ordinal = ?', threadId, ordinal);
  return row === undefined ? null : textOf(row, 'turn_id');
}

/** Each place in the messages of one thread, oldest first. Throws ProtocolError `invalidCursor`. */
export function searchOccurrences(
  database: Database,
  query: OccurrenceQuery,
): Omit<Paged<Occurrence>, 'backwardsCursor'> {
  const { threadId, term } = query;
  const list = `occurrences ${threadId} ${term}`;
  const from = query.cursor === null ? [0, 0, 0] : readCursor(list, query.cursor, ['number', 'number', 'number']).keys;
  const limit = Math.max(1, query.limit);
  const data: Occurrence[] = [];
  for (const item of messagesOf(database, threadId, term)) {
    const isBefore = compare([item.ordinal, item.position, Infinity], from) < 0;
    if (isBefore) continue;
    const text = textAt(database, item);
    for (const [index, place] of placesOf(text, term).entries()) {
      const key = [item.ordinal, item.position, index];
      if (compare(key, from) < 0) continue;
      if (data.length === limit) return { data, nextCursor: writeCursor(list, { keys: key, inclusive: true }) };
      data.push({
        turnId: turnIdAt(database, item) ?? '',
        itemId: item.itemId,
        snippet: snippetAt(text, place),
        turnCursor: writeCursor('turns', { keys: [item.ordinal], inclusive: true }),
      });
    }
  }
  return { data, nextCursor: null };
}

function compare(a: readonly (number | string)[], b: readonly (number | string)[]): number {
  for (const [index, value] of a.entries()) {
    const difference = Number(value) - Number(b[index]);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** What the thread sees of the messages that have the term; an item that it closed for itself is read from there alone. */
function messagesOf(database: Database, threadId: string, term: string): Found[] {
  const lineage = lineageOf(database, threadId);
  const seen = new Map<string, { readonly item: Found; readonly depth: number }>();
  for (const item of itemsWith(database, term)) {
    const depth = lineage.findIndex((segment) => segment.threadId === item.threadId);
    const segment = lineage[depth];
    if (segment === undefined || !isMessage(item.type) || !isSeen(segment, item)) continue;
    const key = `${item.ordinal} ${item.type} ${item.itemId}`;
    const known = seen.get(key);
    if (known === undefined || known.depth > depth) seen.set(key, { item, depth });
  }
  const items = [...seen.values()].map(({ item }) => item);
  return items.sort((a, b) => compare([a.ordinal, a.position], [b.ordinal, b.position]));
}

function isSeen(segment: Segment, { ordinal, eventSeq }: Found): boolean {
  return eventSeq <= segment.maxSeq && isShown(segment, ordinal);
}

interface Fork {
  readonly id: string;
  readonly archived: number;
}

/** Says to which thread each item counts: to its own where that is listed and shows it, else to the first fork that does. */
class Attribution {
  readonly #database: Database;
  readonly #archived: number;
  readonly #listed = new Set<string>();
  readonly #reverts = new Map<string, OrdinalRange[]>();
  readonly #lineages = new Map<string, readonly Segment[]>();
  #forks: Map<string, Fork[]> | undefined;

  constructor(database: Database, archived: boolean) {
    this.#database = database;
    this.#archived = archived ? 1 : 0;
  }

  attribute(items: readonly Found[]): Map<string, Found[]> {
    const owners = JSON.stringify([...new Set(items.map(({ threadId }) => threadId))]);
    const sql = 'SELECT id FROM threads WHERE archived = ? AND id IN (SELECT value FROM json_each(?))';
    for (const row of this.#database.all(sql, this.#archived, owners)) this.#listed.add(textOf(row, 'id'));
    this.#readReverts(owners);
    const result = new Map<string, Found[]>();
    for (const item of items) {
      const threadId = this.#threadOf(item);
      if (threadId === undefined) continue;
      const known = result.get(threadId);
      if (known === undefined) result.set(threadId, [item]);
      else known.push(item);
    }
    return result;
  }

  /** Of all the owners at once: a common word has thousands. */
  #readReverts(owners: string): void {
    const sql = `SELECT thread_id, from_ordinal, to_ordinal FROM reverts
      WHERE thread_id IN (SELECT value FROM json_each(?))`;
    for (const row of this.#database.all(sql, owners)) {
      const range: OrdinalRange = [integerOf(row, 'from_ordinal'), integerOf(row, 'to_ordinal')];
      const known = this.#reverts.get(textOf(row, 'thread_id'));
      if (known === undefined) this.#reverts.set(textOf(row, 'thread_id'), [range]);
      else known.push(range);
    }
  }

  #threadOf(item: Found): string | undefined {
    if (this.#listed.has(item.threadId) && this.#showsItsOwn(item)) return item.threadId;
    const open = [item.threadId];
    for (let next = open.shift(); next !== undefined; next = open.shift()) {
      for (const { id, archived } of this.#forksOf(next)) {
        if (archived === this.#archived && this.#shows(id, item)) return id;
        open.push(id);
      }
    }
    return undefined;
  }

  /** A thread sees all that it wrote itself, but for what it took back. */
  #showsItsOwn({ threadId, ordinal }: Found): boolean {
    const reverted = this.#reverts.get(threadId) ?? [];
    return !reverted.some(([from, to]) => from <= ordinal && ordinal <= to);
  }

  #forksOf(threadId: string): readonly Fork[] {
    this.#forks ??= this.#readForks();
    return this.#forks.get(threadId) ?? [];
  }

  #readForks(): Map<string, Fork[]> {
    const sql = `SELECT id, archived, base_thread_id FROM threads WHERE base_thread_id IS NOT NULL ORDER BY created_at_ms, id`;
    const forks = this.#database.all(sql).map((row) => ({
      id: textOf(row, 'id'),
      archived: integerOf(row, 'archived'),
      base: textOf(row, 'base_thread_id'),
    }));
    return Map.groupBy(forks, ({ base }) => base);
  }

  #shows(threadId: string, item: Found): boolean {
    const lineage = this.#lineages.get(threadId) ?? lineageOf(this.#database, threadId);
    this.#lineages.set(threadId, lineage);
    const segment = lineage.find((candidate) => candidate.threadId === item.threadId);
    return segment !== undefined && isSeen(segment, item);
  }
}
