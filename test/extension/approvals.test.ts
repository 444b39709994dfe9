// Approvals as notifications, with the editor's real API: the links answer, once, and what was answered elsewhere is left alone.
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { registerApprovals } from '../../src/approvals/prompt.ts';
import type { Host } from '../../src/host.ts';
import { ThreadStore } from '../../src/threads/threadStore.ts';
import { approval, FakePort, opened, QUIET } from '../unit/extension/fakePort.ts';

const ANSWER = 'bowline.answerApproval';

describe('approvals as notifications', () => {
  let fake: FakePort;
  let store: ThreadStore;
  let prompts: vscode.Disposable;

  beforeEach(async () => {
    fake = new FakePort({ 'thread/start': () => opened('a') });
    store = new ThreadStore(fake.port, QUIET);
    const settings = () => ({ approvalsPresentation: 'notification' });
    const chat = { isVisible: false, shownThreadId: null };
    const openDiff = async (): Promise<void> => assert.ok(false, 'no diff is asked for');
    const drafts = { onDidType: () => ({ dispose: () => undefined }) };
    const host = { store, settings, chat, drafts, log: QUIET };
    prompts = registerApprovals(host as unknown as Host, { openDiff });
    await store.start({});
  });
  afterEach(async () => {
    prompts.dispose();
    store.dispose();
    await vscode.commands.executeCommand('notifications.clearAll');
  });

  for (const [index, decision] of ['accept', 'acceptForSession', 'decline', 'cancel'].entries()) {
    it(`answer "${decision}" by their link`, async () => {
      const answer = fake.ask(approval(7, 'a'));
      await vscode.commands.executeCommand(ANSWER, 7, index);
      assert.deepEqual(await answer, { decision });
    });
  }

  it('answer once: a link that is used again, or late, changes nothing', async () => {
    const answer = fake.ask(approval(7, 'a'));
    store.answer(7, { decision: 'decline' });
    await vscode.commands.executeCommand(ANSWER, 7, 0);
    assert.deepEqual(await answer, { decision: 'decline' });
  });

  it('do nothing for a choice that was never offered', async () => {
    const answer = fake.ask(approval(7, 'a'));
    await vscode.commands.executeCommand(ANSWER, 7, 99);
    await vscode.commands.executeCommand(ANSWER, 8, 0);
    assert.equal(store.isOpen(7), true);
    store.answer(7, { decision: 'decline' });
    assert.deepEqual(await answer, { decision: 'decline' });
  });
});
