// The composer of the chat page: what is typed is sent once, steered while the agent works, and never lost.
import assert from 'node:assert/strict';
import type { PageMessage } from '../../../server/protocol/chatBridge.ts';
import type { ChatPage } from '../../support/chatPage.ts';
import * as sample from '../../support/chatSamples.ts';
import { useChat } from '../../support/useChat.ts';

const idle = () =>
  sample.snapshot(
    sample.state([sample.turn('t1', { items: [sample.user('u1', 'Hi'), sample.agent('a1', 'Hello.')] })]),
  );
const running = () => sample.snapshot(sample.state([sample.runningTurn('t2', [sample.user('u2', 'Work')])]));

const isRequest =
  (method: string) =>
  (message: PageMessage): message is Extract<PageMessage, { kind: 'request' }> =>
    message.kind === 'request' && message.method === method;

const field = (chat: ChatPage) => chat.page.locator('.composer-field');
const bubbles = (chat: ChatPage) => chat.page.locator('.bubble-text');

function requestsOf(chat: ChatPage, method: string) {
  return chat.posted.filter(isRequest(method));
}

const accept = (message: Extract<PageMessage, { kind: 'request' }>) =>
  message.method === 'turn/steer' ? { turnId: 't2' } : { turn: sample.turn('t9', { status: 'inProgress', items: [] }) };

