// What stands unsent in the composer of the chat page, whatever becomes of its thread and of its message.
import assert from 'node:assert/strict';
import type { PageMessage } from '../../../server/protocol/chatBridge.ts';
import type { ChatPage } from '../../support/chatPage.ts';
import * as sample from '../../support/chatSamples.ts';
import { useChat } from '../../support/useChat.ts';

const idle = () =>
  sample.snapshot(
    sample.state([sample.turn('t1', { items: [sample.user('u1', 'Hi'), sample.agent('a1', 'Hello.')] })]),
  );

const field = (chat: ChatPage) => chat.page.locator('.composer-field');
const bubbles = (chat: ChatPage) => chat.page.locator('.bubble-text');

const isRequest = (message: PageMessage): message is Extract<PageMessage, { kind: 'request' }> =>
  message.kind === 'request';

const turnsStarted = (chat: ChatPage) =>
  chat.posted.filter(isRequest).flatMap((message) => (message.method === 'turn/start' ? [message.params] : []));

describe('what stands unsent', function () {
  this.timeout(30_000);
  const open = useChat();

  it('gives a message that was given back a new id once it is changed, so that it counts as another', async () => {
    let refusals = 1;
    const chat = await open({
      snapshot: idle(),
      onRequest: () => {
        if (refusals-- > 0) throw new Error('The connection ended.');
        return { turn: sample.turn('t9', { status: 'inProgress', items: [] }) };
      },
    });
    await field(chat).fill('words');
    await field(chat).press('Enter');
    await chat.page.getByText('The connection ended').waitFor();
    await field(chat).press('End');
    await chat.page.keyboard.type(' and more');
    const clientId = turnsStarted(chat)[0]?.clientUserMessageId ?? null;
    assert.ok(clientId !== null);
    const arrived = sample.turn('t8', { items: [sample.user('u9', 'words', { clientId })] });
    await chat.send({ kind: 'snapshot', snapshot: sample.snapshot(sample.state([arrived])) });
    await bubbles(chat).filter({ hasText: 'words' }).waitFor();
    assert.equal(await field(chat).inputValue(), 'words and more');
    await field(chat).press('Enter');
    await chat.waitForPosted(
      (message) =>
        isRequest(message) &&
        message.method === 'turn/start' &&
        message.params.clientUserMessageId !== clientId &&
        message.params.input[0]?.type === 'text',
    );
    assert.equal(turnsStarted(chat).length, 2);
  });

  it('says no longer that a message was not sent once the thread shows it', async () => {
    const chat = await open({
      snapshot: idle(),
      onRequest: () => {
        throw new Error('The connection ended.');
      },
    });
    await field(chat).fill('words');
    await field(chat).press('Enter');
    await chat.page.getByText('Not sent: The connection ended.').waitFor();
    const clientId = turnsStarted(chat)[0]?.clientUserMessageId ?? null;
    const arrived = sample.turn('t8', { items: [sample.user('u9', 'words', { clientId })] });
    await chat.send({ kind: 'snapshot', snapshot: sample.snapshot(sample.state([arrived])) });
    await chat.page.getByText('Not sent').waitFor({ state: 'detached' });
    assert.equal(await field(chat).inputValue(), '');
  });

  it('takes what stands in the composer of a thread that is gone over to the new conversation', async () => {
    const chat = await open({ snapshot: idle() });
    await field(chat).fill('still to be said');
    const draft = { text: 'an older thought', attachments: [], messageId: 'm-0', savedAtMs: 1 };
    const gone = { ...sample.snapshot(null), draft, goneThreadId: sample.THREAD_ID };
    await chat.send({ kind: 'snapshot', snapshot: gone });
    await chat.page.getByText('This conversation was deleted elsewhere').waitFor();
    assert.equal(await field(chat).inputValue(), 'an older thought\n\nstill to be said');
    await chat.waitForPosted(
      (message) =>
        message.kind === 'call' &&
        message.method === 'saveDraft' &&
        message.params.threadId === '' &&
        message.params.draft.text === 'an older thought\n\nstill to be said',
    );
  });

  it('keeps a steering message until it stands in the thread, and no longer', async () => {
    const running = sample.snapshot(sample.state([sample.runningTurn('t2', [sample.user('u2', 'Work')])]));
    const chat = await open({ snapshot: running, onRequest: () => ({ turnId: 't2' }) });
    await field(chat).fill('not that way');
    await field(chat).press('Enter');
    const sent = await chat.waitForPosted((message) => isRequest(message) && message.method === 'turn/steer');
    assert.ok(sent.kind === 'request' && sent.method === 'turn/steer');
    await chat.page.getByText('The agent reads this at its next step').waitFor();
    // the server may end before the agent reads it
    await chat.page.reload();
    await chat.page.waitForFunction(() => document.querySelector('textarea')?.value === 'not that way');
    const item = sample.user('u3', 'not that way', { clientId: sent.params.clientUserMessageId ?? null });
    await chat.notify({
      method: 'item/started',
      params: { threadId: sample.THREAD_ID, turnId: 't2', item, startedAtMs: 0 },
    });
    await chat.page.waitForFunction(() => document.querySelector('textarea')?.value === '');
    assert.deepEqual(await bubbles(chat).allInnerTexts(), ['Work', 'not that way']);
  });

  it('overwrites nothing that stands in a composer that was left when its message is refused', async () => {
    const refused = Promise.withResolvers<void>();
    const chat = await open({
      snapshot: idle(),
      onRequest: async () => {
        await refused.promise;
        throw new Error('Not now.');
      },
    });
    await field(chat).fill('first thought');
    await field(chat).press('Enter');
    await field(chat).fill('second thought');
    const other = sample.state([], { thread: { ...sample.state([]).thread, id: 'other' } });
    await chat.send({ kind: 'snapshot', snapshot: sample.snapshot(other) });
    await chat.page.waitForFunction(() => document.querySelector('textarea')?.value === '');
    refused.resolve();
    await chat.page.getByText('Not sent: Not now.').waitFor();
    const saved = chat.calls('saveDraft').filter(({ threadId }) => threadId === sample.THREAD_ID);
    assert.equal(saved.at(-1)?.draft.text, 'first thought\n\nsecond thought');
    assert.equal(await field(chat).inputValue(), '');
  });

  it('shows the draft of another thread while the first message of a conversation still waits', async () => {
    const starting = { type: 'starting', phase: 'Starting…' } as const;
    const chat = await open({ snapshot: { ...sample.snapshot(null), status: starting } });
    await field(chat).fill('first message');
    await field(chat).press('Enter');
    await chat.page.getByText('Goes out as soon as the server is ready').waitFor();
    const draft = { text: 'half a thought', attachments: [], messageId: 'm-1', savedAtMs: 1 };
    await chat.send({ kind: 'snapshot', snapshot: { ...idle(), status: starting, draft } });
    await chat.page.waitForFunction(() => document.querySelector('textarea')?.value === 'half a thought');
  });
});
