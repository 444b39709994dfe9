// Approval cards and failures in the chat page: what can be answered, by keyboard, once, and what a late answer says.
import assert from 'node:assert/strict';
import type { PageMessage } from '../../../server/protocol/chatBridge.ts';
import type { ApprovalRequest } from '../../../server/protocol/methods.ts';
import type { ChatPage } from '../../support/chatPage.ts';
import * as sample from '../../support/chatSamples.ts';
import { useChat } from '../../support/useChat.ts';

const threadId = sample.THREAD_ID;
const item = sample.command('c1', 'git push --force', {
  ...sample.open,
  status: 'inProgress',
  exitCode: null,
  durationMs: null,
});
const running = () => sample.snapshot(sample.state([sample.runningTurn('t2', [sample.user('u2', 'Push it'), item])]));

const request: ApprovalRequest = {
  id: 11,
  method: 'item/commandExecution/requestApproval',
  params: {
    kind: 'command',
    threadId,
    turnId: 't2',
    itemId: 'c1',
    startedAtMs: 0,
    environmentId: 'local',
    reason: 'It changes the remote repository.',
    command: "/bin/bash -lc 'git push --force'",
    cwd: sample.FOLDER,
    proposedExecpolicyAmendment: ['git', 'push'],
    availableDecisions: [
      'accept',
      { acceptWithExecpolicyAmendment: { execpolicy_amendment: ['git', 'push'] } },
      'cancel',
    ],
  },
};

const isAnswer = (message: PageMessage) => message.kind === 'answer';
const card = (chat: ChatPage) => chat.page.locator('.card.approval');

