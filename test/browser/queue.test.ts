// Messages queued while the agent works: put in order, changed and removed, they are sent one after the other, each once.
import assert from 'node:assert/strict';
import { reloadWindow } from '../support/browser.ts';
import { lastUserText } from '../support/modelRequest.ts';
import { answer, gate, text } from '../support/modelScript.ts';
import { type Chat, eventually, useProduct } from '../support/product.ts';

describe('the queue in a real VS Code', () => {
  const product = useProduct({ files: { 'notes.txt': 'hello\n' } });
  let chat: Chat;

  before(async function () {
    this.timeout(120_000);
    chat = await product.open();
  });

  const rows = () => chat.frame.locator('.queue-line .queue-words');
  const face = (words: string) => chat.frame.locator('button.queue-text').filter({ hasText: words });
  const queued = async (...words: string[]): Promise<void> => {
    await eventually(
      async () => JSON.stringify(await rows().allInnerTexts()) === JSON.stringify(words),
      async () => `The queue holds ${JSON.stringify(await rows().allInnerTexts())}.`,
    );
  };
  const add = async (words: string): Promise<void> => {
    await chat.field.fill(words);
    await chat.field.press('Alt+Enter');
    await face(words).waitFor();
  };
  const sent = () => product.model.requests.map((request) => lastUserText(request));

  it('is filled, put in order, changed and emptied while a turn runs, survives a reload, and is sent in order', async () => {
    const { model, page } = product;
    model.script(answer([text('Hello.'), gate('first')]), answer([text('Again.'), gate('second')]));
    await chat.send('begin');
    await model.reached('first');
    // what is queued before the page has heard of the turn is sent at once
    await chat.answer('Hello.').waitFor();
    for (const words of ['one', 'two', 'three', 'four']) await add(words);
    assert.equal(await chat.field.inputValue(), '');
    await face('three').press('Alt+ArrowUp');
    await queued('one', 'three', 'two', 'four');
    await face('two').press('Enter');
    await chat.frame.locator('.queue-field').fill('two, changed');
    await chat.frame.locator('.queue-field').press('Enter');
    await queued('one', 'three', 'two, changed', 'four');
    await face('four').press('Delete');
    await queued('one', 'three', 'two, changed');
    model.open('first');
    await model.reached('second');
    await queued('three', 'two, changed');

    // the server ends with the window, in the middle of the turn: what waits is there again, and waits for the user
    await reloadWindow(page);
    chat = await product.reopened();
    await queued('three', 'two, changed');
    await chat.frame.getByText('Paused: the last turn was stopped').waitFor();
    await chat.frame.getByRole('button', { name: /^Resume/ }).click();
    await chat.frame.locator('.queue').waitFor({ state: 'detached' });
    await chat.message('two, changed').waitFor();
    await eventually(async () => sent().length === 4);
    await chat.idle();
    assert.deepEqual(sent(), ['begin', 'one', 'three', 'two, changed']);
    for (const words of ['one', 'three', 'two, changed']) assert.equal(await chat.message(words).count(), 1);
  });
});
