// Takes a thread out of the database as a bundle, and puts one in.
import { hexHash } from '../hash.ts';
import type { ThreadRecord } from '../../core/thread/threadStore.ts';
import type { Settings } from '../../core/settings.ts';
import type { ServerNotification } from '../../protocol/methods.ts';
import type { Turn } from '../../protocol/schema/turn.ts';
import { writeBundle, type Bundle, type BundledEvent, type BundledModelEntry, type BundledThread } from './bundle.ts';
import type { Database } from './database.ts';
import { readExtras, subjectOf, turnsOf, type Subject } from './history.ts';
import { turnRows, UNCUT, isShown } from './lineage.ts';
import { logEvent } from './projection.ts';
import { NOTHING_WAITS } from './questionRows.ts';
import { eventOf, integerOf, modelItemOf, modelItemsOf, textOf } from './row.ts';
import { createThread, getThread } from './threadRows.ts';

/** The thread as it reads now, what it inherits included; what is open is closed in the bundle. Undefined: there is no such thread. */
export function bundleOf(database: Database, threadId: string): Bundle | undefined {
  return database.read(() => read(database, threadId));
}

/** Runs inside a transaction. */
function read(database: Database, threadId: string): Bundle | undefined {
  const record = getThread(database, threadId);
  if (record === undefined) return undefined;
  const subject = { ...subjectOf(database, threadId, false), waiting: NOTHING_WAITS };
  const rows = turnRows(database, subject.lineage, { from: 0, to: UNCUT, direction: 'asc', limit: UNCUT });
  return {
    thread: threadOf(record),
    events: turnsOf(subject, rows).flatMap((turn) => eventsOf(subject, turn, threadId)),
    model: modelOf(subject, new Map(rows.map(({ ordinal, turnId }) => [ordinal, turnId]))),
  };
}

export type Imported =
  | { readonly type: 'created'; readonly threadId: string }
  /** All of the bundle is in this thread. */
  | { readonly type: 'known'; readonly threadId: string };

/** All or nothing. A thread that has the bundle's id and another history is left alone: the bundle becomes one with an id of its own. */
export function importBundle(database: Database, bundle: Bundle, settings: Settings): Imported {
  return database.write((): Imported => {
    const present = getThread(database, bundle.thread.id) !== undefined;
    if (present && isIn(database, bundle)) return { type: 'known', threadId: bundle.thread.id };
    const threadId = present ? ownId(bundle) : bundle.thread.id;
    if (present && getThread(database, threadId) !== undefined) return { type: 'known', threadId };
    createThread(database, recordFor(bundle.thread, threadId, settings), null);
    for (const { event, atMs } of bundle.events)
      logEvent(database, threadId, { event: movedTo(threadId, event), atMs });
    for (const entry of bundle.model) insertModel(database, threadId, entry);
    return { type: 'created', threadId };
  });
}

function threadOf(record: ThreadRecord): BundledThread {
  const { id, name, preview, createdAtMs, updatedAtMs, recencyAtMs, cliVersion, originator, gitInfo, tokenUsage } =
    record;
  const { cwd, model, modelProvider } = record.settings;
  const row = { id, name, preview, createdAtMs, updatedAtMs, recencyAtMs, cwd, model, modelProvider };
  return { ...row, cliVersion, originator, gitInfo, tokenUsage };
}

function recordFor(thread: BundledThread, id: string, settings: Settings): ThreadRecord {
  const { cwd: _cwd, model: _model, modelProvider: _provider, ...row } = thread;
  return { ...row, id, sessionId: id, forkedFromId: null, archived: false, settings };
}

/** The same words for a turn, whichever thread of a chain it came from. */
function eventsOf(subject: Subject, turn: Turn, threadId: string): BundledEvent[] {
  const { diff, plan } = readExtras(subject, turn.id);
  const at = { threadId, turnId: turn.id };
  const startedMs = (turn.startedAt ?? 0) * 1000;
  const endedMs = (turn.completedAt ?? turn.startedAt ?? 0) * 1000;
  const bare: Turn = { ...turn, items: [], itemsView: 'notLoaded' };
  const begun: Turn = { ...bare, status: 'inProgress', error: null, completedAt: null, durationMs: null };
  const events: { event: ServerNotification; atMs: number }[] = [
    { atMs: startedMs, event: { method: 'turn/started', params: { threadId, turn: begun } } },
  ];
  for (const item of turn.items) {
    const completedAtMs = item.completedAtMs ?? endedMs;
    events.push({ atMs: completedAtMs, event: { method: 'item/completed', params: { ...at, item, completedAtMs } } });
  }
  if (diff !== null) events.push({ atMs: endedMs, event: { method: 'turn/diff/updated', params: { ...at, diff } } });
  if (plan !== null) {
    const params = { ...at, explanation: plan.explanation, plan: [...plan.steps] };
    events.push({ atMs: endedMs, event: { method: 'turn/plan/updated', params } });
  }
  events.push({ atMs: endedMs, event: { method: 'turn/completed', params: { threadId, turn: bare } } });
  return events;
}

/** From where the history begins to its end, with what compaction has replaced. */
function modelOf({ database, lineage }: Subject, turnIds: ReadonlyMap<number, string>): BundledModelEntry[] {
  return lineage.toReversed().flatMap((segment) => {
    const { threadId, maxModelSeq, maxOrdinal } = segment;
    const sql = `SELECT ordinal, kind, body FROM model_items WHERE thread_id = ? AND seq <= ? AND ordinal <= ? ORDER BY seq`;
    return database
      .all(sql, threadId, maxModelSeq, maxOrdinal)
      .filter((row) => isShown(segment, integerOf(row, 'ordinal')))
      .map((row): BundledModelEntry => {
        const turnId = turnIds.get(integerOf(row, 'ordinal')) ?? null;
        const body = textOf(row, 'body');
        if (textOf(row, 'kind') === 'base') return { turnId, kind: 'base', items: modelItemsOf(body) };
        return { turnId, kind: 'item', items: [modelItemOf(body)] };
      });
  });
}

/** Whether the thread of that id begins with all that the bundle has; it may have gone on since. */
function isIn(database: Database, bundle: Bundle): boolean {
  const known = read(database, bundle.thread.id);
  const begins = (all: readonly unknown[], first: readonly unknown[]): boolean =>
    first.every((entry, index) => JSON.stringify(entry) === JSON.stringify(all[index]));
  return known !== undefined && begins(known.events, bundle.events) && begins(known.model, bundle.model);
}

/** The same bundle gets the same id each time. Its time is that of the original, so that it sorts with it. */
function ownId(bundle: Bundle): string {
  const hash = hexHash('sha256', writeBundle(bundle));
  return `${bundle.thread.id.slice(0, 13)}-7${hash.slice(0, 3)}-a${hash.slice(3, 6)}-${hash.slice(6, 18)}`;
}

function movedTo(threadId: string, event: ServerNotification): ServerNotification {
  return eventOf(JSON.stringify({ ...event, params: { ...event.params, threadId } }));
}

function insertModel(database: Database, threadId: string, { turnId, kind, items }: BundledModelEntry): void {
  const sql = `INSERT INTO model_items (thread_id, ordinal, kind, body)
    VALUES (?, coalesce((SELECT ordinal FROM turns WHERE thread_id = ? AND turn_id = ?), 0), ?, ?)`;
  const body = JSON.stringify(kind === 'base' ? items : items[0]);
  database.run(sql, threadId, threadId, turnId, kind, body);
}
