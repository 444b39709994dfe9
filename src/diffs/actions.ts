// What the commands of the diffs room do: review, open, accept, reject, go to the next changed file.
import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { FileChangeItem } from '../../server/protocol/schema/item.ts';
import { fileChanges } from '../../server/protocol/state/select.ts';
import type { TriedChanges } from './triedChanges.ts';
import type { DiffServices } from '../chat/hostServices.ts';
import type { Commands } from '../commands.ts';
import type { ThreadStore } from '../threads/threadStore.ts';
import { finalPath, type ChangeTexts } from './changeTexts.ts';
import { diffUri, parseDiffUri } from './diffUris.ts';
import { diskText, shortPath } from './fileContents.ts';
import type { FileRecord, TurnRef } from './fileRecord.ts';
import { isSameText } from './hunks.ts';
import type { Ledger } from './ledger.ts';
import { appliedPair, proposedPair, showDiff } from './openDiffs.ts';
import { rejectRecord } from './reject.ts';
import { filesOf, openReview, type ReviewedFile } from './review.ts';

/** How the tab with the output of a rehearsal is called. */
const OUTPUT_NAME = '/Output of the Rehearsal';

export interface ActionPorts {
  readonly ledger: Ledger;
  readonly texts: ChangeTexts;
  readonly store: ThreadStore;
}

export class DiffActions {
  readonly #ports: ActionPorts;

  constructor(ports: ActionPorts) {
    this.#ports = ports;
  }

  readonly commands: Commands = {
    'bowline.reviewChanges': () => this.reviewPending(),
    'bowline.acceptFile': (argument) => this.#accept(this.#target(argument)),
    'bowline.rejectFile': (argument) => this.#reject(this.#target(argument)),
    'bowline.acceptAll': () => this.#acceptAll(),
    'bowline.rejectAll': () => this.#rejectAll(),
    'bowline.openFileDiff': (argument) => this.#openRecord(this.#target(argument)),
    'bowline.nextChangedFile': () => this.#step(1),
    'bowline.previousChangedFile': () => this.#step(-1),
  };

  /** All files that wait for a decision, in one editor. */
  async reviewPending(): Promise<void> {
    const records = this.#ports.ledger.pending();
    if (records.length === 0) return tell('There are no changes by Bowline to review.');
    await openReview('Bowline: Changes', await this.#reviewed(records));
  }

  /** All files that a turn changed, by patches and by commands, decided or not. */
  async reviewTurn(turn: TurnRef): Promise<void> {
    const records = this.#ports.ledger.ofTurn(turn);
    const recorded = new Set(records.map(({ path }) => path));
    const found = this.#ports.store.get(turn.threadId)?.turns.find(({ id }) => id === turn.turnId);
    const patches = found === undefined ? [] : fileChanges(found).filter(({ status }) => status === 'completed');
    const older = await Promise.all(patches.map((item) => this.#patched(item, turn)));
    const files = older.flat().filter(({ path }) => !recorded.has(path));
    const all = [...(await this.#reviewed(records)), ...onePerPath(files)];
    if (all.length === 0) return tell('This turn has changed no files.');
    await openReview('Bowline: Changes of the Turn', all);
  }

  /** One file of a patch. */
  async openChange(params: Parameters<DiffServices['openDiff']>[0]): Promise<void> {
    const { threadId, turnId, itemId, path } = params;
    const found = this.#ports.texts.find({ threadId, turnId, itemId, ...(path === undefined ? {} : { path }) });
    if (found === undefined) return tell('This change is not loaded any more. Open its thread and try again.');
    const ref = { threadId, turnId, itemId, path: found.change.path };
    const { after } = await this.#ports.texts.ofChange(ref);
    const file = finalPath(found.change);
    const now = await diskText(file);
    const isThere = after.type === 'text' && now.type === 'text' && isSameText(after.text, now.text);
    const proposal = proposedPair(ref);
    const isDone = found.item.status === 'completed';
    const virtual = isDone ? { ...proposal, title: `${basename(file)} (Bowline: changed)` } : proposal;
    await showDiff(isThere && isDone ? appliedPair(ref, file) : virtual, { preview: true });
    if (now.type === 'conflict') tell(now.message);
    else if (isDone && now.type === 'absent' && after.type !== 'absent')
      tell(`${shortPath(file)} is not there any more. The diff shows what Bowline wrote.`);
  }

  /** What a rehearsal did to each file, over a tab with what it wrote. */
  async openRehearsal(name: string, rehearsal: TriedChanges): Promise<void> {
    const { rehearsalId, output, changes } = rehearsal;
    const { rehearsals } = this.#ports.texts;
    await rehearsals.keep(rehearsal, diskText);
    if (output.trim() !== '') {
      const uri = diffUri({ type: 'rehearsal', rehearsalId, path: null }, 'after', OUTPUT_NAME);
      await vscode.window.showTextDocument(uri, { preview: false, preserveFocus: true });
    }
    if (changes.length === 0) return;
    const files = changes.map(finalPath).map((path): ReviewedFile => {
      const source = { type: 'rehearsal', rehearsalId, path } as const;
      return { path, source, isPending: false, texts: rehearsals.texts(source) };
    });
    await openReview(name, files);
  }

  async #reviewed(records: readonly FileRecord[]): Promise<ReviewedFile[]> {
    return await Promise.all(
      records.map(async (record) => ({
        path: record.path,
        source: { type: 'record', recordId: record.id } as const,
        isPending: record.verdict === 'pending',
        texts: await this.#ports.texts.ofRecord(record),
      })),
    );
  }

  async #patched(item: FileChangeItem, turn: TurnRef): Promise<ReviewedFile[]> {
    return await Promise.all(
      item.changes.map(async (change) => {
        const ref = { ...turn, itemId: item.id, path: change.path };
        const texts = await this.#ports.texts.ofChange(ref);
        return { path: finalPath(change), source: { type: 'change', ref } as const, isPending: false, texts };
      }),
    );
  }

  async #openRecord(record: FileRecord | null): Promise<void> {
    if (record === null) return tellNoTarget();
    const source = { type: 'record', recordId: record.id } as const;
    const isThere = record.after.type === 'text' && (await diskText(record.path)).type === 'text';
    const right = isThere ? vscode.Uri.file(record.path) : diffUri(source, 'after', record.path);
    const title = `${basename(record.path)} (Bowline: changed)`;
    await showDiff({ left: diffUri(source, 'before', record.path), right, title }, { preview: true });
  }

  async #accept(record: FileRecord | null): Promise<void> {
    if (record === null) return tellNoTarget();
    await this.#ports.ledger.decide(record.id, 'accepted');
  }

  async #reject(record: FileRecord | null): Promise<void> {
    if (record === null) return tellNoTarget();
    const texts = await this.#ports.texts.ofRecord(record);
    const outcome = await rejectRecord(record, texts, () => this.#openRecord(record));
    if (outcome === 'rejected') await this.#ports.ledger.decide(record.id, 'rejected');
  }

  async #acceptAll(): Promise<void> {
    for (const record of this.#ports.ledger.pending()) await this.#accept(record);
  }

  /** Goes on after a file that cannot be restored, and tells of all such at the end. */
  async #rejectAll(): Promise<void> {
    const records = this.#ports.ledger.pending();
    if (records.length === 0) return tell('There are no changes by Bowline to reject.');
    const question = `Reject Bowline’s changes in ${filesOf(records.length)}?`;
    const detail = records
      .slice(0, 12)
      .map(({ path }) => shortPath(path))
      .join('\n');
    const reject = 'Reject All';
    if ((await vscode.window.showWarningMessage(question, { modal: true, detail }, reject)) !== reject) return;
    const failures: unknown[] = [];
    for (const record of records) await this.#reject(record).catch((error: unknown) => failures.push(error));
    if (failures.length === 1) throw failures[0];
    const reasons = failures.map((failure) => (failure instanceof Error ? failure.message : String(failure)));
    if (failures.length > 1) throw new AggregateError(failures, reasons.join(' '));
  }

