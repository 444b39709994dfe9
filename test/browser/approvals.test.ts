// The agent asks before it acts: by a modal, by a card, by a notification, and the first answer wins.
import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { modalDialog, waitForNotification } from '../support/browser.ts';
import { answer, command, text } from '../support/modelScript.ts';
import { IS_REFERENCE, ownOnly } from '../support/ownOnly.ts';
import { type Chat, eventually, exists, useProduct } from '../support/product.ts';

describe('approvals in a real VS Code', () => {
  const product = useProduct({
    files: { 'notes.txt': 'hello\n' },
    settings: { 'bowline.approvalPolicy': 'untrusted' },
  });
  let chat: Chat;

  before(async function () {
    this.timeout(120_000);
    chat = await product.open();
  });

  const made = (name: string) => exists(join(product.editor.workspace, name));
  const dialogs = () => product.page.locator('.monaco-dialog-box');

  it('says what, where and why in a modal, and runs the command when it is allowed', async () => {
    // the reference refuses a justification of a command that stays in the sandbox
    const options = IS_REFERENCE ? {} : { justification: 'A mark is needed.' };
    product.model.script(answer(command('touch allowed', options)), answer(text('Made the mark.')));
    await chat.send('Make a mark.');
    const dialog = await modalDialog(product.page);
    assert.equal(dialog.message, 'Bowline wants to run a command. Allow it?');
    assert.match(dialog.detail, IS_REFERENCE ? /^touch allowed\n\n/ : /^Why: [^]*\n\ntouch allowed\n\n/);
    assert.match(dialog.detail, new RegExp(`In: ${product.editor.workspace}\\b`));
    if (!IS_REFERENCE) assert.match(dialog.detail, /inside of the sandbox/);
    assert.deepEqual(
      [...dialog.buttons].toSorted(),
      [
        'Decline',
        'Decline and Stop',
        ...(IS_REFERENCE ? [] : ['Rehearse…', 'Run and Allow for This Session']),
        'Run',
        'Run and Remember…',
        'Show in Chat',
      ].toSorted(),
    );
    assert.equal(await made('allowed'), false);
    await dialog.press('Run');
    await chat.answer('Made the mark.').waitFor();
    assert.equal(await made('allowed'), true);
  });

  it('takes Escape for a no, once: the turn goes on, and the next command is asked about anew', async () => {
    product.model.script(
      answer(command('touch escaped')),
      answer(command('touch second')),
      answer(text('Then I leave it.')),
    );
    await chat.send('Make two more.');
    const first = await modalDialog(product.page);
    assert.match(first.detail, /touch escaped/);
    await first.escape();
    const second = await modalDialog(product.page);
    assert.match(second.detail, /touch second/);
    await second.press('Decline');
    await chat.answer('Then I leave it.').waitFor();
    await chat.command('touch escaped').getByText('declined').waitFor();
    assert.deepEqual([await made('escaped'), await made('second')], [false, false]);
  });

  it('stops the turn when asked to', async () => {
    product.model.script(answer(command('touch stopped')));
    await chat.send('One that I stop.');
    await (await modalDialog(product.page)).press('Decline and Stop');
    await chat.frame.locator('.turn-end').last().getByText('Stopped').waitFor();
    await chat.idle();
    assert.equal(await made('stopped'), false);
  });

  it('lets the first answer win: a modal that was overtaken by the card is told, one that waits never opens', async () => {
    const { page, model } = product;
    model.script(answer([command('touch one'), command('touch two')]), answer(text('Both are there.')));
    await chat.send('Make one and two.');
    const dialog = await modalDialog(page);
    await eventually(async () => (await chat.approvals.count()) === 2);
    // the modal covers the cards for the mouse, but not for another window or a screen reader
    for (const name of ['one', 'two']) {
      const card = chat.approvals.filter({ hasText: `touch ${name}` });
      await card.getByRole('button', { name: 'Run', exact: true }).dispatchEvent('click');
      await card.waitFor({ state: 'detached' });
    }
    await chat.answer('Both are there.').waitFor();
    assert.equal(await dialogs().count(), 1);
    await dialog.press('Decline');
    await waitForNotification(page, 'too late');
    assert.equal(await dialogs().count(), 0);
    assert.deepEqual([await made('one'), await made('two')], [true, true]);
  });

  it('asks by a card alone when the user wants that', async () => {
    await present('chat');
    product.model.script(answer(command('touch carded')), answer(text('Done by card.')));
    await chat.send('By card, please.');
    await chat.approvals.getByRole('button', { name: 'Run', exact: true }).click();
    await chat.answer('Done by card.').waitFor();
    assert.equal(await made('carded'), true);
    assert.equal(await dialogs().count(), 0);
  });

  it('asks by a notification when the user wants that, and takes it away when the card was quicker', async () => {
    const { page, model } = product;
    await present('notification');
    model.script(answer(command('touch noted')), answer(command('touch carded2')), answer(text('Done by both.')));
    await chat.send('By notification, please.');
    const first = await waitForNotification(page, 'touch noted');
    await first.getByText('Run', { exact: true }).click();
    const second = await waitForNotification(page, 'touch carded2');
    assert.equal(await made('noted'), true);
    await chat.approvals.getByRole('button', { name: 'Decline', exact: true }).click();
    await second.waitFor({ state: 'detached' });
    await chat.answer('Done by both.').waitFor();
    assert.equal(await made('carded2'), false);
  });

  ownOnly('questions outlive the server').it(
    'asks again after a reload of the window, and goes on with the answer',
    async () => {
      await present('modal');
      product.model.script(answer(command('touch later')), answer(text('Made it later.')));
      await chat.send('Ask me, and I go.');
      await modalDialog(product.page);
      await product.page.reload();
      const dialog = await modalDialog(product.page);
      assert.match(dialog.detail, /touch later/);
      assert.equal(await made('later'), false);
      await dialog.press('Run');
      chat = await product.reopened();
      await chat.answer('Made it later.').waitFor();
      assert.equal(await made('later'), true);
      assert.equal(await chat.approvals.count(), 0);
    },
  );

  /** Sets it for the workspace, whose settings are watched, together with a title that shows when they are read. */
  async function present(presentation: string): Promise<void> {
    const title = `approvals by ${presentation}`;
    const settings = { 'bowline.approvals.presentation': presentation, 'window.title': title };
    await mkdir(join(product.editor.workspace, '.vscode'), { recursive: true });
    await writeFile(join(product.editor.workspace, '.vscode', 'settings.json'), JSON.stringify(settings));
    await eventually(async () => (await product.page.title()) === title);
  }
});
