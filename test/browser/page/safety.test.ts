// Safety in the chat page: rules before they are made, rehearsals before they are applied, strips, kept files, what the model sees.
import assert from 'node:assert/strict';
import type { PageMessage } from '../../../server/protocol/chatBridge.ts';
import type { ApprovalRequest } from '../../../server/protocol/methods.ts';
import type { ChatPage } from '../../support/chatPage.ts';
import * as sample from '../../support/chatSamples.ts';
import { finishedTurn } from '../../support/chatStories.ts';
import {
  asking,
  commandRequest,
  contextEntries,
  networkRequest,
  permissionRequest,
  proposal,
  rehearsal,
  rememberRequest,
  running,
  SAFE,
} from '../../support/safetyScenes.ts';
import { useChat } from '../../support/useChat.ts';

const threadId = sample.THREAD_ID;
const card = (chat: ChatPage) => chat.page.locator('.card.approval');
const button = (chat: ChatPage, name: string) => chat.page.getByRole('button', { name, exact: true });
const isAnswer = (message: PageMessage) => message.kind === 'answer';
const requestOf = (method: string) => (message: PageMessage) => message.kind === 'request' && message.method === method;
const focused = (chat: ChatPage) => chat.page.evaluate(() => document.activeElement?.textContent);

async function answerOf(chat: ChatPage): Promise<unknown> {
  const message = await chat.waitForPosted(isAnswer);
  assert.ok(message.kind === 'answer');
  assert.equal(message.requestId, 'ask-1');
  return message.result;
}

