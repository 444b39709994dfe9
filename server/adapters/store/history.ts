// Reads a thread's history in pages: turns, items, and what the model was told, inherited parts included.
import type { SortDirection } from '../../protocol/schema/common.ts';
import type { ThreadItem } from '../../protocol/schema/item.ts';
import type { ThreadTokenUsage, Turn } from '../../protocol/schema/turn.ts';
import type { Page, Paged, StoredTurnExtras } from '../../core/thread/threadStore.ts';
import type { ModelItem } from '../../core/turn/modelPort.ts';
import { closedItem, interruptedTurn } from './closing.ts';
import { readCursor, writeCursor, type Anchor } from './cursor.ts';
import type { Database } from './database.ts';
import { eventsAt, type EventsRead } from './events.ts';
import { lastKnownMs, turnAsLogged } from './leftovers.ts';
import { findTurn, lineageOf, turnRows, UNCUT, type Segment, type TurnRow } from './lineage.ts';
import { waitingIn, type Waiting } from './questionRows.ts';
import { integerOf, integerOrNull, itemOf, modelItemOf, modelItemsOf, textOf } from './row.ts';

/** A thread as it is read: its chain, and whether a living process writes it. */
export interface Subject {
  readonly database: Database;
  readonly lineage: readonly Segment[];
  readonly isLive: boolean;
  /** What is open although nobody writes the thread. */
  readonly waiting: Waiting;
}

/** Where an item is in its turn, and where its text is. */
interface ItemKey {
  readonly turn: TurnRow;
  readonly segment: Segment;
  readonly position: number;
  readonly type: string;
  readonly itemId: string;
  /** Null while the item is open. */
  readonly eventSeq: number | null;
}

type Entry = { readonly turnId: string; readonly item: ThreadItem };

/** How many turns an item listing looks through at a time. */
const TURNS_AT_ONCE = 16;
/** How many turns are read together: each query serves so many, and no more texts than theirs are held beside what was made of them. */
const TURNS_TOGETHER = 32;

export function subjectOf(database: Database, threadId: string, isLive: boolean): Subject {
  return { database, lineage: lineageOf(database, threadId), isLive, waiting: waitingIn(database, threadId) };
}

/** Turns with all their items. Throws ProtocolError `invalidCursor`. */
export function readTurns(subject: Subject, page: Page): Paged<Turn> {
  const anchor = page.cursor === null ? null : readCursor('turns', page.cursor, ['number']);
  const limit = Math.max(1, page.limit);
  const rows = turnRows(subject.database, subject.lineage, {
    ...ordinalsFrom(anchor, page.direction),
    limit: limit + 1,
  });
  const cursorOf = (row: TurnRow, inclusive: boolean) => writeCursor('turns', { keys: [row.ordinal], inclusive });
  return cutPage({ found: rows, limit, cursorOf }, (found) => turnsOf(subject, found));
}

/** Items of the whole thread, or of one turn, in the order in which they began. Throws ProtocolError `invalidCursor`. */
export function readItems(subject: Subject, turnId: string | null, page: Page): Paged<Entry> {
  const anchor = page.cursor === null ? null : readCursor('items', page.cursor, ['number', 'number']);
  const limit = Math.max(1, page.limit);
  const keys = findItems(subject, turnId, { anchor, direction: page.direction, limit: limit + 1 });
  const cursorOf = (key: ItemKey, inclusive: boolean) =>
    writeCursor('items', { keys: [key.turn.ordinal, key.position], inclusive });
  return cutPage({ found: keys, limit, cursorOf }, (found) => entriesOf(subject, found));
}

/** These items of a turn, in its order. */
export function readItemsOf(subject: Subject, turnId: string, itemIds: ReadonlySet<string>): Entry[] {
  return entriesOf(
    subject,
    keysOfTurn(subject, turnId).filter(({ itemId }) => itemIds.has(itemId)),
  );
}

/** For `readItems` of the turn: what comes beyond this item. */
export function itemCursor(subject: Subject, turnId: string, itemId: string): string | undefined {
  const key = keysOfTurn(subject, turnId).find((candidate) => candidate.itemId === itemId);
  return key && writeCursor('items', { keys: [key.turn.ordinal, key.position], inclusive: false });
}

