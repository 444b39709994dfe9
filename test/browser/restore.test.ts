// Files are put back to how they were before a turn: asked for in the chat, shown first, undone, and merged where the user has edited since.
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { modalDialog, screenshot, waitForNotification } from '../support/browser.ts';
import { answer, command, text } from '../support/modelScript.ts';
import { ownOnly } from '../support/ownOnly.ts';
import { type Chat, eventually, exists, useProduct } from '../support/product.ts';

const NOTES = 'one\ntwo\nthree\nfour\nfive\nsix\n';

ownOnly('checkpoints').describe('files of a turn in a real VS Code', () => {
  const product = useProduct({
    settings: { 'files.autoSave': 'off' },
    files: { 'notes.txt': NOTES, 'gone.txt': 'still here\n' },
  });
  let chat: Chat;

  before(async function () {
    this.timeout(120_000);
    chat = await product.open({ size: { width: 1280, height: 1000 } });
  });

  const path = (name: string) => join(product.editor.workspace, name);
  const notes = () => readFile(path('notes.txt'), 'utf8');
  const restore = async (): Promise<void> => {
    await chat.frame.locator('.turn-end').last().hover();
    await chat.frame.getByRole('button', { name: 'Restore files to before this turn' }).last().click();
  };

  it('are restored after a look at what that does, a command’s as well, and brought again by Undo', async () => {
    const { page, model } = product;
    model.script(
      answer(command('sed -i s/two/TWO/ notes.txt && rm gone.txt && echo new > made.txt')),
      answer(text('Done.')),
    );
    await chat.send('Change the files.');
    await chat.answer('Done.').waitFor();
    await chat.idle();
    assert.match(await notes(), /TWO/);
    await restore();
    const question = await modalDialog(page);
    assert.equal(question.message, 'Restore 3 files to before this turn?');
    assert.match(question.detail, /gone\.txt: brought back/);
    assert.match(question.detail, /made\.txt: removed/);
    assert.match(question.detail, /notes\.txt: as before/);
    await question.press('Show Preview');
    await page.getByRole('tab', { name: /Restore to Before This Turn/ }).waitFor();
    assert.match(await notes(), /TWO/, 'a preview changes nothing');
    await screenshot(page, 'restore-preview');
    const toast = await waitForNotification(page, 'Restore 3 files to before this turn?');
    await toast.getByText('Restore Files', { exact: true }).click();
    const done = await waitForNotification(page, '3 files restored.');
    assert.deepEqual(
      [await notes(), await exists(path('gone.txt')), await exists(path('made.txt'))],
      [NOTES, true, false],
    );
    await done.getByText('Undo', { exact: true }).click();
    await waitForNotification(page, 'the restore was undone');
    assert.match(await notes(), /TWO/);
    assert.deepEqual([await exists(path('gone.txt')), await exists(path('made.txt'))], [false, true]);
  });

  it('that the user has edited since are left alone, and merged on request without being saved', async () => {
    const { page } = product;
    const edited = (await notes()).replace('six', 'six, by hand');
    await writeFile(path('notes.txt'), edited);
    await restore();
    const question = await modalDialog(page);
    assert.equal(question.message, 'Restore 2 files to before this turn?');
    assert.match(question.detail, /Left as they are:\n• notes\.txt: /);
    await question.press('Restore Files');
    const done = await waitForNotification(page, '2 files restored. 1 file left as it is.');
    assert.equal(await notes(), edited);
    await done.getByText('Merge…', { exact: true }).click();
    const editor = page.locator('.editor-instance .view-lines').filter({ hasText: 'six, by hand' });
    await editor.waitFor();
    // the editor draws spaces as no-break spaces
    await eventually(async () => /one.*two.*three.*six,.by.hand/s.test((await editor.allInnerTexts()).join('')));
    assert.equal(await notes(), edited, 'the merge is not saved');
    await screenshot(page, 'restore-merge');
  });
});
