// Threads are found again, forked, renamed, put away and brought back; and nothing is lost when their server dies.
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { answerQuickInput, modalDialog, runCommand, screenshot, waitForNotification } from '../support/browser.ts';
import { answer, command, text } from '../support/modelScript.ts';
import { ownOnly } from '../support/ownOnly.ts';
import { pausedAfter } from '../support/pausedPart.ts';
import { type Chat, eventually, serverProcesses, threadRow, useProduct } from '../support/product.ts';

describe('threads in a real VS Code', () => {
  const product = useProduct({ files: { 'notes.txt': 'hello\n' } });
  let chat: Chat;
  let page: Page;

  before(async function () {
    this.timeout(120_000);
    chat = await product.open();
    page = product.page;
  });

  it('begin with a word on what they are', async () => {
    const welcome = page.locator('.pane:has-text("Threads") .welcome-view-content');
    await welcome.getByText('No threads yet').waitFor();
    await welcome.getByRole('button', { name: 'Get Started' }).waitFor();
  });

  it('stand in the tree, and can be renamed', async () => {
    product.model.script(answer(text('First answer.')));
    await chat.send('The first thread');
    await chat.answer('First answer.').waitFor();
    await chat.idle();
    await menuAction('The first thread', 'Rename Thread…');
    await answerQuickInput(page, 'Renamed thread');
    await threadRow(page, 'Renamed thread').waitFor();
    await threadRow(page, 'The first thread').waitFor({ state: 'detached' });
  });

  it('are forked whole from the tree, and at a turn from the chat', async () => {
    product.model.script(answer(text('Second answer.')), answer(text('Another second answer.')));
    await chat.send('And a second turn');
    await chat.answer('Second answer.').waitFor();
    await chat.idle();
    await chat.message('The first thread').hover();
    await chat.frame.getByRole('button', { name: 'Fork from here' }).first().click();
    await chat.message('And a second turn').waitFor({ state: 'detached' });
    await chat.answer('First answer.').waitFor();
    await eventually(async () => (await threadRow(page, 'Renamed thread').count()) === 2);
    await chat.send('A second turn of another kind');
    await chat.answer('Another second answer.').waitFor();
    await chat.idle();

    await rowAction('Renamed thread', 'Fork Thread');
    await eventually(async () => (await threadRow(page, 'Renamed thread').count()) === 3);
    await chat.answer('First answer.').waitFor();
  });

  it('are archived and unarchived', async () => {
    await newThread('The other thread', 'Answer of the other.');
    await rowAction('The other thread', 'Archive Thread');
    await threadRow(page, 'The other thread').waitFor({ state: 'detached' });
    await threadRow(page, 'Archived').click();
    await threadRow(page, 'The other thread').waitFor();
    await rowAction('The other thread', 'Unarchive Thread');
    await threadRow(page, 'Archived').waitFor({ state: 'detached' });
    await threadRow(page, 'The other thread').waitFor();
  });

  it('are deleted, and come back by Undo with all that was in them', async () => {
    await threadRow(page, 'The other thread').click();
    await chat.answer('Answer of the other.').waitFor();
    await menuAction('The other thread', 'Delete Thread');
    await threadRow(page, 'The other thread').waitFor({ state: 'detached' });
    const toast = await waitForNotification(page, 'Deleted “The other thread”.');
    await toast.getByText('Undo', { exact: true }).click();
    await threadRow(page, 'The other thread').click();
    await chat.answer('Answer of the other.').waitFor();
  });

  it('give their id', async () => {
    await menuAction('The other thread', 'Copy Thread ID');
    await eventually(async () => /^[0-9a-f-]{36}$/.test(await page.evaluate(() => navigator.clipboard.readText())));
  });

  it('are found by what was said in them, and opened at the message', async () => {
    await runCommand(page, 'Bowline: Search Threads…');
    const box = page.locator('.quick-input-widget input[type="text"]');
    await box.fill('nothing has these words');
    await page.getByText('Nothing found for “nothing has these words”.').waitFor();
    await box.fill('ANOTHER second');
    const found = page.locator('.quick-input-list .monaco-list-row').filter({ hasText: 'Another second answer.' });
    await found.waitFor();
    await screenshot(page, 'search-threads');
    await found.click();
    await chat.frame.locator('.row-agentMessage:focus').filter({ hasText: 'Another second answer.' }).waitFor();
    await screenshot(page, 'search-found');
    await threadRow(page, 'The other thread').click();
    await chat.answer('Answer of the other.').waitFor();
  });

  ownOnly('following another window').it(
    'are written by one window and followed live by another, until that takes over',
    async () => {
      const { model } = product;
      await newThread('A thread for two', 'Answer in the first window.');
      const second = await product.open();
      await threadRow(second.page, 'A thread for two').click();
      const theirs = second.frame.locator('.writer-strip');
      const ours = chat.frame.locator('.writer-strip');
      await theirs.getByText('Another window is writing this conversation.').waitFor();
      model.script(
        answer(pausedAfter(3, text('Half of it and the rest.', { deltas: ['Half of it ', 'and the rest.'] }), 'half')),
      );
      await chat.send('Go on');
      await model.reached('half');
      await second.answer('Half of it').waitFor();
      await second.field.fill('From the second window');
      await second.field.press('Enter');
      await second.frame.locator('.notice').getByText('Not sent').waitFor();
      await threadRow(second.page, 'A thread for two').filter({ hasText: 'open in another window' }).waitFor();
      await screenshot(second.page, 'window-follows');
      await theirs.getByRole('button', { name: 'Take Over' }).click();
      const question = await modalDialog(second.page);
      assert.match(question.message, /A turn is running in the other window/);
      await question.escape();
      model.open('half');
      await second.answer('and the rest.').waitFor();

      await second.idle();
      await theirs.getByRole('button', { name: 'Take Over' }).click();
      await theirs.waitFor({ state: 'detached' });
      await ours.getByText('Another window is writing this conversation.').waitFor();
      assert.equal(await second.field.inputValue(), 'From the second window');
      await threadRow(page, 'A thread for two').filter({ hasText: 'open in another window' }).waitFor();
      model.script(answer(text('To the second window.')));
      await second.field.press('Enter');
      await chat.message('From the second window').waitFor();
      await chat.answer('To the second window.').waitFor();
      await screenshot(page, 'window-lost-thread');
      await second.page.context().close();

      await ours.getByText('Your next message goes on with it here.').waitFor();
      model.script(answer(text('Here again.')));
      await chat.send('And back');
      await chat.answer('Here again.').waitFor();
      assert.equal(await ours.count(), 0);
    },
  );

  it('survive the death of the server in mid-turn: it is started again, says so, and the turn can be continued', async () => {
    const { model, editor } = product;
    await page.bringToFront();
    await newThread('Before the crash', 'Fine so far.');
    const half = pausedAfter(
      3,
      text('Half of it and the rest.', { deltas: ['Half of it ', 'and the rest.'] }),
      'crash',
    );
    model.script(answer(half));
    await chat.send('Then it dies');
    await model.reached('crash');
    await chat.answer('Half of it').waitFor();
    await killServer();
    await chat.frame.locator('.notice').getByText('started again').waitFor();
    await chat.frame.locator('.turn-end').last().getByText('Stopped').waitFor();
    await chat.message('Before the crash').waitFor();
    model.script(answer(text('The rest, at last.')));
    await chat.frame.getByRole('button', { name: 'Continue', exact: true }).click();
    await chat.answer('The rest, at last.').waitFor();
    await chat.idle();
    assert.equal((await serverProcesses(editor.bowlineHome)).length, 1);
  });

  it('give up on a server that dies five times in three minutes, say so, and go on when it is started by hand', async () => {
    for (let deaths = 2; deaths <= 5; deaths += 1) await killServer();
    const toast = await waitForNotification(page, 'Bowline:');
    await chat.status.getByRole('button', { name: 'Restart Server' }).waitFor();
    assert.deepEqual(await serverProcesses(product.editor.bowlineHome), []);
    await toast.getByText('Restart Server', { exact: true }).click();
    product.model.script(answer(command('echo alive')), answer(text('I am back.')));
    await chat.answer('The rest, at last.').waitFor();
    await chat.send('Are you there?');
    await chat.answer('I am back.').waitFor();
  });

  async function newThread(title: string, expected: string): Promise<void> {
    product.model.script(answer(text(expected)));
    await chat.newThread();
    await chat.send(title);
    await chat.answer(expected).waitFor();
    await chat.idle();
    await threadRow(page, title).waitFor();
  }

  async function menuAction(row: string, action: string): Promise<void> {
    await threadRow(page, row).first().click({ button: 'right' });
    const item = page.locator('.monaco-menu .action-item').filter({ hasText: action });
    // a menu that has just opened takes no clicks yet
    await item.hover();
    await page.keyboard.press('Enter');
    await item.waitFor({ state: 'detached' });
  }

  async function rowAction(row: string, action: string): Promise<void> {
    await threadRow(page, row).first().hover();
    await threadRow(page, row).first().getByRole('button', { name: action }).click();
  }

  /** Ends the server as the kernel would, and waits for its successor or for the end of trying. */
  async function killServer(): Promise<void> {
    const { bowlineHome } = product.editor;
    await eventually(async () => (await serverProcesses(bowlineHome)).length === 1);
    const [pid = 0] = await serverProcesses(bowlineHome);
    process.kill(pid, 'SIGKILL');
    await eventually(async () => !(await serverProcesses(bowlineHome)).includes(pid));
  }
});
