// Questions of the agent, plan mode and plans in the chat page, by keyboard and by what a screen reader is told.
import assert from 'node:assert/strict';
import type { PageMessage } from '../../../server/protocol/chatBridge.ts';
import type { ChatPage } from '../../support/chatPage.ts';
import * as sample from '../../support/chatSamples.ts';
import { asking, planned, PLANNING, question, RETENTION, STORAGE, TOKEN } from '../../support/planScenes.ts';
import { useChat } from '../../support/useChat.ts';

const threadId = sample.THREAD_ID;
const isAnswer = (message: PageMessage) => message.kind === 'answer';
const card = (chat: ChatPage) => chat.page.locator('.question-card');
const given = async (chat: ChatPage): Promise<unknown> => {
  const message = await chat.waitForPosted(isAnswer);
  assert.ok(message.kind === 'answer');
  return message.result;
};
const focused = (chat: ChatPage) =>
  chat.page.evaluate(() => {
    const { activeElement: element } = document;
    return element?.id || element?.getAttribute('aria-label') || element?.closest('label')?.textContent || '';
  });

describe('questions of the agent in the chat', function () {
  this.timeout(30_000);
  const open = useChat();

  it('are radio groups with names and descriptions, and leave the caret where the user types', async () => {
    const chat = await open({
      snapshot: sample.snapshot(sample.state([sample.runningTurn('t2', [])]), { mode: PLANNING }),
    });
    await chat.page.locator('.composer-field').fill('half a thou');
    await chat.send({ kind: 'serverRequest', request: question([STORAGE, RETENTION]) });
    await card(chat).waitFor();
    await chat.page.keyboard.type('ght');
    assert.equal(await chat.page.locator('.composer-field').inputValue(), 'half a thought');
    const group = card(chat).getByRole('radiogroup', { name: /Where shall the log/ });
    assert.equal(await group.getByRole('radio').count(), 4);
    const first = group.getByRole('radio').first();
    const described = await first.evaluate(
      (radio) => document.getElementById(radio.getAttribute('aria-describedby') ?? '')?.textContent,
    );
    assert.equal(described, 'One file beside the program; nothing to install.');
    assert.equal(
      await card(chat)
        .getByRole('radiogroup', { name: /How long/ })
        .getByRole('radio')
        .count(),
      2,
    );
    await chat.page.getByText('Waiting for your answer').waitFor();
  });

  it('are answered by keyboard alone: numbers, arrows, Enter', async () => {
    const chat = await open({ snapshot: asking(question([STORAGE, RETENTION])) });
    await chat.page.getByRole('button', { name: 'Show', exact: true }).press('Enter');
    await chat.page.waitForFunction(() => document.activeElement?.matches('.question-card'));
    await chat.page.keyboard.press('1');
    await chat.page.keyboard.press('ArrowDown');
    assert.ok(
      await card(chat)
        .getByRole('radio', { name: /PostgreSQL/ })
        .isChecked(),
    );
    await chat.page.keyboard.press('Enter');
    await chat.page.locator('.question-fields.missed').waitFor();
    assert.equal(chat.posted.filter(isAnswer).length, 0, 'one question is still open');
    await chat.page.keyboard.press('2');
    await chat.page.keyboard.press('Enter');
    assert.deepEqual(await given(chat), {
      answers: { storage: { answers: ['PostgreSQL'] }, retention: { answers: ['For ever'] } },
    });
    await card(chat).waitFor({ state: 'detached' });
    // the focus does not fall out of the page
    await chat.page.waitForFunction(() => document.activeElement?.matches('.composer-field'));
    assert.match(await chat.page.locator('.answered').innerText(), /PostgreSQL/);
    await chat.notify({ method: 'serverRequest/resolved', params: { threadId, requestId: 'ask-1' } });
    await chat.page.locator('.answered').waitFor();
  });

  it('take the own words of the user, and a secret that is shown and kept nowhere', async () => {
    const chat = await open({ snapshot: asking(question([STORAGE, TOKEN])) });
    await card(chat).getByRole('textbox', { name: 'Your own answer: Storage' }).fill('DuckDB');
    assert.ok(await card(chat).getByRole('radio', { name: 'Something else' }).isChecked());
    const secret = card(chat).getByLabel('Your own answer: Token');
    assert.equal(await secret.getAttribute('type'), 'password');
    await secret.fill('hunter2');
    assert.ok(!(await chat.page.evaluate(() => sessionStorage.getItem('state') ?? '')).includes('hunter2'));
    await secret.press('Enter');
    assert.deepEqual(await given(chat), {
      answers: { storage: { answers: ['DuckDB'] }, token: { answers: ['hunter2'] } },
    });
    await chat.page.locator('.answered').waitFor();
    const shown = await chat.page.locator('body').innerText();
    assert.ok(shown.includes('DuckDB') && !shown.includes('hunter2'));
  });

  it('keep what was chosen when the page comes up anew, under whatever id they are asked again', async () => {
    const chat = await open({ snapshot: asking(question([STORAGE, RETENTION])) });
    await card(chat)
      .getByRole('radio', { name: /Plain files/ })
      .check();
    const again = { ...question([STORAGE, RETENTION]), id: 'other/ask-1' };
    chat.snapshot = asking(again);
    await chat.page.reload();
    assert.ok(
      await card(chat)
        .getByRole('radio', { name: /Plain files/ })
        .isChecked(),
    );
    await card(chat).getByRole('button', { name: 'Skip' }).click();
    assert.deepEqual(await given(chat), { answers: { storage: { answers: [] }, retention: { answers: [] } } });
    assert.match(await chat.page.locator('.answered').innerText(), /skipped/);
  });

  it('go when they are resolved elsewhere, and come back when an answer came too late', async () => {
    const chat = await open({ snapshot: asking(question([RETENTION])) });
    await card(chat).getByRole('radio', { name: 'One year' }).check();
    await card(chat).getByRole('button', { name: 'Answer', exact: true }).click();
    await chat.send({ kind: 'answerDiscarded', requestId: 'ask-1', reason: 'its turn has ended.' });
    await chat.page.getByText('Your answer came too late: its turn has ended.').waitFor();
    assert.equal(await chat.page.locator('.answered').count(), 0, 'what was not taken is not shown as said');
    await chat.notify({ method: 'serverRequest/resolved', params: { threadId, requestId: 'ask-1' } });
    await card(chat).waitFor({ state: 'detached' });
  });

  it('come into sight with the focus when the editor points to them', async () => {
    const chat = await open({ snapshot: asking(question([STORAGE])) });
    await chat.send({ kind: 'showQuestion', requestId: 'ask-1' });
    await chat.page.waitForFunction(() => document.activeElement?.matches('.question-card'));
  });

  it('say when the agent goes on without an answer', async () => {
    const request = question([RETENTION], { autoResolutionMs: 60_000, startedAtMs: Date.now() });
    const chat = await open({ snapshot: asking(request) });
    await card(chat)
      .getByText(/The agent goes on without you in \d/)
      .waitFor();
  });
});

