// The diffs room with the editor's real API: what it opens and closes, what it puts back, and what it remembers.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { fileUpdateChange } from '../../server/protocol/fileChange.ts';
import type { FileChangeItem, FileUpdateChange } from '../../server/protocol/schema/item.ts';
import { DiffContent } from '../../src/diffs/diffContent.ts';
import { EditorUse } from '../../src/diffs/editorUse.ts';
import { type LoadedRoom, loadRoom } from '../../src/diffs/room.ts';
import type { Host } from '../../src/host.ts';
import { ThreadStore } from '../../src/threads/threadStore.ts';
import { FakePort, opened, QUIET, turn } from '../unit/extension/fakePort.ts';

const THREAD = 'a';
const TEXT = 'one\ntwo\nthree\nfour\nfive\n';

describe('the diffs room', () => {
  let folder: string;
  let memory: Map<string, unknown>;
  let fake: FakePort;
  let store: ThreadStore;
  let use: EditorUse;
  let content: DiffContent;
  let loaded: LoadedRoom;
  let turns = 0;
  /** What was logged as an error: a test that expects none may be sure of it. */
  const errors: string[] = [];

  const file = (name: string): string => join(folder, name);
  const read = async (name: string): Promise<string> => await readFile(file(name), 'utf8');

  before(async () => {
    await vscode.workspace.getConfiguration('files').update('autoSave', 'off', vscode.ConfigurationTarget.Workspace);
  });
  after(async () => {
    await vscode.workspace
      .getConfiguration('files')
      .update('autoSave', undefined, vscode.ConfigurationTarget.Workspace);
  });
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bowline-diffs-'));
    memory = new Map();
    fake = new FakePort({ 'thread/start': () => opened(THREAD) });
    store = new ThreadStore(fake.port, QUIET);
    use = new EditorUse();
    content = new DiffContent(async () => loaded.room.texts);
    await open();
    await store.start({});
  });
  afterEach(async () => {
    assert.deepEqual(errors.splice(0), []);
    loaded.room.dispose();
    use.dispose();
    content.dispose();
    store.dispose();
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await rm(folder, { recursive: true, force: true });
  });

  async function open(): Promise<void> {
    const workspaceState = {
      get: (key: string) => memory.get(key),
      update: async (key: string, value: unknown) => void memory.set(key, structuredClone(value)),
    };
    const context = { workspaceState, storageUri: vscode.Uri.file(join(folder, '.storage')) };
    const chat = { shownThreadId: THREAD };
    const settings = () => ({ openDiffsWhileStreaming: true });
    const error = (message: string): void => void errors.push(message);
    const host = { context, log: { ...QUIET, error }, store, settings, chat };
    loaded = loadRoom(host as unknown as Host, { use, content });
    store.onDidChangeThread((change) => loaded.room.follow(change));
  }

  /** Begins a turn and gives what its patches say. */
  function begin() {
    turns += 1;
    const turnId = `t${turns}`;
    const at = { threadId: THREAD, turnId };
    use.turnStarted(turnId);
    fake.say({ method: 'turn/started', params: { threadId: THREAD, turn: turn(turnId, { status: 'inProgress' }) } });
    const item = (id: string, changes: FileUpdateChange[], status: FileChangeItem['status']): FileChangeItem => ({
      type: 'fileChange',
      id,
      changes,
      status,
      startedAtMs: 1,
      completedAtMs: status === 'inProgress' ? null : 2,
    });
    return {
      turnId,
      start: (id: string, changes: FileUpdateChange[]) =>
        fake.say({ method: 'item/started', params: { ...at, item: item(id, changes, 'inProgress'), startedAtMs: 1 } }),
      grow: (id: string, changes: FileUpdateChange[]) =>
        fake.say({ method: 'item/fileChange/patchUpdated', params: { ...at, itemId: id, changes } }),
      end: async (id: string, changes: FileUpdateChange[], status: FileChangeItem['status'] = 'completed') => {
        fake.say({ method: 'item/completed', params: { ...at, item: item(id, changes, status), completedAtMs: 2 } });
        await loaded.room.settled();
      },
    };
  }

  const change = (name: string, before: string | null, after: string | null, movedTo?: string): FileUpdateChange =>
    fileUpdateChange({ path: file(name), before, after, movePath: movedTo === undefined ? null : file(movedTo) });

  /** Does on disk what the server does, and tells of it. */
  async function patched(name: string, before: string | null, after: string | null): Promise<void> {
    const { start, end } = begin();
    start('p', [change(name, before, after)]);
    await loaded.room.settled();
    if (after === null) await rm(file(name));
    else await writeFile(file(name), after);
    await end('p', [change(name, before, after)]);
  }

  async function run(command: `bowline.${string}`, name?: string): Promise<void> {
    await loaded.actions.commands[command]?.(name === undefined ? undefined : vscode.Uri.file(file(name)));
  }

  function diffTabs(): string[] {
    const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
    return tabs.filter(({ input }) => input instanceof vscode.TabInputTextDiff).map(({ label }) => label);
  }

  it('grows one diff editor beside the editor that the user works in, and closes it when the patch is declined', async () => {
    await writeFile(file('mine.txt'), 'mine\n');
    await writeFile(file('a.txt'), TEXT);
    const editor = await vscode.window.showTextDocument(vscode.Uri.file(file('mine.txt')));
    const { start, grow, end } = begin();
    const moved = new Promise((resolve) => vscode.window.onDidChangeTextEditorSelection(resolve));
    await vscode.commands.executeCommand('cursorRight');
    await moved;
    start('p', [change('a.txt', TEXT, TEXT)]);
    await loaded.room.settled();
    const half = TEXT.replace('one', 'ONE');
    const grown = documentThat((text) => text === half);
    grow('p', [change('a.txt', TEXT, half)]);
    assert.equal((await grown).uri.scheme, 'bowline-proposed');
    assert.deepEqual(diffTabs(), ['a.txt (Bowline: proposed)']);
    assert.equal(vscode.window.activeTextEditor?.document, editor.document);
    assert.equal(vscode.window.activeTextEditor.selection.active.character, 1);
    await end('p', [change('a.txt', TEXT, half)], 'declined');
    assert.deepEqual(diffTabs(), []);
    assert.deepEqual(loaded.room.ledger.pending(), []);
  });

  it('follows a patch from file to file in one editor, and opens no more once the user has closed it', async () => {
    const { start, grow, end } = begin();
    const [first, second] = [change('1.txt', null, 'one\n'), change('2.txt', null, 'two\n')];
    start('p', [first]);
    await loaded.room.settled();
    assert.deepEqual(diffTabs(), ['1.txt (Bowline: proposed)']);
    grow('p', [first, second]);
    await loaded.room.settled();
    assert.deepEqual(diffTabs(), ['2.txt (Bowline: proposed)']);
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await end('p', [first, second], 'failed');
    start('q', [change('3.txt', null, 'three\n')]);
    await loaded.room.settled();
    assert.deepEqual(diffTabs(), []);
  });

  it('puts a changed file back and keeps what was changed elsewhere in it', async () => {
    await writeFile(file('a.txt'), TEXT);
    await patched('a.txt', TEXT, TEXT.replace('one', 'ONE'));
    await writeFile(file('a.txt'), TEXT.replace('one', 'ONE').replace('five', 'mine'));
    await run('bowline.rejectFile', 'a.txt');
    assert.equal(await read('a.txt'), TEXT.replace('five', 'mine'));
    assert.deepEqual(loaded.room.ledger.pending(), []);
  });

  it('brings a rejected change back, with the question about it, when the rejection is undone', async () => {
    await writeFile(file('a.txt'), TEXT);
    await patched('a.txt', TEXT, 'changed\n');
    await vscode.window.showTextDocument(vscode.Uri.file(file('a.txt')));
    await run('bowline.rejectFile', 'a.txt');
    assert.equal(await read('a.txt'), TEXT);
    const { ledger } = loaded.room;
    const isPending = (): boolean => ledger.pendingAt(file('a.txt'))?.verdict === 'pending';
    assert.equal(isPending(), false);
    // the rejection itself may be told of once more before that
    const pending = new Promise<void>((resolve) => ledger.onDidChange(() => isPending() && resolve()));
    await vscode.commands.executeCommand('undo');
    await pending;
    assert.deepEqual(
      ledger.pending().map(({ path }) => path),
      [file('a.txt')],
    );
  });

  it('removes a new file, and brings a deleted one back', async () => {
    await writeFile(file('old.txt'), TEXT);
    await patched('new.txt', null, 'new\n');
    await patched('old.txt', TEXT, null);
    await run('bowline.rejectFile', 'new.txt');
    await run('bowline.rejectFile', 'old.txt');
    assert.equal(existsSync(file('new.txt')), false);
    assert.equal(await read('old.txt'), TEXT);
  });

  for (const [what, after] of [
    ['with the text that it had', TEXT.replace('one', 'ONE')],
    ['that was only moved', TEXT],
  ] as const) {
    it(`moves a file back ${what}`, async () => {
      await writeFile(file('from.txt'), TEXT);
      const { start, end } = begin();
      const moved = change('from.txt', TEXT, after, 'to.txt');
      start('p', [moved]);
      await loaded.room.settled();
      await rm(file('from.txt'));
      await writeFile(file('to.txt'), after);
      await end('p', [moved]);
      await run('bowline.rejectFile', 'to.txt');
      assert.equal(await read('from.txt'), TEXT);
      assert.equal(existsSync(file('to.txt')), false);
    });
  }

  it('knows after a reload what waits for a decision, and keeps accepting to the file it was asked for', async () => {
    await patched('1.txt', null, 'one\n');
    await patched('2.txt', null, 'two\n');
    loaded.room.dispose();
    await open();
    await run('bowline.acceptFile', '1.txt');
    assert.deepEqual(
      loaded.room.ledger.pending().map(({ path }) => path),
      [file('2.txt')],
    );
    await run('bowline.rejectFile', '2.txt');
    assert.deepEqual([existsSync(file('1.txt')), existsSync(file('2.txt'))], [true, false]);
  });

  it('merges a patch into a document with unsaved changes, leaves it unsaved, and lets it be saved', async () => {
    await writeFile(file('a.txt'), TEXT);
    const editor = await vscode.window.showTextDocument(vscode.Uri.file(file('a.txt')));
    await editor.edit((edit) => edit.insert(new vscode.Position(4, 4), ' is mine'));
    const merged = documentThat((text) => text.includes('ONE') && text.includes('five is mine'));
    await patched('a.txt', TEXT, TEXT.replace('one', 'ONE'));
    await merged;
    assert.equal(editor.document.isDirty, true);
    assert.equal(await read('a.txt'), TEXT.replace('one', 'ONE'));
    assert.equal(await editor.document.save(), true);
    assert.equal(await read('a.txt'), TEXT.replace('one', 'ONE').replace('five', 'five is mine'));
  });

  it('keeps both sides where a patch contradicts unsaved changes', async () => {
    await writeFile(file('a.txt'), TEXT);
    const editor = await vscode.window.showTextDocument(vscode.Uri.file(file('a.txt')));
    await editor.edit((edit) => edit.replace(new vscode.Range(0, 0, 0, 3), 'mine'));
    await patched('a.txt', TEXT, TEXT.replace('one', 'ONE'));
    assert.equal(editor.document.getText(), TEXT.replace('one', 'mine'));
    assert.equal(await read('a.txt'), TEXT.replace('one', 'ONE'));
  });
});

/** The next document whose text fits, once it does. */
function documentThat(fits: (text: string) => boolean): Promise<vscode.TextDocument> {
  return new Promise((resolve) => {
    const listening = vscode.workspace.onDidChangeTextDocument(({ document }) => {
      if (!fits(document.getText())) return;
      listening.dispose();
      resolve(document);
    });
  });
}
