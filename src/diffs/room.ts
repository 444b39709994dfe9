// The diffs room: builds its parts, feeds them with what threads say, and does what commands and the page ask for.
import { basename } from 'node:path';
import * as vscode from 'vscode';
import { messageOf } from '../../server/protocol/errors.ts';
import type { FileChangeItem } from '../../server/protocol/schema/item.ts';
import type { Host } from '../host.ts';
import type { ThreadChange } from '../threads/openedThread.ts';
import { DiffActions } from './actions.ts';
import { ChangeTexts } from './changeTexts.ts';
import { Decorations } from './decorations.ts';
import type { DiffContent } from './diffContent.ts';
import { DirtyMerges } from './dirtyMerge.ts';
import type { EditorUse } from './editorUse.ts';
import { diskText } from './fileContents.ts';
import type { TurnRef } from './fileRecord.ts';
import { diffRootOf } from './gitRoot.ts';
import { isSameText } from './hunks.ts';
import { Ledger } from './ledger.ts';
import { LiveChanges, type BeforeAndAfter } from './liveChanges.ts';
import { PendingStatus } from './pendingStatus.ts';
import { StreamedDiffs } from './streamedDiffs.ts';
import { TextStore } from './textStore.ts';
import { TurnRecorder } from './turnRecorder.ts';
import { WatchedTurns } from './watchedTurns.ts';

const RECORDS = 'bowline.changedFiles';
const WATCHED = 'bowline.watchedTurns';

/** What is there before the room is loaded. */
export interface EagerParts {
  readonly use: EditorUse;
  readonly content: DiffContent;
}

/** The room, and what commands do with it. */
export interface LoadedRoom {
  readonly room: DiffRoom;
  readonly actions: DiffActions;
}

export function loadRoom(host: Host, parts: EagerParts): LoadedRoom {
  const room = new DiffRoom(host, parts);
  return { room, actions: new DiffActions({ ledger: room.ledger, texts: room.texts, store: host.store }) };
}

export class DiffRoom implements vscode.Disposable {
  readonly ledger: Ledger;
  readonly texts: ChangeTexts;
  readonly #host: Host;
  readonly #live = new LiveChanges(diskText);
  readonly #watched: WatchedTurns;
  readonly #recorder: TurnRecorder;
  readonly #streamed: StreamedDiffs;
  readonly #merges: DirtyMerges;
  readonly #owned: vscode.Disposable;
  /** What threads say is worked through in its order. */
  #queue: Promise<void> = Promise.resolve();