describe('plan mode in the chat', function () {
  this.timeout(30_000);
  const open = useChat();

  it('is a switch that says how it stands, and is not there when the server has none', async () => {
    const chat = await open({ snapshot: sample.snapshot(null) });
    const mode = chat.page.getByRole('switch', { name: 'Plan mode' });
    assert.equal(await mode.getAttribute('aria-checked'), 'false');
    await mode.press('Enter');
    await chat.waitForPosted((message) => message.kind === 'call' && message.method === 'setMode');
    assert.deepEqual(chat.calls('setMode'), [{ mode: 'plan' }]);
    await chat.send({ kind: 'mode', mode: PLANNING });
    await chat.page.getByText('Plan mode: the agent looks, asks and proposes, and changes nothing.').waitFor();
    assert.equal(await mode.getAttribute('aria-checked'), 'true');
    await chat.send({ kind: 'mode', mode: { isAvailable: true, mode: 'default', fromNextTurn: true } });
    await chat.page.getByText('Plan mode ends with the running turn.').waitFor();
    await chat.send({ kind: 'mode', mode: { isAvailable: false, mode: 'default', fromNextTurn: false } });
    await mode.waitFor({ state: 'detached' });
  });

  it('ends with a plan that is implemented in a turn of default mode, or thought over', async () => {
    const chat = await open({
      snapshot: planned(),
      onRequest: () => ({ turn: sample.turn('t3', { status: 'inProgress' }) }),
    });
    const plan = chat.page.getByRole('region', { name: 'Proposed plan' });
    await plan.getByRole('heading', { name: 'Log every sighting' }).waitFor();
    await plan.getByRole('button', { name: 'Keep Planning' }).click();
    assert.equal(await focused(chat), 'composer-field');
    await plan.getByRole('button', { name: 'Implement This Plan' }).click();
    const sent = await chat.waitForPosted((message) => message.kind === 'request' && message.method === 'turn/start');
    assert.ok(sent.kind === 'request' && sent.method === 'turn/start');
    assert.deepEqual(sent.params.input, [{ type: 'text', text: 'Implement the plan.' }]);
    const order = chat.posted.map((message) => ('method' in message ? message.method : message.kind));
    assert.ok(order.indexOf('setMode') < order.indexOf('turn/start'), 'the mode is changed before the turn begins');
    assert.deepEqual(chat.calls('setMode'), [{ mode: 'default' }]);
    assert.equal(await plan.getByRole('button', { name: 'Implement This Plan' }).count(), 0, 'it is asked for once');
  });

  it('keeps the buttons of a plan that could not be begun', async () => {
    const refuse = () => {
      throw new Error('the server is not there.');
    };
    const chat = await open({ snapshot: planned(), services: { setMode: refuse } });
    await chat.page.getByRole('button', { name: 'Implement This Plan' }).click();
    await chat.page.getByText('the server is not there.').waitFor();
    await chat.page.getByRole('button', { name: 'Implement This Plan' }).waitFor();
  });
});
