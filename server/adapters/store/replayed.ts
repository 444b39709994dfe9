// Projects the event log once more, in memory, and compares what comes out with the tables.
import { Database } from './database.ts';
import { projectEvent } from './projection.ts';
import { eventOf, integerOf, integerOrNull, textOf, textOrNull, type Row } from './row.ts';
import { MIGRATIONS } from './schema.ts';

/** What the tables should say of one thread's log. */
export interface Projected {
  readonly turns: readonly ProjectedTurn[];
  readonly items: readonly ProjectedItem[];
  readonly reverts: readonly { readonly seq: number; readonly from: number; readonly to: number }[];
  readonly messages: readonly { readonly clientId: string; readonly turnId: string }[];
}

export interface ProjectedTurn {
  readonly turnId: string;
  readonly ordinal: number;
  readonly seqs: readonly (number | null)[];
}

export interface ProjectedItem {
  readonly turnId: string;
  readonly type: string;
  readonly itemId: string;
  readonly position: number;
  readonly eventSeq: number | null;
}

/** The turns and items of a thread are not those of its events. */
export interface ProjectionFault {
  readonly type: 'projection';
  readonly threadId: string;
  /** How many rows differ. */
  readonly rows: number;
  readonly projected: Projected;
  /** Of the log that was projected: when it has grown since, this is out of date. */
  readonly log: LogMark;
}

export interface LogMark {
  readonly count: number;
  readonly last: number | null;
}

type SqliteModule = typeof import('node:sqlite');

const LOGGED = 'SELECT seq, thread_id, body FROM events JOIN threads ON id = thread_id WHERE seq > ? ORDER BY seq';

/** Nobody searches here. */
const NO_SEARCH_INDEX = `DROP TABLE text_terms; DROP TABLE texts;
  CREATE VIEW texts AS SELECT 0 AS rowid, '' AS text;
  CREATE TRIGGER no_texts INSTEAD OF INSERT ON texts BEGIN SELECT 1; END;`;

export interface ReplayOptions {
  /** Forks whose base cannot be used. */
  readonly baseless: ReadonlySet<string>;
  /** Called with an event of which nothing can be made. */
  unfit(logged: { readonly threadId: string; readonly seq: number }, error: unknown): void;
}

/** Runs inside a transaction. */
export function differences(sqlite: SqliteModule, database: Database, options: ReplayOptions): ProjectionFault[] {
  const scratch = replay(sqlite, database, options);
  try {
    return database.all('SELECT id, base_ordinal FROM threads').flatMap((row): ProjectionFault[] => {
      const threadId = textOf(row, 'id');
      const projected = projectedOf(scratch, threadId);
      const stored = projectedOf(database, threadId);
      const rows = differingRows(projected, stored, integerOrNull(row, 'base_ordinal') ?? 0);
      return rows === 0 ? [] : [{ type: 'projection', threadId, rows, projected, log: logMark(database, threadId) }];
    });
  } finally {
    scratch.close();
  }
}

export function logMark(database: Database, threadId: string): LogMark {
  const sql = 'SELECT count(*) AS count, max(seq) AS last FROM events WHERE thread_id = ?';
  const row = database.get(sql, threadId) ?? {};
  return { count: integerOf(row, 'count'), last: integerOrNull(row, 'last') };
}

export function projectedOf(database: Database, threadId: string): Projected {
  const turns = database.all('SELECT * FROM turns WHERE thread_id = ? ORDER BY ordinal', threadId);
  const items = database.all(
    `SELECT turn_id, type, item_id, position, event_seq FROM items JOIN turns USING (thread_id, ordinal)
      WHERE thread_id = ? ORDER BY ordinal, position`,
    threadId,
  );
  const reverts = database.all('SELECT * FROM reverts WHERE thread_id = ? ORDER BY seq', threadId);
  const messages = database.all('SELECT client_id, turn_id FROM messages WHERE thread_id = ?', threadId);
  return {
    turns: turns.map((row) => ({
      turnId: textOf(row, 'turn_id'),
      ordinal: integerOf(row, 'ordinal'),
      seqs: ['started_seq', 'completed_seq', 'diff_seq', 'plan_seq'].map((name) => integerOrNull(row, name)),
    })),
    items: items.map((row) => ({
      turnId: textOf(row, 'turn_id'),
      type: textOf(row, 'type'),
      itemId: textOf(row, 'item_id'),
      position: integerOf(row, 'position'),
      eventSeq: integerOrNull(row, 'event_seq'),
    })),
    reverts: reverts.map((row) => ({
      seq: integerOf(row, 'seq'),
      from: integerOf(row, 'from_ordinal'),
      to: integerOf(row, 'to_ordinal'),
    })),
    messages: messages.map((row) => ({ clientId: textOf(row, 'client_id'), turnId: textOf(row, 'turn_id') })),
  };
}

