// Which files the agent changed, in which turns, and whether the user has accepted or rejected that; survives a reload.
import type { ChangedText } from '../../server/protocol/fileChange.ts';
import { Emitter, type Disposable } from '../emitter.ts';
import { parseRecords, type FileRecord, type StoredText, type TurnRef, type Verdict } from './fileRecord.ts';
import { isSameText } from './hunks.ts';
import { merge3 } from './merge3.ts';
import type { TextStore } from './textStore.ts';

/** What one step of a turn did to a file. */
export interface FileEdit {
  readonly turn: TurnRef;
  readonly path: string;
  readonly movedFrom: string | null;
  readonly before: ChangedText;
  readonly after: ChangedText;
}

/** Where the records are kept. */
export interface LedgerMemory {
  readonly load: () => unknown;
  readonly save: (records: readonly FileRecord[]) => Promise<void>;
}

/** Decided records beyond this many are forgotten, oldest first. */
const KEEP_DECIDED = 100;

export class Ledger implements Disposable {
  readonly #memory: LedgerMemory;
  readonly #texts: TextStore;
  readonly #changed = new Emitter<void>();
  #records: readonly FileRecord[];
  /** The last of the changes, which go one after the other. */
  #last: Promise<void> = Promise.resolve();

  readonly onDidChange = this.#changed.event;

  constructor(memory: LedgerMemory, texts: TextStore) {
    this.#memory = memory;
    this.#texts = texts;
    this.#records = parseRecords(memory.load());
  }

  /** The files that wait for a decision, by path. */
  pending(): FileRecord[] {
    return this.#records
      .filter(({ verdict }) => verdict === 'pending')
      .toSorted((left, right) => (left.path < right.path ? -1 : 1));
  }

  pendingAt(path: string): FileRecord | undefined {
    return this.#records.find((record) => record.verdict === 'pending' && record.path === path);
  }

  /** The newest record of a path that was rejected. */
  rejectedAt(path: string): FileRecord | undefined {
    return this.#records.findLast((record) => record.verdict === 'rejected' && record.path === path);
  }

  byId(id: string): FileRecord | undefined {
    return this.#records.find((record) => record.id === id);
  }

  /** The files that a turn changed, decided or not, by path. */
  ofTurn({ threadId, turnId }: TurnRef): FileRecord[] {
    return this.#records
      .filter(({ turns }) => turns.some((turn) => turn.threadId === threadId && turn.turnId === turnId))
      .toSorted((left, right) => (left.path < right.path ? -1 : 1));
  }

  /** The hashes of all texts that records refer to. */
  hashes(): Set<string> {
    const texts = this.#records.flatMap(({ before, after }) => [before, after]);
    return new Set(texts.flatMap((text) => (text.type === 'text' ? [text.hash] : [])));
  }

  /** The text behind a record's side. */
  async text(stored: StoredText): Promise<ChangedText> {
    if (stored.type !== 'text') return stored;
    const text = await this.#texts.get(stored.hash);
    if (text !== null) return { type: 'text', text };
    return { type: 'conflict', message: 'The recorded text is not there any more.' };
  }

  /**
   * Takes in what a step did. It joins the pending record of the file, whose first text before stays; edits that somebody else
   * made in between become part of that text, so that rejecting later does not take them away.
   */
  record(edit: FileEdit): Promise<void> {
    return this.#inTurn(() => this.#record(edit));
  }

  /** Notes the user's decision; the record goes to the end of its kind. */
  decide(id: string, verdict: Verdict): Promise<void> {
    return this.#inTurn(async () => {
      const record = this.byId(id);
      if (record === undefined || record.verdict === verdict) return;
      if (verdict === 'pending' && this.pendingAt(record.path) !== undefined) return;
      await this.#save([...this.#records.filter((other) => other.id !== id), { ...record, verdict }]);
    });
  }

  dispose(): void {
    this.#changed.dispose();
  }

  #inTurn(task: () => Promise<void>): Promise<void> {
    const done = this.#last.then(task);
    this.#last = done.catch(() => undefined); // its caller hears of it; the next one goes on
    return done;
  }

  async #record(edit: FileEdit): Promise<void> {
    const earlier = this.pendingAt(edit.movedFrom ?? edit.path);
    const overwritten = edit.movedFrom === null ? undefined : this.pendingAt(edit.path);
    const before = earlier === undefined ? edit.before : await this.#firstBefore(earlier, edit);
    const origin = earlier === undefined ? edit.movedFrom : (earlier.movedFrom ?? edit.movedFrom);
    const movedFrom = origin === edit.path || before.type === 'absent' ? null : origin;
    const replaced = new Set([earlier?.id, overwritten?.id]);
    const others = this.#records.filter(({ id }) => !replaced.has(id));
    if (isUndone(before, edit.after, movedFrom)) return await this.#save(others);
    const record: FileRecord = {
      id: earlier?.id ?? crypto.randomUUID(),
      path: edit.path,
      movedFrom,
      before: await this.#store(before),
      after: await this.#store(edit.after),
      turns: withTurn(earlier?.turns ?? [], edit.turn),
      verdict: 'pending',
    };
    await this.#save([...others, record]);
  }

  async #firstBefore(earlier: FileRecord, edit: FileEdit): Promise<ChangedText> {
    const [first, left] = await Promise.all([this.text(earlier.before), this.text(earlier.after)]);
    if (left.type !== 'text' || edit.before.type !== 'text' || isSameText(left.text, edit.before.text)) return first;
    if (first.type !== 'text') return first;
    return { type: 'text', text: merge3({ base: left.text, ours: first.text, theirs: edit.before.text }).text };
  }

  async #store(text: ChangedText): Promise<StoredText> {
    return text.type === 'text' ? { type: 'text', hash: await this.#texts.put(text.text) } : text;
  }

  async #save(records: readonly FileRecord[]): Promise<void> {
    const decided = records.filter(({ verdict }) => verdict !== 'pending');
    const forgotten = new Set(decided.slice(0, Math.max(0, decided.length - KEEP_DECIDED)));
    this.#records = records.filter((record) => !forgotten.has(record));
    this.#changed.fire();
    await this.#memory.save(this.#records);
  }
}

function withTurn(turns: readonly TurnRef[], turn: TurnRef): TurnRef[] {
  const others = turns.filter(({ threadId, turnId }) => threadId !== turn.threadId || turnId !== turn.turnId);
  return [...others, turn];
}

function isUndone(before: ChangedText, after: ChangedText, movedFrom: string | null): boolean {
  if (movedFrom !== null) return false;
  if (before.type === 'text' && after.type === 'text') return before.text === after.text;
  return before.type === 'absent' && after.type === 'absent';
}
