// What the user decided, later: a rule that runs a family of commands until it is switched off, a question that outlives the window.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { modalDialog, reloadWindow, screenshot } from '../support/browser.ts';
import { answer, command, text } from '../support/modelScript.ts';
import { ownOnly } from '../support/ownOnly.ts';
import { type Chat, eventually, exists, showView, useProduct } from '../support/product.ts';

const OUTSIDE = { sandbox_permissions: 'require_escalated', justification: 'The journal is kept outside.' };

ownOnly('rules').describe('a rule that was remembered in a real VS Code', () => {
  const product = useProduct({
    files: { 'package.json': '{ "name": "journal", "scripts": { "note": "touch" } }\n' },
  });
  let chat: Chat;

  before(async function () {
    this.timeout(120_000);
    chat = await product.open({ size: { width: 1280, height: 1300 } });
  });

  const made = (name: string) => exists(join(product.editor.workspace, name));
  const file = () => join(product.editor.bowlineHome, 'rules', 'default.rules');
  const dialogs = () => product.page.locator('.monaco-dialog-box');
  const rule = (): Locator =>
    product.page
      .locator('.pane:has(> .pane-header:has-text("Rules")) .monaco-list-row')
      .filter({ hasText: /npm run note/ });

  /** Has the agent write a note outside of the sandbox. */
  async function note(name: string): Promise<void> {
    product.model.script(answer(command(`npm run note -- ${name}`, OUTSIDE)), answer(text(`Done with ${name}.`)));
    await chat.send(`Make ${name}.`);
  }

  it('is shown before it is saved, stands in the file of the user, and is asked no more about', async () => {
    await note('one');
    const question = await modalDialog(product.page);
    assert.match(question.detail, /OUTSIDE of the sandbox/);
    await question.press('Run and Remember…');
    const proposal = await modalDialog(product.page);
    assert.match(proposal.detail, /prefix_rule\(.*"npm", "run", "note"/);
    assert.match(proposal.detail, /From now on it runs unasked:\n• npm run note/);
    assert.match(proposal.detail, /It still asks for:/);
    assert.equal(await exists(file()), false);
    await screenshot(product.page, 'remember-modal');
    await proposal.press('Run and Remember');
    await chat.answer('Done with one.').waitFor();
    await chat.idle();
    assert.match(await readFile(file(), 'utf8'), /^prefix_rule\(pattern ?= ?\["npm", "run", "note"\]/m);
    await note('two');
    await chat.answer('Done with two.').waitFor();
    await chat.idle();
    assert.deepEqual([await made('one'), await made('two'), await dialogs().count()], [true, true, 0]);
  });

  it('is in the view, and asks again once it is switched off there, also after a reload', async () => {
    const { page } = product;
    await showView(page, 'Rules');
    await rule().waitFor();
    await rule().hover();
    await rule().getByRole('button', { name: 'Switch Rule Off' }).click();
    await rule().getByText('off').waitFor();
    await note('three');
    await (await modalDialog(page)).press('Decline');
    await chat.answer('Done with three.').waitFor();
    await chat.idle();
    await reloadWindow(page);
    await rule().getByText('off').waitFor();
    chat = await product.reopened();
    await note('four');
    await (await modalDialog(page)).press('Decline');
    await chat.answer('Done with four.').waitFor();
    await chat.idle();
    assert.deepEqual([await made('three'), await made('four')], [false, false]);
  });

  it('counts again when it is switched on', async () => {
    const { page } = product;
    await rule().hover();
    await rule().getByRole('button', { name: 'Switch Rule On' }).click();
    await rule().getByText('off').waitFor({ state: 'detached' });
    await note('five');
    await chat.answer('Done with five.').waitFor();
    assert.equal(await made('five'), true);
    assert.equal(await page.locator('.monaco-dialog-box').count(), 0);
  });
});

ownOnly('questions outlive the server').describe(
  'a question that waits with the chat closed, in a real VS Code',
  () => {
    const product = useProduct({ settings: { 'bowline.approvals.presentation': 'chat' } });

    it('is in the inbox after a reload; accepted there, the command runs once and the turn goes on', async function () {
      this.timeout(180_000);
      let chat = await product.open();
      const { page, model, editor } = product;
      const row = page
        .locator('.pane:has(> .pane-header:has-text("Approvals")) .monaco-list-row')
        .filter({ hasText: 'journal.txt' });
      const header = page.locator('.pane-header', { hasText: /^Chat/ });
      const isOpen = async (wanted: boolean) => (await header.getAttribute('aria-expanded')) === String(wanted);
      model.script(answer(command('echo ran >> journal.txt', OUTSIDE)), answer(text('It is written.')));
      await chat.send('Write the journal.');
      await showView(page, 'Approvals');
      await row.waitFor();
      await header.click();
      await eventually(() => isOpen(false));
      await reloadWindow(page);
      await row.waitFor();
      assert.ok(await isOpen(false), 'the chat is still closed');
      assert.equal(await exists(join(editor.workspace, 'journal.txt')), false);
      await screenshot(page, 'inbox-chat-closed');
      await row.hover();
      await row.getByRole('button', { name: /^Accept/ }).click();
      // much hangs on what leaves the sandbox: it is read before it is accepted
      await (await modalDialog(page)).press('Run');
      await row.waitFor({ state: 'detached' });
      await eventually(async () => model.requests.length === 2);
      chat = await product.reopened();
      await chat.idle();
      assert.match(JSON.stringify(model.requests[1]?.body), /exited with code 0/);
      assert.equal(await readFile(join(editor.workspace, 'journal.txt'), 'utf8'), 'ran\n');
    });
  },
);