function keysOfTurn(subject: Subject, turnId: string): readonly ItemKey[] {
  const turn = findTurn(subject.database, subject.lineage, turnId);
  return turn === undefined ? [] : (itemKeys(subject, [turn]).get(turn) ?? []);
}

function entriesOf(subject: Subject, keys: readonly ItemKey[]): Entry[] {
  const events = eventsAt(
    subject.database,
    keys.map(({ eventSeq }) => eventSeq),
  );
  return keys.flatMap((key) => {
    const item = itemAt(subject, key, events);
    return item === undefined ? [] : [{ turnId: key.turn.turnId, item }];
  });
}

/** Null for the first turn, undefined for one that is not there. */
export function turnBefore({ database, lineage }: Subject, turnId: string): string | null | undefined {
  const turn = findTurn(database, lineage, turnId);
  if (turn === undefined) return undefined;
  const range = { from: 0, to: turn.ordinal - 1, direction: 'desc', limit: 1 } as const;
  return turnRows(database, lineage, range)[0]?.turnId ?? null;
}

export function hasTurn({ database, lineage }: Subject, turnId: string): boolean {
  return findTurn(database, lineage, turnId) !== undefined;
}

export function turnCursor({ database, lineage }: Subject, turnId: string): string | undefined {
  const turn = findTurn(database, lineage, turnId);
  return turn && writeCursor('turns', { keys: [turn.ordinal], inclusive: true });
}

/** What the conversation had taken when the turn ended; null when nothing was told by then. */
export function readUsage({ database, lineage }: Subject, turnId: string): ThreadTokenUsage | null {
  const turn = findTurn(database, lineage, turnId);
  if (turn === undefined || turn.completedSeq === null) return null;
  const sql = `SELECT seq FROM events WHERE thread_id = ? AND seq <= ? AND body LIKE '{"method":"thread/tokenUsage/updated"%'
    ORDER BY seq DESC LIMIT 1`;
  const row = database.get(sql, turn.segment.threadId, turn.completedSeq);
  const seq = row === undefined ? null : integerOf(row, 'seq');
  const event = eventsAt(database, [seq])(seq);
  return event?.method === 'thread/tokenUsage/updated' ? event.params.tokenUsage : null;
}

/** The last diff and plan of a turn. */
export function readExtras(subject: Subject, turnId: string): StoredTurnExtras {
  const turn = findTurn(subject.database, subject.lineage, turnId);
  const seqs = [turn?.diffSeq ?? null, turn?.planSeq ?? null] as const;
  const events = eventsAt(subject.database, seqs);
  const [diff, plan] = seqs.map(events);
  return {
    diff: diff?.method === 'turn/diff/updated' ? diff.params.diff : null,
    plan:
      plan?.method === 'turn/plan/updated' ? { explanation: plan.params.explanation, steps: plan.params.plan } : null,
  };
}

/** What the model is to be told again: everything since the last compaction that the thread can see. */
export function readModelItems(subject: Subject, lastTurnId: string | null): ModelItem[] {
  const newestFirst: ModelItem[] = [];
  const last = lastTurnId === null ? UNCUT : findTurn(subject.database, subject.lineage, lastTurnId)?.ordinal;
  for (const segment of subject.lineage) {
    const sql = `SELECT kind, body FROM model_items WHERE thread_id = ? AND seq <= ? AND ordinal <= ?
      AND NOT EXISTS (SELECT 1 FROM json_each(?) WHERE ordinal BETWEEN value ->> 0 AND value ->> 1) ORDER BY seq DESC`;
    const { threadId, maxModelSeq, maxOrdinal, reverted } = segment;
    const end = Math.min(maxOrdinal, last ?? 0);
    for (const row of subject.database.all(sql, threadId, maxModelSeq, end, JSON.stringify(reverted))) {
      const body = textOf(row, 'body');
      if (textOf(row, 'kind') === 'base') return [...modelItemsOf(body), ...newestFirst.reverse()];
      newestFirst.push(modelItemOf(body));
    }
  }
  return newestFirst.reverse();
}

