// The queue of messages in the chat page: what waits is shown, changed, moved, removed and brought back, and nothing of it is lost.
import assert from 'node:assert/strict';
import type { PageMessage } from '../../../server/protocol/chatBridge.ts';
import type { ChatPage } from '../../support/chatPage.ts';
import * as sample from '../../support/chatSamples.ts';
import { queued, queueDouble, words, type QueueDouble } from '../../support/queueDouble.ts';
import { useChat } from '../../support/useChat.ts';

const threadId = sample.THREAD_ID;
const working = [sample.user('u2', 'Work')];
const running = () => sample.snapshot(sample.state([sample.runningTurn('t2', working)]));
const stopped = () => sample.snapshot(sample.state([sample.turn('t2', { status: 'interrupted', items: working })]));

type Asked = Extract<PageMessage, { kind: 'request' }>;
const isRequest =
  (method: string) =>
  (message: PageMessage): message is Asked =>
    message.kind === 'request' && message.method === method;
const paramsOf = (chat: ChatPage, method: string): any[] =>
  chat.posted.filter(isRequest(method)).map(({ params }) => params);

const field = (chat: ChatPage) => chat.page.locator('.composer-field');
const row = (chat: ChatPage, text: string) => chat.page.locator('.queue-row').filter({ hasText: text });
const face = (chat: ChatPage, text: string) => row(chat, text).locator('button.queue-text');
const focused = (chat: ChatPage, text: string) => chat.page.locator('button.queue-text:focus', { hasText: text });
const texts = ({ prompts }: QueueDouble) =>
  prompts.map(({ input }) => (input[0]?.type === 'text' ? input[0].text : ''));
/** Waits until the rows stand in this order. */
const shown = (chat: ChatPage, ...expected: string[]) =>
  chat.page.waitForFunction(
    (wanted) =>
      JSON.stringify([...document.querySelectorAll('.queue-words')].map((text) => text.textContent)) === wanted,
    JSON.stringify(expected),
  );

const abc = () => queueDouble(queued('a', words('alpha')), queued('b', words('beta')), queued('c', words('gamma')));

