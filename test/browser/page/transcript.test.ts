// The transcript of the chat page: streaming, staying in place, long threads, links, and what a model may not do to the page.
import assert from 'node:assert/strict';
import type { PageMessage } from '../../../server/protocol/chatBridge.ts';
import type { ServerNotification } from '../../../server/protocol/methods.ts';
import type { ChatPage } from '../../support/chatPage.ts';
import * as sample from '../../support/chatSamples.ts';
import { useChat } from '../../support/useChat.ts';

const threadId = sample.THREAD_ID;

function delta(text: string, itemId = 'a2'): ServerNotification {
  return { method: 'item/agentMessage/delta', params: { threadId, turnId: 't2', itemId, delta: text } };
}

const started: ServerNotification = {
  method: 'item/started',
  params: { threadId, turnId: 't2', item: sample.agent('a2', '', sample.open), startedAtMs: 0 },
};

const running = () => sample.snapshot(sample.state([sample.runningTurn('t2', [sample.user('u2', 'Write')])]));

const longTurns = (count: number, first = 0) =>
  Array.from({ length: count }, (_, index) => {
    const number = first + index;
    const text = `Answer ${number}. ${'It goes on for a while. '.repeat(number % 9)}\n\n- one\n- two`;
    return sample.turn(`t-${number}`, {
      items: [sample.user(`u-${number}`, `Question ${number}`), sample.agent(`a-${number}`, text)],
    });
  });

const box = (chat: ChatPage) => chat.page.locator('.transcript-box');
const distanceToEnd = (chat: ChatPage) =>
  box(chat).evaluate((element) => element.scrollHeight - element.scrollTop - element.clientHeight);

/** The top of the row with this text, relative to the box. */
const topOf = (chat: ChatPage, text: string) =>
  chat.page.getByText(text, { exact: true }).evaluate((element) => Math.round(element.getBoundingClientRect().top));

async function scrollUp(chat: ChatPage, pixels: number): Promise<void> {
  await box(chat).hover();
  await chat.page.mouse.wheel(0, -pixels);
  await chat.page.getByRole('button', { name: 'Jump to latest' }).waitFor();
}

/** Waits until the page has drawn everything it was told. */
const drawn = (chat: ChatPage) =>
  chat.page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));