describe('safety in the chat', function () {
  this.timeout(30_000);
  const open = useChat();
  const ask = (request: ApprovalRequest) => open(asking(request).options);

  it('shows the rule, what it covers and what it would have done, before it is made', async () => {
    const chat = await ask(rememberRequest);
    await button(chat, 'Run and Remember…').press('Enter');
    await card(chat).locator('.examples').first().waitFor();
    const asked = await chat.waitForPosted(requestOf('rule/propose'));
    assert.deepEqual(asked.kind === 'request' && asked.params, { threadId, requestId: 'ask-1' });
    const words = await card(chat).innerText();
    for (const part of [
      proposal.text,
      ...proposal.covers,
      ...proposal.doesNotCover,
      'have run 12 unasked',
      '--update-snapshots',
    ])
      assert.ok(words.includes(part), part);
    assert.equal(await focused(chat), 'Run this from now on without asking?');
    assert.equal(await chat.page.locator('.jump').count(), 0, 'its end is in sight');
    assert.ok(!chat.posted.some(isAnswer));
    await button(chat, 'Remember and Run').click();
    assert.deepEqual(await answerOf(chat), {
      decision: { acceptWithExecpolicyAmendment: { execpolicy_amendment: ['npm', 'run', 'test'] } },
    });
  });

  it('folds the rule away again', async () => {
    const chat = await ask(rememberRequest);
    await button(chat, 'Run and Remember…').click();
    await button(chat, 'Back').click();
    await button(chat, 'Run').waitFor();
    assert.ok(!chat.posted.some(isAnswer));
    assert.ok(await card(chat).evaluate((element) => element === document.activeElement));
  });

  it('shows a rehearsal, opens its files, and applies exactly that', async () => {
    const chat = await ask(rememberRequest);
    await button(chat, 'Rehearse').click();
    await card(chat).getByText('exit 0').waitFor();
    assert.match(
      await card(chat).innerText(),
      /would change 2 files[^]*lamp\.ts[^]*Nothing in your workspace has changed yet\./,
    );
    await card(chat)
      .getByRole('button', { name: /lamp\.test\.ts/ })
      .click();
    await chat.waitForPosted((message) => message.kind === 'call' && message.method === 'openRehearsal');
    const changes = rehearsal.changes.toReversed();
    assert.deepEqual(chat.calls('openRehearsal'), [{ rehearsal: { ...rehearsal, changes, output: '' } }]);
    await button(chat, 'Apply This Result').click();
    assert.deepEqual(await answerOf(chat), { decision: { acceptRehearsal: { rehearsal_id: 'r-1' } } });
  });

  it('does not apply a rehearsal once the turn has changed files', async () => {
    const chat = await ask(rememberRequest);
    await button(chat, 'Rehearse').click();
    await button(chat, 'Apply This Result').waitFor();
    await chat.notify({
      method: 'turn/diff/updated',
      params: { threadId, turnId: 't2', diff: 'diff --git a/x b/x\n' },
    });
    await card(chat).getByText('Files have changed since.').waitFor();
    assert.ok(await button(chat, 'Apply This Result').isDisabled());
    await button(chat, 'Rehearse Again').click();
    await card(chat).getByText('Nothing in your workspace has changed yet.').waitFor();
    assert.ok(await button(chat, 'Apply This Result').isEnabled());
  });

  it('asks anew when the server finds that the rehearsal is out of date', async () => {
    const chat = await ask(rememberRequest);
    await button(chat, 'Rehearse').click();
    await button(chat, 'Apply This Result').click();
    await chat.page.getByText('Sending your answer…').waitFor();
    await chat.notify({ method: 'warning', params: { threadId, message: 'The rehearsal was not applied.' } });
    await chat.send({ kind: 'serverRequest', request: rememberRequest });
    await chat.page.getByText('The rehearsal was not applied.').waitFor();
    await button(chat, 'Apply This Result').waitFor({ state: 'detached' });
    assert.ok(await button(chat, 'Run').isEnabled());
    await button(chat, 'Rehearse').click();
    await button(chat, 'Apply This Result').waitFor();
  });

  it('says why something could not be rehearsed, and lets it be tried again', async () => {
    const chat = await open({
      ...asking(rememberRequest).options,
      onRequest: () => Promise.reject(new Error('the copy would be too large.')),
    });
    await button(chat, 'Rehearse').click();
    await card(chat).getByText('It could not be rehearsed: the copy would be too large.').waitFor();
    await button(chat, 'Rehearse Again').waitFor();
    assert.equal(await button(chat, 'Apply This Result').count(), 0);
  });

  it('puts the no first on a tripwire, and offers nothing that lasts', async () => {
    const request = commandRequest('git push --force', {
      reason: 'It rewrites the history of origin/main.',
      safety: { ...SAFE, risk: 'high', tripwire: 'history_rewrite' },
      availableDecisions: ['accept', 'acceptForSession', 'cancel'],
    });
    const chat = await ask(request);
    await chat.page.getByRole('heading', { name: 'This rewrites the history of a repository' }).waitFor();
    assert.deepEqual(await card(chat).getByRole('button').allInnerTexts(), [
      'Decline',
      'Run Anyway',
      'Decline and Stop',
    ]);
    assert.match((await button(chat, 'Decline').getAttribute('class')) ?? '', /primary/);
    await button(chat, 'Run Anyway').click();
    assert.deepEqual(await answerOf(chat), { decision: 'accept' });
  });

  it('asks about a host once, for the thread, always or never', async () => {
    const chat = await ask(networkRequest);
    await chat.page.getByRole('heading', { name: 'Connect to packages.example.org?' }).waitFor();
    assert.match(await card(chat).innerText(), /port 443[^]*over HTTPS[^]*npm install/);
    await button(chat, 'Always Allow This Host').click();
    const amendment = { host: 'packages.example.org', action: 'allow' };
    assert.deepEqual(await answerOf(chat), {
      decision: { applyNetworkPolicyAmendment: { network_policy_amendment: amendment } },
    });
  });

  it('grants the paths that were asked for, each of which can be looked at', async () => {
    const chat = await ask(permissionRequest);
    await card(chat)
      .getByRole('button', { name: /\.env\.local/ })
      .click();
    await chat.waitForPosted((message) => message.kind === 'call' && message.method === 'openFile');
    assert.deepEqual(chat.calls('openFile'), [{ path: `${sample.FOLDER}/.env.local` }]);
    await button(chat, 'Allow for This Thread').click();
    assert.ok(permissionRequest.method === 'item/permissions/requestApproval');
    assert.deepEqual(await answerOf(chat), { permissions: permissionRequest.params.permissions, scope: 'session' });
  });

  it('says where a command runs', async () => {
    const chat = await ask(rememberRequest);
    await card(chat).getByText('Runs OUTSIDE of the sandbox').waitFor();
    const inside = await ask(commandRequest('ls', {}));
    await card(inside).getByText('Runs in the sandbox').waitFor();
  });

  it('tells of a missing sandbox, full access and missing trust as they come and go', async () => {
    const chat = await open({ snapshot: sample.snapshot(sample.state([finishedTurn])) });
    const strips = chat.page.locator('.strip');
    await chat.page.locator('.composer-field').waitFor();
    assert.equal(await strips.count(), 0);
    const sandbox = {
      isAvailable: false,
      backend: null,
      reason: 'bwrap is missing.',
      remedy: 'apt install bubblewrap',
    };
    await chat.send({ kind: 'safety', safety: { sandbox, trust: 'restricted', hasFullAccess: false } });
    await button(chat, 'Manage Trust').click();
    await chat.waitForPosted((message) => message.kind === 'call' && message.method === 'manageTrust');
    await button(chat, 'Why?').click();
    await strips.getByText('bwrap is missing.').waitFor();
    await button(chat, 'Copy the remedy').click();
    await chat.waitForPosted((message) => message.kind === 'call' && message.method === 'copyText');
    assert.deepEqual(chat.calls('copyText'), [{ text: 'apt install bubblewrap' }]);
    await chat.send({ kind: 'safety', safety: { sandbox: null, trust: 'trusted', hasFullAccess: true } });
    await strips.getByText('Full access').waitFor();
    assert.equal(await strips.count(), 1);
  });

  it('shows what the model saw in a turn, by key as well', async () => {
    const chat = await open({
      snapshot: sample.snapshot(sample.state([finishedTurn])),
      onRequest: () => ({ data: contextEntries }),
    });
    await button(chat, 'What the model saw').press('Enter');
    const panel = chat.page.getByRole('region', { name: 'What the model saw' });
    await panel.getByText('8 entries, 1.6 MB').waitFor();
    const asked = await chat.waitForPosted(requestOf('turn/context/read'));
    assert.deepEqual(asked.kind === 'request' && asked.params, { threadId, turnId: 't1' });
    await panel.getByRole('button', { name: /AGENTS\.md/ }).click();
    await chat.waitForPosted((message) => message.kind === 'call' && message.method === 'openFile');
    assert.deepEqual(chat.calls('openFile'), [{ path: `${sample.FOLDER}/AGENTS.md` }]);
    await chat.page.keyboard.press('Escape');
    await panel.waitFor({ state: 'detached' });
    assert.equal(
      await chat.page.evaluate(() => document.activeElement?.getAttribute('aria-label')),
      'What the model saw',
    );
  });

  it('shows it for the running turn when the host asks, and says so when there is none', async () => {
    const chat = await open({
      snapshot: sample.snapshot(sample.state([finishedTurn, running()])),
      onRequest: () => ({ data: [] }),
    });
    await chat.page.locator('.composer-field').waitFor();
    await chat.send({ kind: 'showContext' });
    await chat.page.getByText('Nothing has left the editor in this turn.').waitFor();
    const asked = await chat.waitForPosted(requestOf('turn/context/read'));
    assert.deepEqual(asked.kind === 'request' && asked.params, { threadId, turnId: 't2' });
    const empty = await open({ snapshot: sample.snapshot(null) });
    await empty.page.locator('.composer-field').waitFor();
    await empty.send({ kind: 'showContext' });
    await empty.page.getByText('There is no turn yet').waitFor();
  });

  it('draws masked secrets as what they are, and says so on the folded line', async () => {
    const item = sample.command('c1', 'env', { aggregatedOutput: 'A=1\nTOKEN=[secret masked: GitHub token]\n' });
    const chat = await open({ snapshot: sample.snapshot(sample.state([sample.turn('t1', { items: [item] })])) });
    await chat.page.getByText('1 secret kept out').click();
    const chip = chat.page.locator('.output-lines .masked');
    await chip.waitFor();
    assert.deepEqual(
      [await chip.innerText(), await chip.getAttribute('title')],
      ['GitHub token', 'GitHub token, kept from the model'],
    );
  });

  it('names a kept file only after the host has asked, and marks it', async () => {
    let isAllowed = false;
    const path = `${sample.FOLDER}/.env`;
    const chat = await open({
      snapshot: sample.snapshot(sample.state([finishedTurn])),
      services: {
        completeFiles: () => [{ path, name: '.env', folder: '', keptBy: 'name' }],
        attachFiles: () => (isAllowed ? [{ type: 'file', path, name: '.env', keptBy: 'name' }] : []),
      },
      onRequest: () => ({ turn: sample.turn('t2', { status: 'inProgress' }) }),
    });
    const field = chat.page.locator('.composer-field');
    const choose = async () => {
      await field.pressSequentially('@');
      await chat.page.getByRole('option', { name: /\.env/ }).click();
      await chat.page.locator('.file-list').waitFor({ state: 'detached' });
    };
    await choose();
    await chat.waitForPosted((message) => message.kind === 'call' && message.method === 'attachFiles');
    assert.equal(await field.inputValue(), '@');
    isAllowed = true;
    await field.fill('');
    await choose();
    await chat.page.waitForFunction(() => document.querySelector('textarea')?.value === '@.env ');
    await field.press('Enter');
    const sent = await chat.waitForPosted(requestOf('turn/start'));
    assert.ok(sent.kind === 'request' && sent.method === 'turn/start');
    assert.deepEqual(sent.params.input.at(-1), { type: 'mention', name: '.env', path });
  });

  it('attaches of what is dropped only what the host lets through', async () => {
    const chat = await open({
      snapshot: sample.snapshot(null),
      services: { attachFiles: () => [{ type: 'file', path: '/w/.env', name: '.env', keptBy: 'name' }] },
    });
    await chat.page.locator('.composer-field').waitFor();
    await chat.page.evaluate(() => {
      const data = new DataTransfer();
      data.setData('text/uri-list', 'file:///w/.env\nfile:///w/id_rsa');
      document.querySelector('.composer')?.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true }));
    });
    const chip = chat.page.locator('.chip-face.kept');
    await chip.waitFor();
    assert.deepEqual(chat.calls('attachFiles'), [{ paths: ['/w/.env', '/w/id_rsa'] }]);
    assert.equal(await chat.page.locator('.chip').count(), 1);
    assert.match((await chip.getAttribute('title')) ?? '', /kept from the model/);
  });
});
