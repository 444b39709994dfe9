// What outlives the server or the page of the chat: an open question, and what is attached meanwhile.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { modalDialog, runCommand, waitForNotification } from '../support/browser.ts';
import { answer, command, text } from '../support/modelScript.ts';
import { ownOnly } from '../support/ownOnly.ts';
import { type Chat, eventually, exists, serverProcesses, useProduct } from '../support/product.ts';

describe('what outlives its server or its page, in a real VS Code', () => {
  const product = useProduct({
    files: { 'notes.txt': 'hello\nworld\n' },
    settings: { 'bowline.approvalPolicy': 'untrusted' },
  });
  let chat: Chat;

  before(async function () {
    this.timeout(120_000);
    chat = await product.open();
  });

  const made = (name: string) => exists(join(product.editor.workspace, name));

  ownOnly('questions outlive the server').it(
    'a modal of a server that has ended answers nothing: the next one asks the same again',
    async () => {
      const { model, page, editor } = product;
      model.script(answer(command('touch old')));
      await chat.send('Make the old one.');
      const stale = await modalDialog(page);
      assert.match(stale.detail, /touch old/);
      const [pid = 0] = await serverProcesses(editor.bowlineHome);
      process.kill(pid, 'SIGKILL');
      await eventually(async () => ![0, pid].includes((await serverProcesses(editor.bowlineHome))[0] ?? 0));
      await chat.approvals.filter({ hasText: 'touch old' }).waitFor();
      model.script(answer(text('It is not there.')));
      await stale.press('Run');
      await waitForNotification(page, 'too late');
      const next = await modalDialog(page);
      assert.match(next.detail, /touch old/);
      assert.equal(await made('old'), false);
      await next.press('Decline');
      await chat.answer('It is not there.').waitFor();
      assert.equal(await made('old'), false);
    },
  );

  it('a selection is attached though the chat was out of sight', async () => {
    const { page } = product;
    const editor = page.locator('.editor-instance .view-line').first();
    await runCommand(page, 'View: Show Explorer');
    await page.locator('.explorer-folders-view .monaco-list-row').filter({ hasText: 'notes.txt' }).click();
    await editor.click();
    await page.keyboard.press('Control+A');
    await eventually(async () => !(await chat.field.isVisible()));
    await runCommand(page, 'Bowline: Add Selection to Chat');
    await chat.frame.locator('.composer .chip').filter({ hasText: 'notes.txt:1-2' }).waitFor();
  });
});
