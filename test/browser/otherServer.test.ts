// The extension with a server that is not Bowline's own: what that lacks is not offered, and said in words where it is asked for.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { modalDialog } from '../support/browser.ts';
import { answer, command, text } from '../support/modelScript.ts';
import { referenceOnly } from '../support/ownOnly.ts';
import { type Chat, exists, useProduct } from '../support/product.ts';

referenceOnly('what it lacks').describe('another server in a real VS Code', () => {
  const product = useProduct({ files: { 'notes.txt': 'hello\n' } });
  let chat: Chat;

  before(async function () {
    this.timeout(120_000);
    chat = await product.open();
  });

  it('is worked with, and what it lacks is said once it is asked for', async () => {
    product.model.script(answer(text('From another server.')));
    await chat.send('Who are you?');
    await chat.answer('From another server.').waitFor();
    await chat.idle();
    await chat.frame.locator('.turn-end').last().hover();
    await chat.frame.getByRole('button', { name: 'What the model saw' }).last().click();
    await chat.frame.getByText('does not offer this (turn/context/read)').waitFor();
    await chat.frame.getByRole('button', { name: 'Restore files to before this turn' }).last().click();
    await chat.frame.locator('.notice').getByText('This server cannot restore files.').waitFor();
  });

  it('remembers the rule that came with its question, which the user sees before', async () => {
    const { page, model, editor } = product;
    const touch = command('touch made', { sandbox_permissions: 'require_escalated', justification: 'It is outside.' });
    model.script(answer(touch), answer(touch), answer(text('Made it twice.')));
    await chat.send('Make it.');
    await (await modalDialog(page)).press('Run and Remember…');
    const rule = await modalDialog(page);
    assert.equal(rule.message, 'Save this rule and run the command?');
    assert.match(rule.detail, /commands that begin with “touch made” run unasked/);
    assert.equal(await exists(join(editor.workspace, 'made')), false);
    await rule.press('Run and Remember');
    await chat.answer('Made it twice.').waitFor();
    assert.equal(await page.locator('.monaco-dialog-box').count(), 0);
    assert.equal(await exists(join(editor.workspace, 'made')), true);
  });

  it('is offered nothing that only Bowline’s own has, and troubles nobody with that', async () => {
    const { page } = product;
    assert.equal(
      await page
        .locator('.pane-header')
        .filter({ hasText: /^Rules/ })
        .count(),
      0,
    );
    assert.equal(await page.locator('.notifications-toasts .notification-list-item').count(), 0);
    await page.keyboard.press('F1');
    const input = page.locator('.quick-input-widget input[type="text"]');
    await input.fill('>Bowline: ');
    const rows = page.locator('.quick-input-list .monaco-list-row');
    await rows.filter({ hasText: 'Bowline: New Thread' }).waitFor();
    await input.fill('>Bowline: Show Rules');
    // what is similar is offered instead
    await rows.filter({ hasText: 'Bowline: Show Log' }).waitFor();
    assert.equal(await rows.filter({ hasText: 'Show Rules' }).count(), 0);
    await page.keyboard.press('Escape');
  });
});