describe('approvals in the chat', function () {
  this.timeout(30_000);
  const open = useChat();

  it('says what, where and why, offers the choices of the request, and always a no', async () => {
    const chat = await open({ snapshot: running() });
    await chat.send({ kind: 'serverRequest', request });
    await card(chat).waitFor();
    assert.equal(await card(chat).locator('.approval-command').innerText(), 'git push --force');
    assert.match(await card(chat).innerText(), /It changes the remote repository\./);
    assert.ok((await card(chat).innerText()).includes(sample.FOLDER));
    const words = await card(chat).innerText();
    assert.ok(words.indexOf('It changes') < words.indexOf('git push --force'), 'the reason comes first');
    assert.deepEqual(await card(chat).getByRole('button').allInnerTexts(), [
      'Run',
      'Decline',
      'Run and Remember…',
      'Decline and Stop',
    ]);
    await chat.page.getByText('Waiting for your approval').waitFor();
    assert.equal(await chat.page.locator('.row-commandExecution').count(), 0, 'the card stands in for the item');
  });

  it('is answered by keyboard alone, once, and goes when it is resolved', async () => {
    const chat = await open({ snapshot: running() });
    await chat.send({ kind: 'serverRequest', request });
    await chat.page.getByRole('button', { name: 'Show' }).press('Enter');
    await chat.page.waitForFunction(() => document.activeElement?.classList.contains('approval'));
    await chat.page.keyboard.press('Tab');
    await chat.page.keyboard.press('Tab');
    await chat.page.keyboard.press('Tab');
    assert.equal(await chat.page.evaluate(() => document.activeElement?.textContent), 'Decline');
    await chat.page.keyboard.press('Enter');
    const answer = await chat.waitForPosted(isAnswer);
    assert.deepEqual(answer, { kind: 'answer', threadId, requestId: 11, result: { decision: 'decline' } });
    await chat.page.getByText('Sending your answer…').waitFor();
    assert.equal(await card(chat).getByRole('button', { disabled: true }).count(), 4);
    await chat.notify({ method: 'serverRequest/resolved', params: { threadId, requestId: 11 } });
    await card(chat).waitFor({ state: 'detached' });
    assert.equal(chat.posted.filter(isAnswer).length, 1);
  });

  it('sends the amendment as it was offered when the server proposes none', async () => {
    const chat = await open({
      snapshot: running(),
      onRequest: () => {
        throw new Error('there is no such method.');
      },
    });
    await chat.send({ kind: 'serverRequest', request });
    await chat.page.getByRole('button', { name: 'Run and Remember…' }).click();
    await card(chat).getByText('What it would cover is not known: there is no such method.').waitFor();
    await chat.page.getByRole('button', { name: 'Remember and Run' }).click();
    const answer = await chat.waitForPosted(isAnswer);
    assert.deepEqual(answer.kind === 'answer' && answer.result, {
      decision: { acceptWithExecpolicyAmendment: { execpolicy_amendment: ['git', 'push'] } },
    });
  });

  it('tells when an answer came too late', async () => {
    const chat = await open({ snapshot: running() });
    await chat.send({ kind: 'serverRequest', request });
    await chat.page.getByRole('button', { name: 'Run', exact: true }).click();
    await chat.send({ kind: 'answerDiscarded', requestId: 11, reason: 'it was declined in the dialog.' });
    await chat.page.getByText('Your answer came too late: it was declined in the dialog.').waitFor();
  });

  it('shows the files of an edit, each with its diff', async () => {
    const patch = sample.patch('p1', [sample.update('src/a.ts', '@@ -1 +1,2 @@\n-a\n+b\n+c\n')], {
      ...sample.open,
      status: 'inProgress',
    });
    const asked: ApprovalRequest = {
      id: 'x',
      method: 'item/fileChange/requestApproval',
      params: { threadId, turnId: 't2', itemId: 'p1', startedAtMs: 0, reason: null, grantRoot: null },
    };
    const chat = await open({ snapshot: sample.snapshot(sample.state([sample.runningTurn('t2', [patch])])) });
    await chat.send({ kind: 'serverRequest', request: asked });
    await chat.page.getByRole('heading', { name: 'Apply this edit?' }).waitFor();
    await card(chat).getByRole('button', { name: /a\.ts/ }).click();
    assert.deepEqual(chat.calls('openDiff'), [
      { threadId, turnId: 't2', itemId: 'p1', path: `${sample.FOLDER}/src/a.ts` },
    ]);
    await card(chat).getByRole('button', { name: 'Apply', exact: true }).click();
    const answer = await chat.waitForPosted(isAnswer);
    assert.deepEqual(answer, { kind: 'answer', threadId, requestId: 'x', result: { decision: 'accept' } });
  });

  it('offers what helps when a turn has failed', async () => {
    const error = {
      message: 'OpenAI refused the key.',
      codexErrorInfo: 'unauthorized',
      additionalDetails: '401',
      misalignment: null,
    };
    const failed = sample.turn('t1', { status: 'failed', error, items: [sample.user('u1', 'Hello?')] });
    const chat = await open({
      snapshot: sample.snapshot(sample.state([failed])),
      onRequest: () => ({ turn: sample.turn('t2', { status: 'inProgress' }) }),
    });
    await chat.page.getByRole('button', { name: 'Set API Key' }).click();
    await chat.waitForPosted((message) => message.kind === 'call' && message.method === 'setApiKey');
    await chat.page.getByRole('button', { name: 'Try Again' }).click();
    const sent = await chat.waitForPosted((message) => message.kind === 'request' && message.method === 'turn/start');
    assert.ok(sent.kind === 'request' && sent.method === 'turn/start');
    assert.deepEqual(sent.params.input, [{ type: 'text', text: 'Hello?' }]);
  });

  it('says why it is reconnecting', async () => {
    const chat = await open({ snapshot: running() });
    const error = {
      message: 'Reconnecting 2/5',
      codexErrorInfo: null,
      additionalDetails: 'connect ECONNREFUSED',
      misalignment: null,
    };
    await chat.notify({ method: 'error', params: { threadId, turnId: 't2', error, willRetry: true } });
    await chat.page.locator('.status-line', { hasText: 'Reconnecting 2/5: connect ECONNREFUSED' }).waitFor();
  });
});
