// Registers the commands of the diffs room, which is loaded when a file is first changed or the user first asks.
import * as vscode from 'vscode';
import { messageOf } from '../../server/protocol/errors.ts';
import type { RehearsalViewer } from '../approvals/rehearse.ts';
import type { DiffServices } from '../chat/hostServices.ts';
import { registerCommands, type Commands } from '../commands.ts';
import type { Host } from '../host.ts';
import type { ThreadChange } from '../threads/openedThread.ts';
import { DiffContent } from './diffContent.ts';
import { EditorUse } from './editorUse.ts';
import type { LoadedRoom } from './room.ts';
import type { TriedChanges } from './triedChanges.ts';

const COMMANDS = [
  'bowline.reviewChanges',
  'bowline.acceptFile',
  'bowline.rejectFile',
  'bowline.acceptAll',
  'bowline.rejectAll',
  'bowline.openFileDiff',
  'bowline.nextChangedFile',
  'bowline.previousChangedFile',
] as const;

export function registerDiffs(host: Host): DiffServices & RehearsalViewer & vscode.Disposable {
  return new Diffs(host);
}

class Diffs implements DiffServices, RehearsalViewer, vscode.Disposable {
  readonly #host: Host;
  readonly #use = new EditorUse();
  readonly #content = new DiffContent(async () => (await this.#load()).room.texts);
  readonly #listening: vscode.Disposable;
  #room: Promise<LoadedRoom> | null = null;
  #isDisposed = false;

  constructor(host: Host) {
    this.#host = host;
    const commands = COMMANDS.map((id) => [id, async (argument: unknown) => await this.#run(id, argument)] as const);
    this.#listening = vscode.Disposable.from(
      this.#use,
      this.#content,
      registerCommands(Object.fromEntries(commands) satisfies Commands, host.log),
      host.store.onDidChangeThread((change) => this.#follow(change)),
    );
    // what waited for a decision when the window was closed is marked again
    if (host.context.workspaceState.keys().some((key) => key.startsWith('bowline.changedFiles'))) this.#loadSoon();
  }

  async openDiff(params: Parameters<DiffServices['openDiff']>[0]): Promise<void> {
    await (await this.#load()).actions.openChange(params);
  }

  async reviewChanges(params: Parameters<DiffServices['reviewChanges']>[0]): Promise<void> {
    await (await this.#load()).actions.reviewTurn(params);
  }

  async openRehearsal(name: string, rehearsal: TriedChanges): Promise<void> {
    await (await this.#load()).actions.openRehearsal(name, rehearsal);
  }

  dispose(): void {
    this.#isDisposed = true;
    this.#listening.dispose();
    void this.#room?.then(({ room }) => room.dispose());
  }

  async #run(id: (typeof COMMANDS)[number], argument: unknown): Promise<void> {
    const { actions, room } = await this.#load();
    await room.settled();
    await actions.commands[id]?.(argument);
  }

  #follow(change: ThreadChange): void {
    const { notification, threadId } = change;
    if (notification === null) this.#content.threadRead(threadId);
    if (notification?.method === 'turn/started') this.#use.turnStarted(notification.params.turn.id);
    if (this.#room === null && !isAboutFiles(change)) return;
    // one promise for all: the room hears everything in its order
    void this.#load().then(
      ({ room }) => room.follow(change),
      (error: unknown) => this.#host.log.error(`The diffs could not be loaded: ${messageOf(error)}`),
    );
  }

  #loadSoon(): void {
    setImmediate(() => {
      if (!this.#isDisposed) void this.#load().catch((error: unknown) => this.#host.log.error(messageOf(error)));
    });
  }

  #load(): Promise<LoadedRoom> {
    this.#room ??= import('./room.ts').then(({ loadRoom }) =>
      loadRoom(this.#host, { use: this.#use, content: this.#content }),
    );
    return this.#room;
  }
}

function isAboutFiles({ notification }: ThreadChange): boolean {
  switch (notification?.method) {
    case 'item/started':
    case 'item/completed':
      return notification.params.item.type === 'fileChange';
    case 'item/fileChange/patchUpdated':
    case 'turn/diff/updated':
      return true;
    default:
      return false;
  }
}
