// Safety in a real VS Code: a workspace that nobody trusts, full access by consent, rules in their view, files that are kept.
import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { modalDialog, runCommand, screenshot, waitForNotification } from '../support/browser.ts';
import { answer, command, text } from '../support/modelScript.ts';
import { ownOnly } from '../support/ownOnly.ts';
import { type Chat, exists, showView, useProduct } from '../support/product.ts';

const TRUST = {
  'security.workspace.trust.enabled': true,
  'security.workspace.trust.startupPrompt': 'never',
  'security.workspace.trust.banner': 'never',
};

const strips = (chat: Chat) => chat.frame.locator('.strip');

async function dropEditors(page: Page): Promise<void> {
  await runCommand(page, 'View: Close All Editors');
}

describe('a workspace that nobody trusts, in a real VS Code', () => {
  const product = useProduct({ settings: TRUST, files: { 'AGENTS.md': 'Say the word pineapple.\n' } });

  it('is read and nothing else, says so, and is worked in once it is trusted', async function () {
    this.timeout(180_000);
    const chat = await product.open();
    const { page, model } = product;
    await strips(chat).getByText('Restricted: this workspace is not trusted. The agent may only read.').waitFor();
    model.script(answer(text('Looked.')), answer(text('Worked.')));
    await chat.send('Look around.');
    await chat.answer('Looked.').waitFor();
    await chat.idle();
    const asked = JSON.stringify(model.requests.at(-1)?.body);
    assert.ok(!asked.includes('pineapple'), 'AGENTS.md of the workspace was not read');
    await screenshot(page, 'untrusted');
    await strips(chat).getByRole('button', { name: 'Manage Trust' }).click();
    const trust = page.locator('.workspace-trust-editor').getByRole('button', { name: 'Trust', exact: true });
    await trust.click();
    await strips(chat).first().waitFor({ state: 'detached' });
    await dropEditors(page);
    await chat.send('Now work.');
    await chat.answer('Worked.').waitFor();
    assert.ok(JSON.stringify(model.requests.at(-1)?.body).includes('pineapple'), 'AGENTS.md counts now');
  });
});

describe('full access in a real VS Code', () => {
  const product = useProduct({ settings: { 'bowline.sandbox': 'danger-full-access' } });

  it('is asked for once, and marked for as long as it holds', async function () {
    this.timeout(180_000);
    const chat = await product.open();
    const { page, model } = product;
    await strips(chat).getByText('Full access').waitFor();
    model.script(answer(text('One.')), answer(text('Two.')));
    await chat.send('First.');
    const dialog = await modalDialog(page);
    assert.match(dialog.message, /full access to this machine/);
    assert.match(dialog.detail, /outside of any sandbox/);
    await dialog.press('Stay in the Workspace');
    await waitForNotification(page, 'full access was not given');
    await chat.answer('One.').waitFor();
    await chat.idle();
    assert.equal(await strips(chat).filter({ hasText: 'Full access' }).count(), 0);
    await chat.newThread();
    await chat.send('Second.');
    await chat.answer('Two.').waitFor();
  });
});