  /** Goes around through the files that wait for a decision, from the one on screen. */
  async #step(by: 1 | -1): Promise<void> {
    const records = this.#ports.ledger.pending();
    if (records.length === 0) return tell('There are no changes by Bowline to go to.');
    const shown = this.#target(undefined);
    const at = records.findIndex(({ id }) => id === shown?.id);
    const next = records.at(at < 0 ? (by > 0 ? 0 : -1) : (at + by) % records.length);
    if (next !== undefined) await this.#openRecord(next);
  }

  /** The pending record that a command is about: of the file that it was called on, else of the one on screen. */
  #target(argument: unknown): FileRecord | null {
    const uris = argument instanceof vscode.Uri ? [argument] : urisOnScreen();
    for (const uri of uris) {
      const record = this.#recordOf(uri);
      if (record?.verdict === 'pending') return record;
    }
    return null;
  }

  #recordOf(uri: vscode.Uri): FileRecord | undefined {
    const source = parseDiffUri(uri)?.source;
    if (source?.type === 'record') return this.#ports.ledger.byId(source.recordId);
    return this.#ports.ledger.pendingAt(uri.fsPath);
  }
}

function urisOnScreen(): vscode.Uri[] {
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  if (input instanceof vscode.TabInputTextDiff) return [input.modified, input.original];
  if (input instanceof vscode.TabInputText) return [input.uri];
  const active = vscode.window.activeTextEditor?.document.uri;
  return active === undefined ? [] : [active];
}

/** Of several patches of one file, the texts before the first and after the last. */
function onePerPath(files: readonly ReviewedFile[]): ReviewedFile[] {
  const byPath = new Map<string, ReviewedFile>();
  for (const file of files) {
    const first = byPath.get(file.path);
    const before = first?.texts.before ?? file.texts.before;
    byPath.set(file.path, { ...(first ?? file), texts: { before, after: file.texts.after } });
  }
  return [...byPath.values()];
}

function tellNoTarget(): void {
  tell('There are no changes by Bowline in this file.');
}

function tell(message: string): void {
  void vscode.window.showInformationMessage(message);
}