/** What the model was told and said in a turn. */
export function readTurnModelItems({ database, lineage }: Subject, turnId: string): ModelItem[] {
  const turn = findTurn(database, lineage, turnId);
  if (turn === undefined) return [];
  const { threadId, maxModelSeq } = turn.segment;
  const sql =
    "SELECT body FROM model_items WHERE thread_id = ? AND ordinal = ? AND seq <= ? AND kind != 'base' ORDER BY seq";
  return database.all(sql, threadId, turn.ordinal, maxModelSeq).map((row) => modelItemOf(textOf(row, 'body')));
}

interface Found<T> {
  /** One more than fits, when there is more. */
  readonly found: readonly T[];
  readonly limit: number;
  cursorOf(row: T, inclusive: boolean): string;
}

function cutPage<T, R>({ found, limit, cursorOf }: Found<T>, read: (rows: readonly T[]) => R[]): Paged<R> {
  const rows = found.slice(0, limit);
  const [first] = rows;
  const last = rows.at(-1);
  return {
    data: read(rows),
    nextCursor: last !== undefined && found.length > limit ? cursorOf(last, false) : null,
    backwardsCursor: first === undefined ? null : cursorOf(first, true),
  };
}

function ordinalsFrom(
  anchor: Anchor | null,
  direction: SortDirection,
): { from: number; to: number; direction: SortDirection } {
  const ordinal = anchor === null ? null : Number(anchor.keys[0]);
  const step = anchor?.inclusive ? 0 : 1;
  if (ordinal === null) return { from: 0, to: UNCUT, direction };
  return direction === 'asc'
    ? { from: ordinal + step, to: UNCUT, direction }
    : { from: 0, to: ordinal - step, direction };
}

/** The turns of these rows, with all their items. */
export function turnsOf(subject: Subject, rows: readonly TurnRow[]): Turn[] {
  const turns: Turn[] = [];
  for (let from = 0; from < rows.length; from += TURNS_TOGETHER) {
    const together = rows.slice(from, from + TURNS_TOGETHER);
    const keys = itemKeys(subject, together);
    const keysOf = (row: TurnRow): readonly ItemKey[] => keys.get(row) ?? [];
    const seqs = together.flatMap((row) => [
      row.startedSeq,
      row.completedSeq,
      ...keysOf(row).map(({ eventSeq }) => eventSeq),
    ]);
    const events = eventsAt(subject.database, seqs);
    turns.push(...together.map((row) => turnOf(subject, row, { keys: keysOf(row), events })));
  }
  return turns;
}

interface TurnParts {
  readonly keys: readonly ItemKey[];
  readonly events: EventsRead;
}

function turnOf(subject: Subject, row: TurnRow, parts: TurnParts): Turn {
  const { database, isLive, lineage, waiting } = subject;
  const logged = turnAsLogged(parts.events, row) ?? unreadableTurn(row.turnId);
  const turn: Turn = { ...logged, id: row.turnId, items: itemsOf(subject, row, parts), itemsView: 'full' };
  const isRunning = (isLive || waiting.turns.has(row.turnId)) && row.segment === lineage[0];
  if (turn.status !== 'inProgress' || isRunning) return turn;
  return interruptedTurn(turn, lastKnownMs(database, row.segment, row.ordinal));
}

/** What the turn's first event brought, as the reducer keeps it, then what was recorded item by item. */
function itemsOf(subject: Subject, row: TurnRow, { keys, events }: TurnParts): ThreadItem[] {
  const first = row.startedSeq === null ? row : { startedSeq: row.startedSeq, completedSeq: null };
  const brought = turnAsLogged(events, first)?.items ?? [];
  const items = [...brought];
  for (const key of keys) {
    const item = itemAt(subject, key, events);
    if (item === undefined) continue;
    const known = brought.findIndex((candidate) => candidate.id === item.id && candidate.type === item.type);
    if (known < 0) items.push(item);
    else items[known] = item;
  }
  return items;
}

/** Stands for a turn whose events a damaged database lost. */
function unreadableTurn(id: string): Turn {
  return {
    id,
    rootTurnId: id,
    items: [],
    itemsView: 'full',
    status: 'interrupted',
    error: null,
    startedAt: null,
    completedAt: null,
    durationMs: null,
  };
}