describe('the transcript', function () {
  this.timeout(30_000);
  const open = useChat();

  it('streams Markdown and keeps the finished blocks as they are', async () => {
    const chat = await open({ snapshot: running() });
    await chat.notify(started, delta('# Title\n\nA first paragraph.\n\n'), delta('```ts\nconst a'));
    const heading = chat.page.locator('.markdown h1');
    await heading.evaluate((element) => element.setAttribute('data-kept', 'yes'));
    await chat.notify(delta(' = 1;\n```\n\nThe **end**'));
    await chat.page.locator('.markdown strong', { hasText: 'end' }).waitFor();
    assert.equal(await heading.getAttribute('data-kept'), 'yes', 'a finished block was drawn again');
    assert.equal(await chat.page.locator('.code-block pre').innerText(), 'const a = 1;');
    assert.ok((await chat.page.locator('.code-block .hljs-keyword').count()) > 0);
  });

  it('draws 20,000 deltas as they come, and loses none', async () => {
    const chat = await open({ snapshot: running() });
    await chat.notify(started);
    const words = Array.from({ length: 20_000 }, (_, index) => (index % 12 === 11 ? `w${index}\n\n` : `w${index} `));
    await chat.page.evaluate(() => {
      const frames = { longest: 0, drawn: new Set<number>() };
      let last = performance.now();
      const look = (): void => {
        frames.longest = Math.max(frames.longest, performance.now() - last);
        last = performance.now();
        frames.drawn.add(document.querySelector('.row-agentMessage')?.textContent.length ?? 0);
        requestAnimationFrame(look);
      };
      requestAnimationFrame(look);
      Object.assign(globalThis, { frames });
    });
    const begun = performance.now();
    for (let at = 0; at < words.length; at += 250) {
      await chat.send(
        ...words.slice(at, at + 250).map((word) => ({ kind: 'notification', notification: delta(word) }) as const),
      );
    }
    await chat.page.getByText('w19999', { exact: false }).last().waitFor();
    const took = Math.round(performance.now() - begun);
    const { longest, drawn: states } = await chat.page.evaluate(() => {
      const { frames } = globalThis as unknown as { frames: { longest: number; drawn: Set<number> } };
      return { longest: Math.round(frames.longest), drawn: frames.drawn.size };
    });
    console.log(`      20,000 deltas in ${took} ms and ${states} steps, longest frame ${longest} ms`);
    const shown = await chat.page.locator('.row-agentMessage').innerText();
    assert.deepEqual(
      shown.split(/\s+/).filter(Boolean),
      words.map((word) => word.trim()),
    );
    assert.ok(states > 5, `the page was drawn ${states} times`);
  });

  it('follows the end while it is there, and stays where the user has scrolled to', async () => {
    const chat = await open({
      snapshot: sample.snapshot(sample.state([...longTurns(30), sample.runningTurn('t2', [])])),
    });
    await chat.notify(started, delta('Something new.\n\n'.repeat(20)));
    await chat.page.getByText('Something new.').last().waitFor();
    await drawn(chat);
    assert.ok((await distanceToEnd(chat)) < 2);
    await scrollUp(chat, 600);
    await drawn(chat);
    const before = await box(chat).evaluate((element) => element.scrollTop);
    await chat.notify(delta('More of it.\n\n'.repeat(20)));
    await drawn(chat);
    assert.equal(await box(chat).evaluate((element) => element.scrollTop), before);
    await chat.page.getByRole('button', { name: 'Jump to latest' }).click();
    await chat.page.getByText('More of it.').last().waitFor();
    await drawn(chat);
    assert.ok((await distanceToEnd(chat)) < 2);
    assert.equal(await chat.page.getByRole('button', { name: 'Jump to latest' }).count(), 0);
  });

  it('takes a press on what an answer pushes up, and follows again when it is let go', async () => {
    const tool = sample.tool('d1', ['read_file', { path: 'src/a.ts' }, 'the text of a']);
    const turn = sample.runningTurn('t2', [sample.user('u2', 'Write'), tool]);
    const chat = await open({ snapshot: sample.snapshot(sample.state([...longTurns(30), turn])) });
    const { mouse } = chat.page;
    const fold = chat.page.getByRole('button', { name: /Read src\/a\.ts/ });
    const topOfFold = async () => (await fold.boundingBox())?.y ?? Number.NaN;
    await fold.waitFor();
    await chat.notify(started, delta('Something new.\n\n'.repeat(3)));
    await chat.page.getByText('Something new.').last().waitFor();
    await drawn(chat);

    const pushes: unknown = { kind: 'notifications', notifications: [delta('It is pushed up.\n\n')] };
    const { centre, isReached } = await fold.evaluate(async (element, message) => {
      const isMoved = new Promise((resolve) =>
        element.closest('.transcript-box')?.addEventListener('scroll', resolve, { once: true }),
      );
      window.postMessage(message, '*');
      await isMoved;
      await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
      const { x, y, width, height } = element.getBoundingClientRect();
      const at = [x + width / 2, y + height / 2] as const;
      return { centre: at, isReached: element.contains(document.elementFromPoint(...at)) };
    }, pushes);
    assert.ok(isReached, 'a row takes no pointer while the box follows');

    await mouse.move(...centre);
    const before = await topOfFold();
    await mouse.down();
    await chat.notify(delta('While it is pressed.\n\n'.repeat(8)));
    await chat.page.getByText('While it is pressed.').last().waitFor();
    await drawn(chat);
    const moved = (await topOfFold()) - before;
    assert.ok(Math.abs(moved) < 2, `it moved ${moved} px under the pointer`);
    await mouse.up();
    await chat.page.getByText('the text of a').waitFor();
    await drawn(chat);
    assert.ok((await distanceToEnd(chat)) < 2, 'the end is followed again');

    // the release of this one goes to the menu that it opens
    await mouse.down({ button: 'right' });
    await chat.notify(delta('Under a menu.\n\n'.repeat(8)));
    await chat.page.getByText('Under a menu.').last().waitFor();
    await drawn(chat);
    assert.ok((await distanceToEnd(chat)) < 2, 'the end is followed under a menu');
  });

  it('leaves what is selected in its place while an answer comes', async () => {
    const chat = await open({
      snapshot: sample.snapshot(sample.state([...longTurns(30), sample.runningTurn('t2', [])])),
    });
    const { mouse } = chat.page;
    await chat.notify(started, delta('Something new.\n\n'));
    const words = chat.page.getByText('Question 29', { exact: true });
    await chat.page.getByText('Something new.').waitFor();
    await drawn(chat);
    const at = await words.boundingBox();
    assert.ok(at);
    await mouse.move(at.x + 1, at.y + at.height / 2);
    await mouse.down();
    await mouse.move(at.x + at.width / 2, at.y + at.height / 2);
    await chat.notify(delta('While it is selected.\n\n'.repeat(8)));
    await chat.page.getByText('While it is selected.').last().waitFor();
    await drawn(chat);
    await mouse.move(at.x + at.width - 1, at.y + at.height / 2);
    await mouse.up();
    assert.equal(await chat.page.evaluate(() => getSelection()?.toString()), 'Question 29');
    await drawn(chat);
    assert.ok((await distanceToEnd(chat)) < 2, 'the end is followed again');
  });

  it('draws only what is in sight of 2,000 turns', async () => {
    const begun = performance.now();
    const chat = await open({ snapshot: sample.snapshot(sample.state(longTurns(2000))) });
    await chat.page.getByText('Question 1999', { exact: true }).waitFor();
    console.log(`      2,000 turns shown ${Math.round(performance.now() - begun)} ms after the browser was asked`);
    assert.ok((await chat.page.locator('.row').count()) < 80);
    await drawn(chat);
    assert.ok((await distanceToEnd(chat)) < 2);
  });

  it('is at the same place, with the same folds, after a reload', async () => {
    const turns = longTurns(60);
    turns[40]?.items.push(sample.tool('d1', ['read_file', { path: 'src/a.ts' }, 'the text of a']));
    const chat = await open({ snapshot: sample.snapshot(sample.state(turns)) });
    await chat.page.getByText('Question 59', { exact: true }).waitFor();
    await scrollUp(chat, 300);
    const fold = chat.page.getByRole('button', { name: /Read src\/a\.ts/ });
    while ((await fold.count()) === 0) {
      await chat.page.mouse.wheel(0, -300);
      await drawn(chat);
    }
    await fold.click();
    await chat.page.getByText('the text of a').waitFor();
    await chat.page.waitForFunction(() => (sessionStorage.getItem('state') ?? '').includes('"type":"row"'));
    await drawn(chat);
    const before = await topOf(chat, 'the text of a');
    await chat.page.reload();
    await chat.page.getByText('the text of a').waitFor();
    await drawn(chat);
    const after = await topOf(chat, 'the text of a');
    assert.ok(Math.abs(after - before) <= 3, `was at ${before}, is at ${after}`);
  });

  it('fetches older turns at the top and does not move what is read', async () => {
    const older = longTurns(20);
    const chat = await open({
      snapshot: sample.snapshot(sample.state(longTurns(30, 20)), { olderCursor: 'c1' }),
      onRequest: (message) =>
        message.method === 'thread/turns/list'
          ? { data: older.toReversed(), nextCursor: null, backwardsCursor: null }
          : {},
    });
    await chat.page.getByText('Question 49', { exact: true }).waitFor();
    await box(chat).hover();
    await chat.page.mouse.wheel(0, -100_000);
    const isAsking = (message: PageMessage) => message.kind === 'request' && message.method === 'thread/turns/list';
    const asked = await chat.waitForPosted(isAsking);
    assert.deepEqual(asked.kind === 'request' && asked.params, {
      threadId,
      cursor: 'c1',
      limit: 20,
      sortDirection: 'desc',
      itemsView: 'full',
    });
    await chat.page.getByText('Question 20', { exact: true }).waitFor();
    await chat.page.getByRole('button', { name: /earlier messages/ }).waitFor({ state: 'detached' });
    await chat.page.getByText('Question 20', { exact: true }).waitFor();
    await box(chat).evaluate((element) => element.scrollTo(0, 0));
    await chat.page.getByText('Question 0', { exact: true }).waitFor();
  });

  it('fetches the steps of a turn of which only a summary is known', async () => {
    const items = [
      sample.user('u1', 'Q'),
      sample.tool('d1', ['grep', { pattern: 'TODO' }, 'x']),
      sample.agent('a1', 'A'),
    ];
    const chat = await open({
      snapshot: sample.snapshot(
        sample.state([sample.turn('t1', { itemsView: 'summary', items: [items[0]!, items[2]!] })]),
      ),
      onRequest: () => ({
        data: items.map((item) => ({ turnId: 't1', item })),
        nextCursor: null,
        backwardsCursor: null,
      }),
    });
    await chat.page.getByRole('button', { name: 'Show the steps of this turn' }).click();
    await chat.page.getByText('Searched for').waitFor();
  });

  it('brings an item of any age into sight, fetches what lies between, and says so when it is gone', async () => {
    const [older, newest] = [longTurns(60), longTurns(20, 60)];
    const chat = await open({
      snapshot: { ...sample.snapshot(sample.state(newest)), olderCursor: '60' },
      onRequest: ({ params: { cursor } }: any) => {
        const end = Number(cursor);
        const start = Math.max(0, end - 20);
        return {
          data: older.slice(start, end).toReversed(),
          nextCursor: start === 0 ? null : String(start),
          backwardsCursor: null,
        };
      },
    });
    await chat.page.getByText('Question 79', { exact: true }).waitFor();
    await chat.send({ kind: 'showItem', threadId, turnId: 't-3', itemId: 'a-3' });
    const row = chat.page.locator('[data-row="t-3/agentMessage/a-3"]');
    await row.waitFor();
    await chat.page.waitForFunction(() => document.activeElement?.getAttribute('data-row') === 't-3/agentMessage/a-3');
    await chat.send({ kind: 'showItem', threadId, turnId: 't-99', itemId: 'a-99' });
    await chat.page.getByText('What was found is not in this conversation any more.').waitFor();
  });

  it('opens files and addresses through the host, and copies code', async () => {
    const text = 'See `src/a.ts:12`, [b](lib/b.ts#L3) and [docs](https://example.org/x).\n\n```js\nlet x = 1;\n```';
    const chat = await open({
      snapshot: sample.snapshot(sample.state([sample.turn('t1', { items: [sample.agent('a1', text)] })])),
    });
    await chat.page.getByRole('link', { name: 'src/a.ts:12' }).click();
    await chat.page.getByRole('link', { name: 'b', exact: true }).click();
    await chat.page.getByRole('link', { name: 'docs' }).click();
    await chat.page.locator('.code-block').hover();
    await chat.page.getByRole('button', { name: 'Copy', exact: true }).click();
    await chat.waitForPosted((message) => message.kind === 'call' && message.method === 'copyText');
    assert.deepEqual(chat.calls('openFile'), [
      { path: `${sample.FOLDER}/src/a.ts`, line: 12 },
      { path: `${sample.FOLDER}/lib/b.ts`, line: 3 },
    ]);
    assert.deepEqual(chat.calls('openLink'), [{ url: 'https://example.org/x' }]);
    assert.deepEqual(chat.calls('copyText'), [{ text: 'let x = 1;' }]);
  });

  it('runs, loads and styles nothing that a model wrote', async () => {
    const text = [
      '<script>window.broken = 1</script>',
      '<img src="https://evil.example/pixel.png" onerror="window.broken = 2">',
      '![pixel](https://evil.example/pixel2.png)',
      '<a href="javascript:window.broken=3">click</a> [also](javascript:window.broken=4)',
      '<div style="position:fixed;inset:0">cover</div><style>body{display:none}</style>',
      '<iframe src="https://evil.example"></iframe><form action="https://evil.example"><input></form>',
      '<svg><use href="https://evil.example#x"></use></svg>',
    ].join('\n\n');
    const chat = await open({
      snapshot: sample.snapshot(sample.state([sample.turn('t1', { items: [sample.agent('a1', text)] })])),
    });
    const asked: string[] = [];
    chat.page.on('request', (request) => asked.push(request.url()));
    await chat.page.getByText('cover').waitFor();
    await chat.page.getByText('>click<').click();
    await chat.page.getByText('also').click();
    const markdown = chat.page.locator('.markdown');
    assert.equal(await markdown.locator('script, img, iframe, form, input, style, svg, [style], [onerror]').count(), 0);
    assert.equal(await markdown.locator('[href^="javascript"]').count(), 0);
    assert.equal(await chat.page.evaluate(() => 'broken' in globalThis), false);
    assert.deepEqual(
      asked.filter((url) => url.includes('evil')),
      [],
    );
  });

  it('shows a command with its output as it comes, and folds it when it went well', async () => {
    const item = sample.command('c1', 'npm test', {
      ...sample.open,
      status: 'inProgress',
      exitCode: null,
      durationMs: null,
    });
    const chat = await open({ snapshot: sample.snapshot(sample.state([sample.runningTurn('t2', [item])])) });
    await chat.notify({
      method: 'item/commandExecution/outputDelta',
      params: { threadId, turnId: 't2', itemId: 'c1', delta: 'one\n\u001B[32mtwo\u001B[0m\n' },
    });
    const output = chat.page.locator('.output-lines');
    await output.locator('.ansi-fg-2', { hasText: 'two' }).waitFor();
    const lines = Array.from({ length: 60 }, (_, index) => `line ${index}\n`).join('');
    await chat.notify({
      method: 'item/commandExecution/outputDelta',
      params: { threadId, turnId: 't2', itemId: 'c1', delta: lines },
    });
    await drawn(chat);
    assert.ok(
      await output.evaluate((element) => element.scrollHeight - element.scrollTop - element.clientHeight < 2),
      'the end is in sight',
    );
    const completed = sample.command('c1', 'npm test', { aggregatedOutput: `one\ntwo\n${lines}`, durationMs: 65_000 });
    await chat.notify({
      method: 'item/completed',
      params: { threadId, turnId: 't2', item: completed, completedAtMs: 1 },
    });
    await output.waitFor({ state: 'detached' });
    await chat.page.getByText('1 min 5 s').waitFor();
    await chat.page.getByRole('button', { name: /npm test/ }).click();
    await output.waitFor();
  });

  it('opens the diff of a file, reviews the turn, forks at it and copies its answer', async () => {
    const items = [
      sample.patch('p1', [sample.update('src/a.ts', '@@ -1 +1 @@\n-a\n+b\n')]),
      sample.agent('a1', 'Done.'),
    ];
    const chat = await open({ snapshot: sample.snapshot(sample.state([sample.turn('t1', { items })])) });
    await chat.page.getByRole('button', { name: /Edited a\.ts/ }).click();
    await chat.page.getByRole('button', { name: 'Review Changes' }).click();
    await chat.page.getByRole('button', { name: 'Fork from here' }).click();
    await chat.page.getByRole('button', { name: 'Restore files to before this turn' }).click();
    await chat.page.getByRole('button', { name: 'Copy answer' }).click();
    await chat.page.getByRole('button', { name: 'Copied' }).waitFor();
    assert.deepEqual(chat.calls('openDiff'), [
      { threadId, turnId: 't1', itemId: 'p1', path: `${sample.FOLDER}/src/a.ts` },
    ]);
    assert.deepEqual(chat.calls('reviewChanges'), [{ threadId, turnId: 't1' }]);
    assert.deepEqual(chat.calls('forkAt'), [{ threadId, lastTurnId: 't1' }]);
    assert.deepEqual(chat.calls('restoreFiles'), [{ threadId, turnId: 't1' }]);
    assert.deepEqual(chat.calls('copyText'), [{ text: 'Done.' }]);
  });
});
