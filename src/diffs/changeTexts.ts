// Finds the texts before and after a change: as they were seen, from the ledger, or worked out from the file and the patch.
import type { ChangedText } from '../../server/protocol/fileChange.ts';
import type { FileChangeItem, FileUpdateChange } from '../../server/protocol/schema/item.ts';
import type { ThreadStore } from '../threads/threadStore.ts';
import { excerptOf } from './excerpt.ts';
import type { DiffSource, Side } from './diffUris.ts';
import type { FileRecord } from './fileRecord.ts';
import type { Ledger } from './ledger.ts';
import { RehearsedTexts } from './rehearsedTexts.ts';
import { proposedText, settledTexts, type BeforeAndAfter, type ChangeRef, type LiveChanges } from './liveChanges.ts';

export interface ChangeTextPorts {
  readonly store: Pick<ThreadStore, 'get'>;
  readonly live: LiveChanges;
  readonly ledger: Ledger;
  readonly read: (path: string) => Promise<ChangedText>;
}

/** A patch as the thread has it. */
export interface FoundChange {
  readonly item: FileChangeItem;
  readonly change: FileUpdateChange;
}

export class ChangeTexts {
  /** What rehearsals have shown in this window. */
  readonly rehearsals = new RehearsedTexts();
  readonly #ports: ChangeTextPorts;

  constructor(ports: ChangeTextPorts) {
    this.#ports = ports;
  }

  /** The patch and its change of one file; without a path the first one. */
  find({
    threadId,
    turnId,
    itemId,
    path,
  }: Omit<ChangeRef, 'path'> & { readonly path?: string }): FoundChange | undefined {
    const turn = this.#ports.store.get(threadId)?.turns.find(({ id }) => id === turnId);
    const item = turn?.items.find((candidate) => candidate.id === itemId);
    if (item?.type !== 'fileChange') return undefined;
    const change = item.changes.find((candidate) => path === undefined || isAt(candidate, path));
    return change === undefined ? undefined : { item, change };
  }

  /** Both texts of a change of a file. */
  async ofChange(ref: ChangeRef): Promise<BeforeAndAfter> {
    const seen = await this.#ports.live.texts(ref);
    if (seen !== null) return seen;
    const found = this.find(ref);
    if (found === undefined) return unknown('Its thread is not open. Open it in the chat and try again.');
    return await this.#workedOut(found, ref);
  }

  async ofRecord(record: FileRecord): Promise<BeforeAndAfter> {
    const { ledger } = this.#ports;
    const [before, after] = await Promise.all([ledger.text(record.before), ledger.text(record.after)]);
    return { before, after };
  }

  /** What a virtual document shows. Never fails: what is not known is said in the document. */
  async document(source: DiffSource, side: Side): Promise<string> {
    if (source.type === 'record') {
      const record = this.#ports.ledger.byId(source.recordId);
      if (record === undefined) return 'This change is not recorded any more.';
      return textOr(await this.ofRecord(record), side, (reason) => reason);
    }
    if (source.type === 'rehearsal') return textOr(this.rehearsals.texts(source), side, (reason) => reason);
    if (source.type === 'file') {
      const text = await this.#ports.read(source.path);
      return textOr({ before: text, after: text }, side, (reason) => reason);
    }
    const change = this.find(source.ref)?.change;
    const texts = await this.ofChange(source.ref);
    return textOr(texts, side, (reason) => (change === undefined ? reason : excerptOf(change, side, reason)));
  }

  /** Undoes the patch in the file as it is, or as the ledger has it. */
  async #workedOut({ item, change }: FoundChange, { threadId, turnId }: ChangeRef): Promise<BeforeAndAfter> {
    const { ledger, read } = this.#ports;
    const path = finalPath(change);
    if (item.status !== 'completed') {
      const before = await read(change.path);
      return { before, after: proposedText(before, change) };
    }
    const inFile = settledTexts(change, await read(path), null);
    if (inFile.before.type !== 'conflict') return inFile;
    const record = ledger.ofTurn({ threadId, turnId }).find((candidate) => candidate.path === path);
    if (record === undefined) return { before: inFile.before, after: inFile.before };
    const recorded = await this.ofRecord(record);
    const inRecord = settledTexts(change, recorded.after, recorded.before);
    return inRecord.before.type === 'conflict' ? { before: inFile.before, after: inFile.before } : inRecord;
  }
}

/** Where the file is after the change. */
export function finalPath(change: FileUpdateChange): string {
  return (change.kind.type === 'update' ? change.kind.move_path : null) ?? change.path;
}

function isAt(change: FileUpdateChange, path: string): boolean {
  return change.path === path || finalPath(change) === path;
}

function unknown(message: string): BeforeAndAfter {
  const text: ChangedText = { type: 'conflict', message };
  return { before: text, after: text };
}

function textOr(texts: BeforeAndAfter, side: Side, otherwise: (reason: string) => string): string {
  const text = texts[side];
  switch (text.type) {
    case 'text':
      return text.text;
    case 'absent':
      return '';
    case 'conflict':
      return otherwise(text.message);
  }
}
