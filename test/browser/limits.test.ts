// Limits that no mode lifts, in a real VS Code: tripwires under full access, and what a workspace without trust may not do.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { modalDialog, runCommand, screenshot } from '../support/browser.ts';
import { outputOf } from '../support/modelRequest.ts';
import { answer, command, text } from '../support/modelScript.ts';
import { IS_REFERENCE, ownOnly } from '../support/ownOnly.ts';
import { type Chat, eventually, exists, showView, useProduct } from '../support/product.ts';

const TRUST = {
  'security.workspace.trust.enabled': true,
  'security.workspace.trust.startupPrompt': 'never',
  'security.workspace.trust.banner': 'never',
};

ownOnly('tripwires').describe('tripwires under full access in a real VS Code', () => {
  const product = useProduct({ settings: { 'bowline.sandbox': 'danger-full-access' }, files: { 'a.txt': 'a\n' } });
  let chat: Chat;

  before(async function () {
    this.timeout(120_000);
    await mkdir(beside('precious'));
    git('init', '-q', '-b', 'main');
    git('add', '-A');
    git('-c', 'user.name=me', '-c', 'user.email=me@example.org', 'commit', '-qm', 'Ours');
    execFileSync('git', ['clone', '-q', '--bare', product.editor.workspace, beside('remote.git')]);
    git('remote', 'add', 'origin', beside('remote.git'));
    git('-c', 'user.name=me', '-c', 'user.email=me@example.org', 'commit', '-q', '--amend', '-m', 'Rewritten');
    chat = await product.open();
  });

  function beside(name: string): string {
    return join(product.editor.workspace, '..', name);
  }
  function git(...args: string[]): string {
    return execFileSync('git', ['-C', product.editor.workspace, ...args], { encoding: 'utf8' });
  }
  const published = () => execFileSync('git', ['-C', beside('remote.git'), 'log', '--format=%s'], { encoding: 'utf8' });

  it('leave alone what is plain: it runs unasked, outside of any sandbox', async () => {
    product.model.script(answer(command('touch ../beside')), answer(text('Touched.')));
    await chat.send('Touch it.');
    await (await modalDialog(product.page)).press('Allow Full Access');
    await chat.answer('Touched.').waitFor();
    await chat.idle();
    assert.ok(await exists(beside('beside')));
  });

  it('ask before a folder outside is deleted, with the reason first, for this once only', async () => {
    const { page, model } = product;
    model.script(answer(command('rm -rf ../precious')), answer(text('It stays.')));
    await chat.send('Clean up outside.');
    const dialog = await modalDialog(page);
    assert.equal(dialog.message, 'Deletes a whole folder: Bowline wants to run a command. Allow it?');
    assert.match(
      dialog.detail,
      /^Why: [^]*precious[^]*\n\nrm -rf \.\.\/precious\n\n[^]*This is asked in every mode, each time\./,
    );
    assert.deepEqual(dialog.buttons.toSorted(), ['Decline', 'Decline and Stop', 'Rehearse…', 'Run', 'Show in Chat']);
    await screenshot(page, 'tripwire-modal');
    await dialog.press('Decline');
    await chat.answer('It stays.').waitFor();
    await chat.idle();
    assert.ok(await exists(beside('precious')));
  });

  it('ask each time: what was accepted once is asked about again', async () => {
    const { page, model } = product;
    const push = 'git push --force origin main';
    model.script(answer(command(push)), answer(command(push)), answer(text('Published.')));
    await chat.send('Publish it.');
    const first = await modalDialog(page);
    assert.match(first.message, /^Rewrites history: /);
    assert.equal(published(), 'Ours\n');
    await first.press('Run');
    const second = await modalDialog(page);
    assert.match(second.message, /^Rewrites history: /);
    assert.equal(published(), 'Rewritten\n');
    await second.press('Decline');
    await chat.answer('Published.').waitFor();
  });
});

describe('a workspace that is not trusted, in a real VS Code', () => {
  const product = useProduct({ settings: TRUST, files: { 'notes.txt': 'hello\n' } });
  let chat: Chat;

  before(async function () {
    this.timeout(120_000);
    await mkdir(join(product.editor.workspace, '.bowline', 'rules'), { recursive: true });
    await writeFile(
      join(product.editor.workspace, '.bowline', 'rules', 'theirs.rules'),
      'prefix_rule(pattern=["touch"], decision="allow")\n',
    );
    chat = await product.open();
  });

  const made = (name: string) => exists(join(product.editor.workspace, name));
  const rules = () => product.page.locator('.pane:has(> .pane-header:has-text("Rules")) .monaco-list-row');

  it('has no say in what asks, and a command that is accepted may still only read', async () => {
    const { page, model } = product;
    model.script(
      answer(command('touch made; cat notes.txt', {}, { callId: 'touch' })),
      answer(text('It did not let me.')),
    );
    await chat.send('Touch it.');
    const dialog = await modalDialog(page);
    // where a command runs is not told by the reference
    if (!IS_REFERENCE) assert.match(dialog.detail, /inside of the sandbox/);
    await dialog.press('Run');
    await chat.answer('It did not let me.').waitFor();
    await chat.idle();
    assert.match(outputOf(await model.request(1), 'touch'), /made['’]?: Read-only file system[^]*hello/);
    assert.equal(await made('made'), false);
  });

  ownOnly('rules').it('shows no rules of its own, until it is trusted', async () => {
    const { page, model } = product;
    await showView(page, 'Rules');
    assert.equal(await rules().filter({ hasText: 'theirs.rules' }).count(), 0);
    await screenshot(page, 'untrusted-rules');
    await chat.frame.locator('.strip').getByRole('button', { name: 'Manage Trust' }).click();
    await page.locator('.workspace-trust-editor').getByRole('button', { name: 'Trust', exact: true }).click();
    await chat.frame.locator('.strip').first().waitFor({ state: 'detached' });
    await runCommand(page, 'View: Close All Editors');
    await rules().filter({ hasText: 'theirs.rules' }).waitFor();
    model.script(answer(command('touch made')), answer(text('It let me.')));
    await chat.send('Touch it now.');
    await chat.answer('It let me.').waitFor();
    await eventually(async () => await made('made'));
  });
});