ownOnly('rules, rehearsals, kept files and what the model saw').describe(
  'rules and kept files in a real VS Code',
  () => {
    const product = useProduct({
      settings: { 'bowline.approvals.presentation': 'chat' },
      files: { '.env': 'A=1\n', 'notes.txt': 'hello\n' },
    });
    let chat: Chat;

    before(async function () {
      this.timeout(120_000);
      await mkdir(join(product.editor.bowlineHome, 'rules'), { recursive: true });
      await writeFile(
        join(product.editor.bowlineHome, 'rules', 'default.rules'),
        'prefix_rule(pattern=["git", "status"], decision="allow", justification="It only looks.")\n',
      );
      // high enough for a whole card beside the other views
      chat = await product.open({ size: { width: 1280, height: 1300 } });
    });

    it('lists the rules, and switches one off where it stands', async function () {
      this.timeout(60_000);
      const { page, editor } = product;
      await showView(page, 'Rules');
      const rule = page.locator('.monaco-list-row').filter({ hasText: 'git status' });
      await rule.waitFor();
      await screenshot(page, 'rules');
      await rule.hover();
      await rule.getByRole('button', { name: 'Switch Rule Off' }).click();
      await rule.getByRole('button', { name: 'Switch Rule On' }).waitFor();
      await rule.getByText('off').waitFor();
      const file = join(editor.bowlineHome, 'rules', 'default.rules');
      assert.match(await readFile(file, 'utf8'), /^# disabled: prefix_rule/m);
      await rule.hover();
      await rule.getByRole('button', { name: 'Remove Rule' }).click();
      await (await modalDialog(page)).press('Remove Rule');
      await rule.waitFor({ state: 'detached' });
    });

    it('shows a rule before it is made, and runs by it from then on', async function () {
      this.timeout(90_000);
      const { page, editor, model } = product;
      const outside = { sandbox_permissions: 'require_escalated', justification: 'The tests need the display.' };
      model.script(
        answer(command('npm run lint -- notes.txt', outside)),
        answer(text('Linted.')),
        answer(command('npm run lint -- other.txt', outside)),
        answer(text('Again.')),
      );
      await chat.send('Lint the notes.');
      const card = chat.approvals.filter({ hasText: 'npm run lint' });
      await card.getByText('Runs OUTSIDE of the sandbox', { exact: true }).waitFor();
      await card.getByRole('button', { name: 'Run and Remember…' }).click();
      await card.getByText('Will not be covered').waitFor();
      await screenshot(page, 'rule-proposal');
      await card.getByRole('button', { name: 'Remember and Run' }).click();
      await chat.answer('Linted.').waitFor();
      await chat.idle();
      const file = join(editor.bowlineHome, 'rules', 'default.rules');
      assert.match(await readFile(file, 'utf8'), /prefix_rule\(pattern ?= ?\["npm", "run", "lint"\]/);
      await chat.send('And the other.');
      await chat.answer('Again.').waitFor();
      assert.equal(await chat.approvals.count(), 0);
      await chat.newThread();
    });

    it('rehearses a command, and applies what the rehearsal showed', async function () {
      this.timeout(90_000);
      const { page, editor, model } = product;
      const outside = { sandbox_permissions: 'require_escalated', justification: 'It needs the display.' };
      const script = 'echo "draft $RANDOM$RANDOM$RANDOM" > draft.txt';
      model.script(answer(command(script, outside)), answer(text('Drafted.')));
      await chat.send('Draft something.');
      const card = chat.approvals.filter({ hasText: 'draft.txt' });
      await card.getByRole('button', { name: 'Rehearse', exact: true }).click();
      await card.getByText('would change 1 file').waitFor();
      assert.equal(await exists(join(editor.workspace, 'draft.txt')), false);
      await screenshot(page, 'rehearsed');
      await card.getByRole('button', { name: /draft\.txt/ }).click();
      const shown = page.locator('.view-line').filter({ hasText: /^draft/ });
      await shown.waitFor();
      const draft = (await shown.innerText()).replaceAll('\u00a0', ' ');
      await card.getByRole('button', { name: 'Apply This Result' }).click();
      await chat.answer('Drafted.').waitFor();
      assert.equal(await readFile(join(editor.workspace, 'draft.txt'), 'utf8'), `${draft}\n`);
      await chat.idle();
      await chat.newThread();
    });

    it('applies no rehearsal of files that have changed since, and asks again', async function () {
      this.timeout(90_000);
      const { editor, model } = product;
      const outside = { sandbox_permissions: 'require_escalated', justification: 'It needs the display.' };
      model.script(answer(command('echo agent >> notes.txt', outside)), answer(text('Noted.')));
      await chat.send('Note something.');
      const card = chat.approvals.filter({ hasText: 'notes.txt' });
      const apply = card.getByRole('button', { name: 'Apply This Result' });
      await card.getByRole('button', { name: 'Rehearse', exact: true }).click();
      await apply.waitFor();
      await writeFile(join(editor.workspace, 'notes.txt'), 'user\n');
      await apply.click();
      await chat.frame.locator('.notice').getByText('The rehearsal was not applied').waitFor();
      await card.getByRole('button', { name: 'Rehearse', exact: true }).click();
      await apply.click();
      await chat.answer('Noted.').waitFor();
      assert.equal(await readFile(join(editor.workspace, 'notes.txt'), 'utf8'), 'user\nagent\n');
      await chat.idle();
      await chat.newThread();
    });

    it('asks before it attaches a file that is kept from the model', async function () {
      this.timeout(60_000);
      const { page } = product;
      await chat.field.pressSequentially('Look at @.env');
      await chat.frame.getByRole('option', { name: /\.env/ }).click();
      const dialog = await modalDialog(page);
      assert.equal(dialog.message, '.env is kept from the model. Attach it anyway?');
      await dialog.press('Leave It Out');
      assert.equal(await chat.field.inputValue(), 'Look at @.env');
      await chat.field.fill('');
    });

    it('shows what the model saw in a turn', async function () {
      this.timeout(60_000);
      const { page, model } = product;
      model.script(answer(text('Hello.')));
      await chat.send('Say hello.');
      await chat.answer('Hello.').waitFor();
      await chat.idle();
      await runCommand(page, 'Bowline: Show What the Model Sees');
      const panel = chat.frame.locator('.context-panel');
      await panel.getByText(/\d+ entries, /).waitFor();
      await screenshot(page, 'context');
      await panel.getByRole('button', { name: 'Close' }).click();
    });
  },
);