  constructor(host: Host, parts: EagerParts) {
    this.#host = host;
    const memory = host.context.workspaceState;
    const folder = (host.context.storageUri ?? host.context.globalStorageUri).fsPath;
    const store = new TextStore(`${folder}/texts`);
    this.ledger = new Ledger(
      { load: () => memory.get(RECORDS), save: async (records) => await memory.update(RECORDS, records) },
      store,
    );
    this.#watched = new WatchedTurns({
      load: () => memory.get(WATCHED),
      save: async (turns) => await memory.update(WATCHED, turns),
    });
    const { ledger } = this;
    this.texts = new ChangeTexts({ store: host.store, live: this.#live, ledger, read: diskText });
    this.#merges = new DirtyMerges(host.log);
    this.#recorder = new TurnRecorder({
      ledger,
      live: this.#live,
      watched: this.#watched,
      read: diskText,
      onWritten: (path, texts) => this.#written(path, texts),
    });
    this.#streamed = new StreamedDiffs({
      use: parts.use,
      isWanted: ({ threadId }) =>
        host.settings().openDiffsWhileStreaming &&
        host.chat.shownThreadId === threadId &&
        host.store.writer(threadId).type === 'here',
      isText: async (path) => (await diskText(path)).type === 'text',
    });
    this.#owned = vscode.Disposable.from(
      ledger,
      this.#live,
      this.#merges,
      this.#live.onDidChange((ref) => parts.content.changed(ref)),
      new Decorations({ ledger, texts: this.texts, log: host.log }),
      new PendingStatus(ledger),
      vscode.workspace.onDidChangeTextDocument((event) => {
        if (event.reason === vscode.TextDocumentChangeReason.Undo) this.#then(() => this.#noticeUndo(event.document));
      }),
    );
    void this.#prune(store);
  }

  dispose(): void {
    this.#owned.dispose();
  }

  /** Resolves when everything that threads have said so far is taken in. */
  async settled(): Promise<void> {
    await this.#queue;
  }

  /** Takes in what a thread says. */
  follow({ threadId, state, notification }: ThreadChange): void {
    if (notification === null) {
      this.#reloaded(threadId);
      return;
    }
    switch (notification.method) {
      case 'item/started':
      case 'item/completed': {
        const { item, turnId } = notification.params;
        if (item.type === 'fileChange') this.#itemChanged(item, { threadId, turnId });
        return;
      }
      case 'item/fileChange/patchUpdated': {
        const { turnId, itemId } = notification.params;
        const item = state.turns.find(({ id }) => id === turnId)?.items.find(({ id }) => id === itemId);
        if (item?.type === 'fileChange') this.#itemChanged(item, { threadId, turnId });
        return;
      }
      case 'turn/diff/updated': {
        const { turnId, diff } = notification.params;
        const cwd = this.#host.store.loaded(threadId)?.opened.cwd ?? state.thread.cwd;
        this.#then(async () => {
          await this.#watched.begin({ threadId, turnId });
          await this.#recorder.diffUpdated(diff, { threadId, turnId }, diffRootOf(cwd));
        });
        return;
      }
      default:
        return;
    }
  }

  #itemChanged(item: FileChangeItem, turn: TurnRef): void {
    const path = this.#live.update(item, turn);
    if (item.status === 'inProgress') {
      if (path === null) return;
      this.#then(async () => {
        await this.#watched.begin(turn);
        await this.#streamed.grow(item.id, path, turn);
      });
      return;
    }
    this.#then(async () => {
      await this.#recorder.patched(item, turn);
      await this.#streamed.finish(item, turn);
    });
  }

  /** A thread was read anew: what happened while nobody listened is made up for. */
  #reloaded(threadId: string): void {
    const state = this.#host.store.get(threadId);
    for (const { id: turnId, items, status } of state?.turns ?? []) {
      const turn = { threadId, turnId };
      const isFollowed = this.#watched.has(turn) || this.#streamed.waiting().some((open) => open.turnId === turnId);
      if (!isFollowed) continue;
      for (const item of items) {
        if (item.type !== 'fileChange' || this.#watched.knows(turn, item.id)) continue;
        // a patch that was cut off with its turn has changed nothing
        const isCutOff = item.status === 'inProgress' && status !== 'inProgress';
        this.#itemChanged(isCutOff ? { ...item, status: 'failed' } : item, turn);
      }
    }
  }

  #then(task: () => Promise<void>): void {
    this.#queue = this.#queue
      .then(task)
      .catch((error: unknown) => this.#host.log.error(`A change could not be followed: ${messageOf(error)}`));
  }

  #written(path: string, { before, after }: BeforeAndAfter): void {
    if (before.type !== 'text' || after.type !== 'text') return;
    this.#merges.patched(path, { before: before.text, after: after.text }).catch((error: unknown) => {
      this.#host.log.error(`${basename(path)} could not be merged: ${messageOf(error)}`);
    });
  }

  /** Undoing a rejection in the editor brings the change back, and so the question about it. */
  async #noticeUndo(document: vscode.TextDocument): Promise<void> {
    if (document.uri.scheme !== 'file') return;
    const record = this.ledger.rejectedAt(document.uri.fsPath);
    if (record === undefined) return;
    const after = await this.ledger.text(record.after);
    if (after.type === 'text' && isSameText(after.text, document.getText()))
      await this.ledger.decide(record.id, 'pending');
  }

  async #prune(store: TextStore): Promise<void> {
    try {
      await store.prune(this.ledger.hashes(), Date.now());
    } catch (error) {
      this.#host.log.warn(`Old texts could not be removed: ${messageOf(error)}`);
    }
  }
}
