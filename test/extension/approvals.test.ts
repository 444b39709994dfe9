// Approvals with the editor's real API: notifications whose links answer, once, and rehearsals that are shown before they are applied.
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { fileUpdateChange } from '../../server/protocol/fileChange.ts';
import type { ApprovalRequest } from '../../server/protocol/methods.ts';
import type { Rehearsal } from '../../server/protocol/schema/safety.ts';
import { ApprovalPrompts } from '../../src/approvals/prompt.ts';
import { Questions } from '../../src/approvals/questions.ts';
import { DiffContent } from '../../src/diffs/diffContent.ts';
import { diffUri } from '../../src/diffs/diffUris.ts';
import { EditorUse } from '../../src/diffs/editorUse.ts';
import { type LoadedRoom, loadRoom } from '../../src/diffs/room.ts';
import type { Host } from '../../src/host.ts';
import { ThreadStore } from '../../src/threads/threadStore.ts';
import { approval, FakePort, opened, QUIET } from '../unit/extension/fakePort.ts';

const ANSWER = 'bowline.answerApproval';

describe('approvals as notifications', () => {
  let folder: string;
  let fake: FakePort;
  let store: ThreadStore;
  let questions: Questions;
  let prompts: ApprovalPrompts;
  let diffs: LoadedRoom;
  let owned: vscode.Disposable[];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bowline-approvals-'));
    fake = new FakePort({ 'thread/start': () => opened('a') });
    store = new ThreadStore(fake.port, QUIET);
    const settings = () => ({ approvalsPresentation: 'notification' });
    const chat = { isVisible: false, shownThreadId: null };
    const drafts = { onDidType: () => ({ dispose: () => undefined }) };
    const workspaceState = { get: () => undefined, update: async () => undefined };
    const context = { workspaceState, storageUri: vscode.Uri.file(folder) };
    const host = { store, settings, chat, drafts, context, server: fake.port, log: QUIET } as unknown as Host;
    questions = new Questions(host);
    const use = new EditorUse();
    const content = new DiffContent(async () => diffs.room.texts);
    diffs = loadRoom(host, { use, content });
    const openDiff = async (): Promise<void> => assert.ok(false, 'no diff is asked for');
    const openRehearsal = async (name: string, rehearsal: Rehearsal): Promise<void> =>
      await diffs.actions.openRehearsal(name, rehearsal);
    prompts = new ApprovalPrompts(host, questions, { openDiff, openRehearsal });
    owned = [prompts, questions, diffs.room, content, use, store];
    await store.start({});
  });
  afterEach(async () => {
    for (const one of owned) one.dispose();
    await vscode.commands.executeCommand('notifications.clearAll');
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await rm(folder, { recursive: true, force: true });
  });

  const answers = [
    ['Run', 'accept'],
    ['Run and Allow for This Session', 'acceptForSession'],
    ['Decline', 'decline'],
    ['Decline and Stop', 'cancel'],
  ] as const;
  for (const [label, decision] of answers) {
    it(`answer "${decision}" by their link`, async () => {
      const answer = fake.ask(approval(7, 'a'));
      await vscode.commands.executeCommand(ANSWER, 7, label);
      assert.deepEqual(await answer, { decision });
    });
  }

  it('answer once: a link that is used again, or late, changes nothing', async () => {
    const answer = fake.ask(approval(7, 'a'));
    store.answer(7, { decision: 'decline' });
    await vscode.commands.executeCommand(ANSWER, 7, 'Run');
    assert.deepEqual(await answer, { decision: 'decline' });
  });

  it('do nothing for a choice that was never offered', async () => {
    const answer = fake.ask(approval(7, 'a'));
    await vscode.commands.executeCommand(ANSWER, 7, 'Apply This Result');
    await vscode.commands.executeCommand(ANSWER, 8, 'Run');
    assert.equal(store.isOpen(7), true);
    store.answer(7, { decision: 'decline' });
    assert.deepEqual(await answer, { decision: 'decline' });
  });

  it('show a rehearsal as the diff of all its files, and apply exactly that when the user says so', async () => {
    const [changed, added] = [join(folder, 'a.txt'), join(folder, 'new.txt')];
    await writeFile(changed, 'one\ntwo\n');
    const answer = askAboutRehearsable();
    fake.answers['approval/rehearse'] = () =>
      rehearsalOf([
        fileUpdateChange({ path: changed, before: 'one\ntwo\n', after: 'one\n2\n', movePath: null }),
        fileUpdateChange({ path: added, before: null, after: 'here\n', movePath: null }),
      ]);
    await prompts.rehearse(theRequest());
    assert.deepEqual(fake.asked.at(-1), {
      method: 'approval/rehearse',
      params: { threadId: 'a', requestId: 7 },
    });
    await activeTab('Rehearsal: make (exit code 0) +2 −1 (2 files)');
    const tabs = vscode.window.tabGroups.activeTabGroup.tabs.map(({ label }) => label);
    assert.ok(tabs.includes('Output of the Rehearsal'), tabs.join());
    assert.equal(await textOf(changed, 'before'), 'one\ntwo\n');
    assert.equal(await textOf(changed, 'after'), 'one\n2\n');
    assert.equal(await textOf(added, 'after'), 'here\n');
    assert.equal(await textOf(null, 'after'), 'built\n');
    assert.equal(store.isOpen(7), true);
    await vscode.commands.executeCommand(ANSWER, 7, 'Apply This Result');
    assert.deepEqual(await answer, { decision: { acceptRehearsal: { rehearsal_id: 'r1' } } });
  });

  it('ask again, with nothing to apply, when a rehearsal fails', async () => {
    const answer = askAboutRehearsable();
    fake.answers['approval/rehearse'] = () => {
      throw new Error('no space left.');
    };
    await prompts.rehearse(theRequest());
    await vscode.commands.executeCommand(ANSWER, 7, 'Apply This Result');
    assert.equal(store.isOpen(7), true);
    await vscode.commands.executeCommand(ANSWER, 7, 'Decline');
    assert.deepEqual(await answer, { decision: 'decline' });
  });

  it('let go of a rehearsal whose question was answered meanwhile', async () => {
    const answer = askAboutRehearsable();
    const asked = Promise.withResolvers<void>();
    fake.answers['approval/rehearse'] = async () => {
      asked.resolve();
      return await new Promise(() => undefined);
    };
    const rehearsed = prompts.rehearse(theRequest());
    await asked.promise;
    store.answer(7, { decision: 'cancel' });
    await rehearsed;
    assert.deepEqual(await answer, { decision: 'cancel' });
    assert.equal(vscode.window.tabGroups.activeTabGroup.activeTab, undefined);
  });

  function askAboutRehearsable(): Promise<unknown> {
    const request = approval(7, 'a');
    if (request.method !== 'item/commandExecution/requestApproval') throw new Error('not a command');
    const safety = { risk: 'medium', tripwire: null, isSandboxed: true, canRehearse: true } as const;
    return fake.ask({ ...request, params: { ...request.params, command: 'make', safety } });
  }

  function theRequest(): ApprovalRequest {
    const request = questions.find(7);
    if (request === undefined) throw new Error('the request is not open');
    return request;
  }

  function rehearsalOf(changes: Rehearsal['changes']): Rehearsal {
    return { rehearsalId: 'r1', exitCode: 0, output: 'built\n', changes, limitation: null };
  }

  async function textOf(path: string | null, side: 'before' | 'after'): Promise<string> {
    const uri = diffUri({ type: 'rehearsal', rehearsalId: 'r1', path }, side, path ?? '/Output of the Rehearsal');
    return (await vscode.workspace.openTextDocument(uri)).getText();
  }
});

/** Waits until the active tab has this label: the editor adds the number of files once it has loaded them. */
async function activeTab(label: string): Promise<void> {
  const { tabGroups } = vscode.window;
  while (tabGroups.activeTabGroup.activeTab?.label !== label) {
    await new Promise((resolve) => {
      const listening = tabGroups.onDidChangeTabs((event) => {
        listening.dispose();
        resolve(event);
      });
    });
  }
}