describe('the composer', function () {
  this.timeout(30_000);
  const open = useChat();

  it('sends by Enter, breaks the line by Shift+Enter, and shows the message at once', async () => {
    const chat = await open({ snapshot: idle(), onRequest: () => new Promise(() => {}) });
    await field(chat).click();
    await chat.page.keyboard.type('first line');
    await chat.page.keyboard.press('Shift+Enter');
    await chat.page.keyboard.type('second line');
    assert.equal(requestsOf(chat, 'turn/start').length, 0);
    await chat.page.keyboard.press('Enter');
    const sent = await chat.waitForPosted(isRequest('turn/start'));
    assert.ok(isRequest('turn/start')(sent) && sent.method === 'turn/start');
    assert.deepEqual(sent.params.input, [{ type: 'text', text: 'first line\nsecond line' }]);
    assert.match(sent.params.clientUserMessageId ?? '', /^[0-9a-f-]{36}$/);
    await chat.page.locator('.bubble.pending').waitFor();
    assert.equal(await bubbles(chat).last().innerText(), 'first line\nsecond line');
    assert.equal(await field(chat).inputValue(), '');
  });

  it('shows the message once when it has arrived in the thread, whatever comes first', async () => {
    const chat = await open({ snapshot: idle(), onRequest: accept });
    await field(chat).fill('only once');
    await field(chat).press('Enter');
    const sent = await chat.waitForPosted(isRequest('turn/start'));
    assert.ok(sent.kind === 'request' && sent.method === 'turn/start');
    const clientId = sent.params.clientUserMessageId ?? null;
    const item = sample.user('u9', 'only once', { clientId });
    await chat.notify(
      { method: 'turn/started', params: { threadId: sample.THREAD_ID, turn: sample.runningTurn('t9', []) } },
      { method: 'item/started', params: { threadId: sample.THREAD_ID, turnId: 't9', item, startedAtMs: 0 } },
    );
    await chat.page.locator('.bubble.pending').waitFor({ state: 'detached' });
    assert.equal(await bubbles(chat).filter({ hasText: 'only once' }).count(), 1);
  });

  it('does not send twice when Enter is pressed twice, nor while a character is composed', async () => {
    const chat = await open({ snapshot: idle(), onRequest: accept });
    await field(chat).fill('かな');
    await field(chat).dispatchEvent('keydown', { key: 'Enter', isComposing: true });
    assert.equal(requestsOf(chat, 'turn/start').length, 0);
    await field(chat).press('Enter');
    await field(chat).press('Enter');
    await chat.waitForPosted(isRequest('turn/start'));
    assert.equal(requestsOf(chat, 'turn/start').length, 1);
  });

  it('starts a thread for the first message of a conversation', async () => {
    const chat = await open({
      snapshot: sample.snapshot(null),
      onRequest: (message) => (message.method === 'thread/start' ? { thread: sample.thread() } : accept(message)),
    });
    await field(chat).fill('begin');
    await field(chat).press('Enter');
    const sent = await chat.waitForPosted(isRequest('turn/start'));
    const [started] = requestsOf(chat, 'thread/start');
    assert.deepEqual(started?.params, { cwd: sample.FOLDER });
    assert.ok(sent.kind === 'request' && sent.method === 'turn/start');
    assert.equal(sent.params.threadId, sample.THREAD_ID);
  });

  it('starts one thread for two quick messages', async () => {
    const chat = await open({
      snapshot: sample.snapshot(null),
      onRequest: async (message, { notify }) => {
        if (message.method === 'thread/start') return { thread: sample.thread() };
        if (message.method === 'turn/start') {
          await notify({
            method: 'turn/started',
            params: { threadId: sample.THREAD_ID, turn: sample.runningTurn('t9', []) },
          });
        }
        return message.method === 'turn/steer' ? { turnId: 't9' } : { turn: sample.runningTurn('t9', []) };
      },
    });
    for (const text of ['one', 'two']) {
      await field(chat).fill(text);
      await field(chat).press('Enter');
    }
    await chat.waitForPosted(isRequest('turn/steer'));
    assert.equal(requestsOf(chat, 'thread/start').length, 1);
    assert.equal(requestsOf(chat, 'turn/start').length, 1);
    assert.deepEqual(await bubbles(chat).allInnerTexts(), ['one', 'two']);
  });

  it('gives a refused message back, with the reason, and sends it again under the same id', async () => {
    let refusals = 1;
    const chat = await open({
      snapshot: idle(),
      onRequest: (message) => {
        if (refusals-- > 0) throw new Error('This thread is being written by another window. Close it there.');
        return accept(message);
      },
    });
    await field(chat).fill('precious words');
    await field(chat).press('Enter');
    await chat.page.getByText('This thread is being written by another window').waitFor();
    assert.equal(await field(chat).inputValue(), 'precious words');
    assert.equal(await chat.page.locator('.bubble.pending').count(), 0);
    await field(chat).press('Enter');
    await chat.page.locator('.bubble.pending').waitFor();
    const [first, second] = requestsOf(chat, 'turn/start');
    assert.ok(first?.method === 'turn/start' && second?.method === 'turn/start');
    assert.equal(first.params.clientUserMessageId, second.params.clientUserMessageId);
  });

  it('steers a running turn, and starts a turn when that one has just ended', async () => {
    const chat = await open({
      snapshot: running(),
      onRequest: async (message, { notify }) => {
        if (message.method !== 'turn/steer') return accept(message);
        await notify({ method: 'turn/completed', params: { threadId: sample.THREAD_ID, turn: sample.turn('t2') } });
        throw new Error('no active turn to steer');
      },
    });
    await chat.page.getByPlaceholder('Enter steers the agent, Alt+Enter queues…').waitFor();
    await field(chat).fill('also the lamp');
    await field(chat).press('Enter');
    const started = await chat.waitForPosted(isRequest('turn/start'));
    const [steered] = requestsOf(chat, 'turn/steer');
    assert.ok(steered?.method === 'turn/steer' && started.kind === 'request' && started.method === 'turn/start');
    assert.equal(steered.params.expectedTurnId, 't2');
    assert.equal(steered.params.clientUserMessageId, started.params.clientUserMessageId);
  });

  it('gives back a steering message that the turn did not read before it ended', async () => {
    const chat = await open({ snapshot: running(), onRequest: accept });
    await field(chat).fill('too late');
    await field(chat).press('Enter');
    await chat.page.getByText('The agent reads this at its next step').waitFor();
    await chat.notify({ method: 'turn/completed', params: { threadId: sample.THREAD_ID, turn: sample.turn('t2') } });
    await chat.page.getByText('The agent ended before it read your last message').waitFor();
    assert.equal(await field(chat).inputValue(), 'too late');
  });

  it('stops by Escape in an empty composer and by its button', async () => {
    const chat = await open({ snapshot: running(), onRequest: () => ({}) });
    await field(chat).fill('words');
    await field(chat).press('Escape');
    assert.equal(requestsOf(chat, 'turn/interrupt').length, 0, 'Escape does not stop while something is written');
    await field(chat).fill('');
    await field(chat).press('Escape');
    const stopped = await chat.waitForPosted(isRequest('turn/interrupt'));
    assert.deepEqual(stopped.kind === 'request' && stopped.params, { threadId: sample.THREAD_ID, turnId: 't2' });
    await chat.page.getByText('Stopping…').waitFor();
    assert.ok(await chat.page.getByRole('button', { name: 'Stop (Esc)' }).isDisabled());
  });

  it('keeps 200 characters across a reload in mid-stream, and saves them at the host', async () => {
    const text = 'A draft that must not be lost. '.repeat(7).slice(0, 200);
    const chat = await open({ snapshot: running() });
    await field(chat).click();
    await chat.page.keyboard.type(text);
    await chat.page.reload();
    await chat.page.locator('.composer-field').waitFor();
    assert.equal(await field(chat).inputValue(), text);
    const saved = await chat.waitForPosted(
      (message) => message.kind === 'call' && message.method === 'saveDraft' && message.params.draft.text === text,
    );
    assert.ok(saved.kind === 'call' && saved.method === 'saveDraft');
    assert.equal(saved.params.threadId, sample.THREAD_ID);
  });

  it('takes the newer of two copies of a draft, and none that was delivered', async () => {
    const fromHost = { text: 'from the host', attachments: [], savedAtMs: Date.now() + 60_000, messageId: 'm-1' };
    const chat = await open({ snapshot: { ...idle(), draft: fromHost } });
    await chat.page.waitForFunction(() => document.querySelector('textarea')?.value === 'from the host');
    const delivered = sample.turn('t1', { items: [sample.user('u1', 'from the host', { clientId: 'm-1' })] });
    chat.snapshot = { ...sample.snapshot(sample.state([delivered])), draft: fromHost };
    await chat.page.reload();
    await bubbles(chat).filter({ hasText: 'from the host' }).waitFor();
    assert.equal(await field(chat).inputValue(), '');
  });

  it('keeps a message that is not acknowledged as the saved draft', async () => {
    const chat = await open({ snapshot: idle(), onRequest: () => new Promise(() => {}) });
    await field(chat).fill('on its way');
    await field(chat).press('Enter');
    await chat.page.locator('.bubble.pending').waitFor();
    await chat.page.reload();
    await chat.page.waitForFunction(() => document.querySelector('textarea')?.value === 'on its way');
  });

  it('waits with sending until the server is ready', async () => {
    const chat = await open({
      snapshot: { ...idle(), status: { type: 'starting', phase: 'Starting…' } },
      onRequest: accept,
    });
    await field(chat).fill('early');
    await field(chat).press('Enter');
    await chat.page.getByText('Goes out as soon as the server is ready').waitFor();
    assert.equal(requestsOf(chat, 'turn/start').length, 0);
    await chat.send({ kind: 'status', status: { type: 'ready' } });
    await chat.waitForPosted(isRequest('turn/start'));
  });

  it('completes files after @ by keyboard alone', async () => {
    const chat = await open({
      snapshot: idle(),
      services: {
        completeFiles: ({ query }) =>
          ['lamp.ts', 'lampGlass.ts']
            .filter((name) => name.includes(query))
            .map((name) => ({ path: `${sample.FOLDER}/src/${name}`, name, folder: 'src' })),
      },
      onRequest: accept,
    });
    await field(chat).click();
    await chat.page.keyboard.type('Look at @la');
    await chat.page.getByRole('option').first().waitFor();
    assert.equal(await field(chat).getAttribute('aria-activedescendant'), 'composer-files-0');
    await chat.page.keyboard.press('ArrowDown');
    assert.equal(
      await chat.page.getByRole('option', { selected: true }).locator('.file-name').innerText(),
      'lampGlass.ts',
    );
    await chat.page.keyboard.press('Escape');
    await chat.page.getByRole('listbox').waitFor({ state: 'detached' });
    await chat.page.keyboard.type(' and @lampG');
    await chat.page.getByRole('option').first().waitFor();
    await chat.page.keyboard.press('Tab');
    // a list that answers what stood there a moment ago gives way to the one that is meant
    const completed = 'Look at @la and @src/lampGlass.ts ';
    await chat.page.waitForFunction((text) => document.querySelector('textarea')?.value === text, completed);
    await chat.page.keyboard.press('Enter');
    const sent = await chat.waitForPosted(isRequest('turn/start'));
    assert.ok(sent.kind === 'request' && sent.method === 'turn/start');
    assert.deepEqual(sent.params.input[1], {
      type: 'mention',
      name: 'lampGlass.ts',
      path: `${sample.FOLDER}/src/lampGlass.ts`,
    });
  });

  it('takes no file from a list that answers what stood there a moment ago', async () => {
    const late = Promise.withResolvers<void>();
    const file = (name: string) => ({ path: `${sample.FOLDER}/${name}`, name, folder: '' });
    const chat = await open({
      snapshot: idle(),
      services: {
        completeFiles: async ({ query }) => {
          if (query === '') return [file('first.ts')];
          await late.promise;
          return [file('best.ts')];
        },
      },
    });
    await field(chat).click();
    await chat.page.keyboard.type('@');
    await chat.page.getByRole('option', { name: 'first.ts' }).waitFor();
    await chat.page.keyboard.type('b');
    await chat.page.keyboard.press('Tab');
    late.resolve();
    await chat.page.waitForFunction(() => document.querySelector('textarea')?.value === '@best.ts ');
  });

  it('attaches the selection, files and pasted images as chips, and sends them along', async () => {
    const selection = {
      type: 'selection',
      path: `${sample.FOLDER}/a.ts`,
      name: 'a.ts',
      startLine: 3,
      endLine: 4,
      text: 'const a = 1;',
    } as const;
    const chat = await open({
      snapshot: idle(),
      services: {
        currentSelection: () => selection,
        pickFiles: () => [{ type: 'file', path: `${sample.FOLDER}/b.ts`, name: 'b.ts' }],
      },
      onRequest: accept,
    });
    await chat.page.getByRole('button', { name: 'Attach the editor’s selection' }).click();
    await chat.page.getByRole('button', { name: 'Attach files' }).click();
    await chat.page.evaluate(async () => {
      const canvas = new OffscreenCanvas(4, 4);
      canvas.getContext('2d')?.fillRect(0, 0, 4, 4);
      const data = new DataTransfer();
      data.items.add(new File([await canvas.convertToBlob()], 'dot.png', { type: 'image/png' }));
      document
        .querySelector('textarea')
        ?.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
    });
    await chat.page.locator('.composer .chip').nth(2).waitFor();
    assert.deepEqual(await chat.page.locator('.composer .chip-name').allInnerTexts(), ['a.ts:3-4', 'b.ts', 'dot.png']);
    await chat.page.getByRole('button', { name: 'Remove b.ts' }).click();
    await field(chat).press('Enter');
    const sent = await chat.waitForPosted(isRequest('turn/start'));
    assert.ok(sent.kind === 'request' && sent.method === 'turn/start');
    const [lines, image] = sent.params.input;
    assert.ok(lines?.type === 'text' && lines.text.includes('a.ts:3-4') && lines.text.includes('const a = 1;'));
    assert.ok(image?.type === 'image' && image.url.startsWith('data:image/png;base64,'));
    assert.equal(await chat.page.locator('.bubble.pending .chip').count(), 2);
  });

  it('brings earlier prompts back by the arrow keys, and replaces nothing that was written', async () => {
    const said = (id: string, text: string) => sample.turn(id, { items: [sample.user(`u-${id}`, text)] });
    const thread = sample.state([said('1', 'first'), said('2', 'two\nlines'), said('3', 'last'), said('4', 'last')]);
    const chat = await open({ snapshot: sample.snapshot(thread) });
    const value = async (key: string) => {
      await field(chat).press(key);
      return await field(chat).inputValue();
    };
    assert.equal(await value('ArrowUp'), 'last');
    assert.equal(await value('ArrowUp'), 'two\nlines');
    // the caret moves within the text before it leaves it
    assert.equal(await value('ArrowUp'), 'two\nlines');
    assert.equal(await value('ArrowUp'), 'first');
    assert.equal(await value('ArrowUp'), 'first');
    await field(chat).press('End');
    assert.equal(await value('ArrowDown'), 'two\nlines');
    assert.equal(await value('ArrowDown'), 'last');
    assert.equal(await value('ArrowDown'), '');
    await field(chat).fill('my own');
    assert.equal(await value('ArrowUp'), 'my own');
  });

  it('attaches the files that are dropped from the explorer', async () => {
    const chat = await open({ snapshot: idle() });
    await bubbles(chat).filter({ hasText: 'Hi' }).waitFor();
    await chat.page.evaluate(() => {
      const data = new DataTransfer();
      data.setData(
        'text/uri-list',
        'file:///w/a%20b.ts\r\nvscode-remote://ssh-remote%2Bbox/w/c.ts\r\nhttps://example.com/x',
      );
      const form = document.querySelector('.composer');
      form?.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));
    });
    await chat.page.locator('.composer .chip').nth(1).waitFor();
    const saved = await chat.waitForPosted((message) => message.kind === 'call' && message.method === 'saveDraft');
    assert.ok(saved.kind === 'call' && saved.method === 'saveDraft');
    assert.deepEqual(saved.params.draft.attachments, [
      { type: 'file', path: '/w/a b.ts', name: 'a b.ts' },
      { type: 'file', path: '/w/c.ts', name: 'c.ts' },
    ]);
  });

  it('says what to do when nothing is selected', async () => {
    const chat = await open({ snapshot: idle() });
    await chat.page.getByRole('button', { name: 'Attach the editor’s selection' }).click();
    await chat.page.getByText('Nothing is selected in the editor').waitFor();
  });

  it('grows with its text up to 40% of the height', async () => {
    const chat = await open({ snapshot: idle() });
    const height = () => field(chat).evaluate((element) => element.getBoundingClientRect().height);
    const single = await height();
    await field(chat).fill('one\ntwo\nthree');
    assert.ok((await height()) > single * 1.8);
    await field(chat).fill('line\n'.repeat(200));
    assert.ok((await height()) <= 0.4 * 720 + 1);
  });
});