describe('the queue of messages', function () {
  this.timeout(60_000);
  const open = useChat();

  it('takes what Alt+Enter sends while the agent works, or Enter where the setting says so; both send at once when it does not', async () => {
    const double = queueDouble();
    const chat = await open({ snapshot: running(), onRequest: double.answer, hasQueue: true });
    await field(chat).fill('later');
    await chat.page.getByRole('button', { name: 'Add to the queue (Alt+Enter)' }).waitFor();
    await field(chat).press('Alt+Enter');
    await shown(chat, 'later');
    assert.equal(await field(chat).inputValue(), '');
    await field(chat).fill('now');
    await field(chat).press('Enter');
    await chat.waitForPosted(isRequest('turn/steer'));
    await chat.send({ kind: 'followUp', followUp: 'queue' });
    await chat.page.getByPlaceholder('Enter queues, Alt+Enter steers the agent…').waitFor();
    await field(chat).fill('last');
    await field(chat).press('Enter');
    await shown(chat, 'later', 'last');
    assert.equal(paramsOf(chat, 'turn/steer').length, 1);
    const [first] = paramsOf(chat, 'thread/queue/add');
    assert.deepEqual([first.threadId, first.input], [threadId, [{ type: 'text', text: 'later' }]]);
    await chat.send({ kind: 'snapshot', snapshot: sample.snapshot(sample.state([sample.turn('t2')])) });
    await chat.page.getByRole('button', { name: 'Send (Enter)' }).waitFor();
    await field(chat).fill('idle');
    await field(chat).press('Alt+Enter');
    await chat.waitForPosted(isRequest('turn/start'));
  });

  it('is put in order by keyboard, and keeps the focus where the user is', async () => {
    const double = abc();
    const chat = await open({ snapshot: running(), onRequest: double.answer, hasQueue: true });
    await face(chat, 'alpha').focus();
    await chat.page.keyboard.press('Alt+ArrowDown');
    await shown(chat, 'beta', 'alpha', 'gamma');
    await focused(chat, 'alpha').waitFor();
    await chat.page.getByText('Moved to position 2 of 3').waitFor({ state: 'attached' });
    await chat.page.keyboard.press('ArrowDown');
    await focused(chat, 'gamma').waitFor();
    await chat.page.keyboard.press('Alt+ArrowUp');
    await shown(chat, 'beta', 'gamma', 'alpha');
    await row(chat, 'beta').hover();
    await row(chat, 'beta').getByRole('button', { name: 'Move down' }).click();
    await shown(chat, 'gamma', 'beta', 'alpha');
    await chat.page.waitForFunction(() => document.activeElement?.textContent?.includes('beta'));
    assert.deepEqual(texts(double), ['gamma', 'beta', 'alpha']);
  });

  it('lets a message go and brings it back where it was; alone in a queue that is paused, into the composer', async () => {
    const double = abc();
    const chat = await open({ snapshot: stopped(), onRequest: double.answer, hasQueue: true });
    await face(chat, 'beta').press('Delete');
    await focused(chat, 'gamma').waitFor();
    await shown(chat, 'alpha', 'gamma', 'Removed “beta”');
    await chat.page.keyboard.press('Control+z');
    await shown(chat, 'alpha', 'beta', 'gamma');
    await focused(chat, 'beta').waitFor();
    assert.deepEqual(texts(double), ['alpha', 'beta', 'gamma']);
    assert.equal(paramsOf(chat, 'thread/queue/add')[0].clientUserMessageId, 'm-b');
    for (const text of ['alpha', 'beta', 'gamma']) await face(chat, text).press('Delete');
    await chat.page.locator('.queue-undo:focus').press('Enter');
    await chat.page.waitForFunction(() => document.querySelector('textarea')?.value === 'gamma');
    assert.equal(paramsOf(chat, 'thread/queue/add').length, 1, 'nothing is sent by an undo');
    await chat.page.locator('.queue').waitFor({ state: 'detached' });
  });

  it('changes the text of a message and keeps what is beside it, part by part', async () => {
    const beside = [
      { type: 'image', url: 'data:image/png;base64,AAAA', detail: 'high' },
      { type: 'skill', name: 'tidy', path: '/s' },
      { type: 'mention', name: 'a.ts', path: '/w/a.ts' },
    ] as const;
    const double = queueDouble(queued('a', words('alpha'), ...beside), queued('b', words('beta')));
    const chat = await open({ snapshot: running(), onRequest: double.answer, hasQueue: true });
    await face(chat, 'beta').press('Enter');
    await chat.page.locator('.queue-field:focus').waitFor();
    await chat.page.keyboard.type(' changed');
    await chat.page.keyboard.press('Escape');
    await focused(chat, 'beta').waitFor();
    await shown(chat, 'alpha', 'beta');
    await face(chat, 'alpha').press('Enter');
    await chat.page.getByRole('button', { name: 'Remove a.ts' }).click();
    await chat.page.locator('.queue-field').press('End');
    await chat.page.keyboard.type(' new');
    await chat.page.keyboard.press('Enter');
    await focused(chat, 'alpha new').waitFor();
    assert.deepEqual(double.prompts[0]?.input, [words('alpha new'), beside[0], beside[1]]);
    assert.equal(paramsOf(chat, 'thread/queue/update').length, 1);
  });

  it('gives a change to the composer when its message went out meanwhile, and keeps it over a reload', async () => {
    const double = abc();
    const chat = await open({ snapshot: running(), onRequest: double.answer, hasQueue: true });
    await face(chat, 'beta').press('Enter');
    await chat.page.locator('.queue-field:focus').waitFor();
    await chat.page.keyboard.type(' changed');
    await chat.page.reload();
    assert.equal(await chat.page.locator('.queue-field').inputValue(), 'beta changed');
    await double.lose(chat, 'b');
    await chat.page.getByText('That message went out before your change was saved.').waitFor();
    assert.equal(await field(chat).inputValue(), 'beta changed');
    await shown(chat, 'alpha', 'gamma');
  });

  it('is paused after a turn that was stopped, resumes, and sends any message before the others', async () => {
    const double = abc();
    const chat = await open({ snapshot: stopped(), onRequest: double.answer, hasQueue: true });
    await chat.page.getByText('Paused: the last turn was stopped').waitFor();
    await row(chat, 'beta').hover();
    await row(chat, 'beta').getByRole('button', { name: 'Send now' }).click();
    await shown(chat, 'alpha', 'gamma');
    assert.deepEqual(paramsOf(chat, 'thread/queue/start'), [{ threadId, queuedSubmissionId: 'b' }]);
    await chat.page.getByRole('button', { name: /^Resume/ }).click();
    await shown(chat, 'gamma');
    await chat.notify({ method: 'turn/started', params: { threadId, turn: sample.runningTurn('t9', []) } });
    await chat.page.getByText('1 message queued').waitFor();
    await row(chat, 'gamma').hover();
    await row(chat, 'gamma').getByRole('button', { name: 'Send to the running agent now' }).click();
    const steered = await chat.waitForPosted(isRequest('turn/steer'));
    assert.ok(steered.kind === 'request' && steered.method === 'turn/steer');
    assert.deepEqual([steered.params.clientUserMessageId, steered.params.input], ['m-c', [words('gamma')]]);
    await chat.page.locator('.bubble.pending', { hasText: 'gamma' }).waitFor();
  });

  it('gives a message back that could not be queued, and takes it from the composer when it was queued after all', async () => {
    const double = queueDouble();
    let isBroken = true;
    const chat = await open({
      snapshot: running(),
      hasQueue: true,
      onRequest: async (message, page) => {
        const answered = await double.answer(message, page);
        if (message.method === 'thread/queue/add' && isBroken) throw new Error('The connection was lost.');
        if (message.method === 'thread/queue/list' && isBroken) throw new Error('The connection was lost.');
        return answered;
      },
    });
    await field(chat).fill('precious');
    await field(chat).press('Alt+Enter');
    await chat.page.getByText('Not sent: The connection was lost.').waitFor();
    assert.equal(await field(chat).inputValue(), 'precious');
    isBroken = false;
    await chat.send({ kind: 'status', status: { type: 'ready' } });
    await shown(chat, 'precious');
    await chat.page.waitForFunction(() => document.querySelector('textarea')?.value === '');
    await chat.page.getByText('Not sent: The connection was lost.').waitFor({ state: 'detached' });
  });

  it('waits while the server is away', async () => {
    const double = queueDouble();
    const chat = await open({
      snapshot: { ...running(), status: { type: 'starting', phase: '' } },
      hasQueue: true,
      onRequest: double.answer,
    });
    await field(chat).fill('patient');
    await field(chat).press('Alt+Enter');
    await chat.page.locator('.queue-row.adding', { hasText: 'patient' }).waitFor();
    assert.deepEqual(paramsOf(chat, 'thread/queue/add'), []);
    await chat.send({ kind: 'status', status: { type: 'ready' } });
    await face(chat, 'patient').waitFor();
  });

  it('is no place to wait where the server keeps none: the message steers the agent', async () => {
    const chat = await open({
      snapshot: running(),
      hasQueue: true,
      onRequest: async (message) => {
        // the page learns it from the message, not from the list that it reads when it opens
        if (message.method === 'thread/queue/list') return await new Promise<never>(() => undefined);
        if (message.method === 'thread/queue/add')
          throw new Error('Invalid request: unknown variant `thread/queue/add`, expected one of …');
        return {};
      },
    });
    await field(chat).fill('direct');
    await field(chat).press('Alt+Enter');
    await chat.waitForPosted(isRequest('turn/steer'));
    await chat.page.getByText('This server keeps no queue: the message went to the running agent.').waitFor();
    await chat.page.getByPlaceholder('Steer the agent; Enter sends at once…').waitFor();
  });
});