export const itemKey = ({ turnId, type, itemId }: Pick<ProjectedItem, 'turnId' | 'type' | 'itemId'>): string =>
  JSON.stringify([turnId, type, itemId]);

/** The ordinals of the stored turns stand: the model's items are bound to them. */
export function ordinalMap(projected: Projected, stored: Projected): (ordinal: number) => number {
  const storedBy = new Map(stored.turns.map(({ turnId, ordinal }) => [turnId, ordinal]));
  const map = new Map(projected.turns.map(({ turnId, ordinal }) => [ordinal, storedBy.get(turnId) ?? ordinal]));
  return (ordinal) => map.get(ordinal) ?? ordinal;
}

function replay(sqlite: SqliteModule, database: Database, { baseless, unfit }: ReplayOptions): Database {
  const scratch = new Database(':memory:', new sqlite.DatabaseSync(':memory:'), () => undefined);
  for (const step of MIGRATIONS) scratch.script(step);
  scratch.script(NO_SEARCH_INDEX);
  for (const row of database.all('SELECT id, base_thread_id, base_ordinal, base_seq, base_model_seq FROM threads')) {
    const base = baseless.has(textOf(row, 'id')) ? null : textOrNull(row, 'base_thread_id');
    scratch.run(
      `INSERT INTO threads (id, created_at_ms, updated_at_ms, recency_at_ms, archived, cwd, model_provider, search_text, record,
        base_thread_id, base_ordinal, base_seq, base_model_seq) VALUES (?, 0, 0, 0, 0, '', '', '', '', ?, ?, ?, ?)`,
      textOf(row, 'id'),
      base,
      integerOrNull(row, 'base_ordinal'),
      integerOrNull(row, 'base_seq'),
      integerOrNull(row, 'base_model_seq'),
    );
  }
  for (const row of database.each(LOGGED, 'seq')) {
    const event = readableEvent(row);
    if (event === undefined) continue;
    const logged = { threadId: textOf(row, 'thread_id'), seq: integerOf(row, 'seq'), event };
    try {
      projectEvent(scratch, logged);
    } catch (error) {
      unfit(logged, error);
    }
  }
  return scratch;
}

function readableEvent(row: Row): ReturnType<typeof eventOf> | undefined {
  try {
    return eventOf(textOf(row, 'body'));
  } catch {
    // told as a fault of its own
    return undefined;
  }
}

function differingRows(projected: Projected, stored: Projected, baseOrdinal: number): number {
  const ordinalOf = ordinalMap(projected, stored);
  const turns = new Map(stored.turns.map((turn) => [turn.turnId, turn]));
  const items = new Map(stored.items.map((item) => [itemKey(item), item]));
  const messages = new Map(stored.messages.map(({ clientId, turnId }) => [clientId, turnId]));
  const reverts = projected.reverts.map(({ seq, from, to }) => ({ seq, from: ordinalOf(from), to: ordinalOf(to) }));
  const saidTurns = new Set(projected.turns.map(({ turnId }) => turnId));
  const saidItems = new Set(projected.items.map(itemKey));
  return [
    ...projected.turns.map((turn) => String(turns.get(turn.turnId)?.seqs) === String(turn.seqs)),
    // what a fork says anew of a turn that it inherits, it may say in no event
    ...stored.turns.map(
      ({ turnId, ordinal, seqs }) =>
        saidTurns.has(turnId) || ordinal <= baseOrdinal || seqs.every((seq) => seq === null),
    ),
    ...projected.items.map((item) => items.get(itemKey(item))?.eventSeq === item.eventSeq),
    ...stored.items.map((item) => item.eventSeq === null || saidItems.has(itemKey(item))),
    ...projected.messages.map(({ clientId, turnId }) => messages.get(clientId) === turnId),
    JSON.stringify(reverts) === JSON.stringify(stored.reverts),
  ].filter((isRight) => !isRight).length;
}
