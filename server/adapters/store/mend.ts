// Mends what an examination found: the tables from the event log; what nothing can mend goes into a file beside the database.
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import type { Database } from './database.ts';
import { sameRow, type BaseFault, type Fault, type RowFault } from './examine.ts';
import { indexThread } from './projection.ts';
import { itemKey, logMark, ordinalMap, projectedOf, type Projected, type ProjectionFault } from './replayed.ts';
import type { Row } from './row.ts';
import { settleThread } from './threadRows.ts';

export interface Mending {
  readonly database: Database;
  /** Absolute; made when the first row is put there. */
  readonly quarantine: string;
  /** Whether a living process writes the thread: then it is only looked at. */
  isLive(threadId: string): boolean;
}

/** In one transaction. Returns how many faults are no more; mending rows may bring others to light. */
export function mend(mending: Mending, faults: readonly Fault[]): number {
  const { database } = mending;
  return database.write(() => {
    const own = faults.filter(({ threadId }) => !mending.isLive(threadId));
    const rows = own
      .filter((fault) => fault.type === 'row' || fault.type === 'base')
      .filter((fault) => stands(database, fault));
    // a row is in the file, on the disk, before it leaves the database
    setAside(mending.quarantine, rows);
    for (const fault of rows) takeOut(database, fault);
    let mended = rows.length;
    for (const fault of own) {
      if (fault.type === 'columns') settleThread(database, fault.threadId);
      // without the rows that went, the log may say something else
      else if (fault.type !== 'projection' || rows.length > 0 || !project(database, fault)) continue;
      mended += 1;
    }
    return mended;
  });
}

function stands(database: Database, fault: RowFault | BaseFault): boolean {
  return fault.type === 'base' || sameRow(database, fault);
}

function takeOut(database: Database, fault: RowFault | BaseFault): void {
  if (fault.type === 'base') {
    database.run('UPDATE threads SET base_thread_id = NULL WHERE id = ?', fault.threadId);
    return;
  }
  if (fault.table === 'events') database.run('DELETE FROM texts WHERE rowid = ?', fault.place);
  database.run(`DELETE FROM ${fault.table} WHERE rowid = ?`, fault.place);
}

function setAside(path: string, faults: readonly (RowFault | BaseFault)[]): void {
  if (faults.length === 0) return;
  const file = openSync(path, 'a', 0o600);
  try {
    for (const fault of faults) {
      const [table, why] = fault.type === 'row' ? [fault.table, fault.why] : ['threads', 'its base is not there'];
      writeSync(file, `${JSON.stringify({ table, why, row: portable(fault.row) })}\n`);
    }
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function portable(row: Row): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [name, cell] of Object.entries(row)) {
    if (cell instanceof Uint8Array) result[name] = { base64: Buffer.from(cell).toString('base64') };
    else result[name] = typeof cell === 'bigint' ? String(cell) : cell;
  }
  return result;
}

/** False when the log has grown since it was looked at. */
function project(database: Database, { threadId, projected, log }: ProjectionFault): boolean {
  if (JSON.stringify(logMark(database, threadId)) !== JSON.stringify(log)) return false;
  placeTurns(database, threadId, projected);
  const stored = projectedOf(database, threadId);
  pointItems(database, threadId, { projected, stored });
  const ordinalOf = ordinalMap(projected, stored);
  database.run('DELETE FROM reverts WHERE thread_id = ?', threadId);
  for (const { seq, from, to } of projected.reverts) {
    const sql = 'INSERT INTO reverts (seq, thread_id, from_ordinal, to_ordinal) VALUES (?, ?, ?, ?)';
    database.run(sql, seq, threadId, ordinalOf(from), ordinalOf(to));
  }
  for (const { clientId, turnId } of projected.messages) {
    const sql = 'INSERT OR REPLACE INTO messages (thread_id, client_id, turn_id) VALUES (?, ?, ?)';
    database.run(sql, threadId, clientId, turnId);
  }
  indexThread(database, threadId);
  return true;
}

function placeTurns(database: Database, threadId: string, projected: Projected): void {
  const ordinals = new Map(projectedOf(database, threadId).turns.map(({ turnId, ordinal }) => [turnId, ordinal]));
  const unsaid = new Set(ordinals.keys());
  projected.turns.forEach(({ turnId, ordinal: first, seqs }, index) => {
    unsaid.delete(turnId);
    const ordinal = ordinals.get(turnId) ?? freeOrdinal(projected, { ordinals, index, first });
    ordinals.set(turnId, ordinal);
    const sql = `INSERT OR REPLACE INTO turns (thread_id, ordinal, turn_id, started_seq, completed_seq, diff_seq, plan_seq)
      VALUES (?, ?, ?, ?, ?, ?, ?)`;
    database.run(sql, threadId, ordinal, turnId, ...seqs);
  });
  const sql = `UPDATE turns SET started_seq = NULL, completed_seq = NULL, diff_seq = NULL, plan_seq = NULL
    WHERE thread_id = ? AND turn_id = ? AND ordinal > (SELECT coalesce(base_ordinal, 0) FROM threads WHERE id = thread_id)`;
  for (const turnId of unsaid) database.run(sql, threadId, turnId);
}

/** Between its neighbours where there is room, as there is where a row was lost; else behind all others. */
function freeOrdinal(
  projected: Projected,
  at: { readonly ordinals: ReadonlyMap<string, number>; readonly index: number; readonly first: number },
): number {
  const used = new Set(at.ordinals.values());
  const before = projected.turns.slice(0, at.index).map(({ turnId }) => at.ordinals.get(turnId) ?? 0);
  const after = projected.turns.slice(at.index + 1).map(({ turnId }) => at.ordinals.get(turnId) ?? Infinity);
  const isBetween = (ordinal: number): boolean =>
    !used.has(ordinal) && before.every((other) => other < ordinal) && after.every((other) => other > ordinal);
  const found = [at.first, Math.max(0, ...before) + 1].find(isBetween);
  return found ?? Math.max(at.first, ...used) + 1;
}

function pointItems(
  database: Database,
  threadId: string,
  { projected, stored }: { readonly projected: Projected; readonly stored: Projected },
): void {
  const ordinals = new Map(stored.turns.map(({ turnId, ordinal }) => [turnId, ordinal]));
  const places = new Map(stored.items.map((item) => [itemKey(item), item.position]));
  const said = new Set(projected.items.map(itemKey));
  const used = new Map<string, readonly number[]>();
  for (const { turnId, position } of stored.items) used.set(turnId, [...(used.get(turnId) ?? []), position]);
  for (const item of projected.items) {
    const ordinal = ordinals.get(item.turnId) ?? 0;
    const position = places.get(itemKey(item)) ?? freePosition(used.get(item.turnId) ?? [], item.position);
    used.set(item.turnId, [...(used.get(item.turnId) ?? []), position]);
    const sql = `INSERT OR REPLACE INTO items (thread_id, ordinal, position, type, item_id, event_seq) VALUES (?, ?, ?, ?, ?, ?)`;
    database.run(sql, threadId, ordinal, position, item.type, item.itemId, item.eventSeq);
  }
  const sql = 'UPDATE items SET event_seq = NULL WHERE thread_id = ? AND ordinal = ? AND item_id = ? AND type = ?';
  for (const item of stored.items) {
    if (!said.has(itemKey(item))) database.run(sql, threadId, ordinals.get(item.turnId) ?? 0, item.itemId, item.type);
  }
}

function freePosition(used: readonly number[], wanted: number): number {
  return used.includes(wanted) ? Math.max(...used) + 1 : wanted;
}