function findItems(
  subject: Subject,
  turnId: string | null,
  range: { anchor: Anchor | null; direction: SortDirection; limit: number },
): ItemKey[] {
  const found: ItemKey[] = [];
  for (const turn of turnsInRange(subject, turnId, range)) {
    const keys = (itemKeys(subject, [turn]).get(turn) ?? []).filter((key) => isBeyond(key, range));
    found.push(...(range.direction === 'asc' ? keys : keys.reverse()));
    if (found.length >= range.limit) break;
  }
  return found.slice(0, range.limit);
}

function* turnsInRange(
  { database, lineage }: Subject,
  turnId: string | null,
  { anchor, direction }: { anchor: Anchor | null; direction: SortDirection },
): Generator<TurnRow> {
  if (turnId !== null) {
    const turn = findTurn(database, lineage, turnId);
    if (turn !== undefined) yield turn;
    return;
  }
  let range = ordinalsFrom(anchor && { ...anchor, inclusive: true }, direction);
  for (;;) {
    const turns = turnRows(database, lineage, { ...range, limit: TURNS_AT_ONCE });
    yield* turns;
    const last = turns.at(-1);
    if (last === undefined || turns.length < TURNS_AT_ONCE) return;
    range = ordinalsFrom({ keys: [last.ordinal], inclusive: false }, direction);
  }
}

function isBeyond(key: ItemKey, { anchor, direction }: { anchor: Anchor | null; direction: SortDirection }): boolean {
  if (anchor === null) return true;
  const [ordinal, position] = anchor.keys.map(Number);
  const distance = key.turn.ordinal === ordinal ? key.position - (position ?? 0) : key.turn.ordinal - (ordinal ?? 0);
  if (distance === 0) return anchor.inclusive;
  return direction === 'asc' ? distance > 0 : distance < 0;
}

/** The items of each turn, in order. An item that a fork closed for itself is read from the fork. */
function itemKeys({ database, lineage }: Subject, turns: readonly TurnRow[]): Map<TurnRow, ItemKey[]> {
  const found = new Map(turns.map((turn) => [turn.ordinal, { turn, keys: new Map<string, ItemKey>() }]));
  const sql = `SELECT ordinal, position, type, item_id, event_seq FROM items
    WHERE thread_id = ? AND ordinal IN (SELECT value FROM json_each(?))`;
  for (const [depth, segment] of lineage.entries()) {
    const ordinals = turns
      .filter((turn) => lineage.indexOf(turn.segment) <= depth && turn.ordinal <= segment.maxOrdinal)
      .map(({ ordinal }) => ordinal);
    if (ordinals.length === 0) continue;
    for (const row of database.all(sql, segment.threadId, JSON.stringify(ordinals))) {
      const eventSeq = integerOrNull(row, 'event_seq');
      const isSeen = depth === 0 || (eventSeq !== null && eventSeq <= segment.maxSeq);
      const type = textOf(row, 'type');
      const itemId = textOf(row, 'item_id');
      const name = `${type} ${itemId}`;
      const of = found.get(integerOf(row, 'ordinal'));
      if (isSeen && of !== undefined && !of.keys.has(name)) {
        of.keys.set(name, { turn: of.turn, segment, position: integerOf(row, 'position'), type, itemId, eventSeq });
      }
    }
  }
  return new Map(
    [...found.values()].map(({ turn, keys }) => [turn, [...keys.values()].sort((a, b) => a.position - b.position)]),
  );
}

/** Undefined when a damaged database lost the text. */
function itemAt(
  { database, isLive, lineage, waiting }: Subject,
  key: ItemKey,
  events: EventsRead,
): ThreadItem | undefined {
  if (key.eventSeq !== null) {
    const event = events(key.eventSeq);
    return event?.method === 'item/completed' ? event.params.item : undefined;
  }
  const row = database.get(
    'SELECT at_ms, body FROM partials WHERE thread_id = ? AND ordinal = ? AND item_id = ? AND type = ?',
    key.segment.threadId,
    key.turn.ordinal,
    key.itemId,
    key.type,
  );
  if (row === undefined) return undefined;
  const item = itemOf(textOf(row, 'body'));
  const isOpen = isLive || (waiting.items.has(item.id) && key.segment === lineage[0]);
  return isOpen ? item : closedItem(item, integerOf(row, 'at_ms'));
}
