// The approvals inbox: what all threads ask, by risk, answered by keys or together, with the chat out of sight.
import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { modalDialog, runCommand, screenshot, waitForNotification } from '../support/browser.ts';
import { answer, command, text } from '../support/modelScript.ts';
import { ownOnly } from '../support/ownOnly.ts';
import { type Chat, eventually, showView, useProduct } from '../support/product.ts';

const SETTINGS = { 'bowline.approvalPolicy': 'untrusted', 'bowline.approvals.presentation': 'chat' };

ownOnly('risks, rules, rehearsals and questions that outlive the server').describe(
  'the approvals inbox in a real VS Code',
  () => {
    const product = useProduct({ files: { 'notes.txt': 'hello\n' }, settings: SETTINGS });
    let chat: Chat;

    before(async function () {
      this.timeout(120_000);
      chat = await product.open();
      const { page } = product;
      const opened = async (wanted: boolean) =>
        (await pane().locator('> .pane-header').getAttribute('aria-expanded')) === String(wanted);
      await eventually(() => opened(false));
      await screenshot(page, 'inbox-collapsed');
      await showView(page, 'Approvals');
      await eventually(() => opened(true));
      await page.getByText('Nothing waits for your approval.').waitFor();
    });
    afterEach(async () => {
      await runCommand(product.page, 'Notifications: Clear All Notifications');
    });

    const pane = (): Locator => product.page.locator('.pane:has(> .pane-header:has-text("Approvals"))');
    const rows = (): Locator => pane().locator('.monaco-list-row');
    const row = (what: string): Locator => rows().filter({ hasText: what });
    const badge = (): Locator =>
      product.page.locator('.activitybar .action-item:has([aria-label*="Bowline"]) .badge-content');
    const files = async (): Promise<string[]> =>
      (await readdir(product.editor.workspace)).filter((name) => !name.startsWith('.'));
    const waiting = async (count: number): Promise<void> => {
      await eventually(
        async () => (await rows().count()) === count,
        async () => `${await rows().count()} rows: ${(await rows().allInnerTexts()).join(' | ')}`,
      );
    };
    const labels = async (): Promise<string[]> => await rows().locator('.label-name').allInnerTexts();

    /** Moves the focus to a row by the arrow keys alone: what was selected stays selected. */
    async function focus(what: string): Promise<void> {
      await runCommand(product.page, 'Bowline: Focus Approvals');
      await pane().locator('.monaco-list:focus').waitFor();
      await product.page.keyboard.press('Home');
      for (let step = 0; step < 10; step += 1) {
        if ((await row(what).and(product.page.locator('.focused')).count()) > 0) return;
        await product.page.keyboard.press('ArrowDown');
      }
      throw new Error(`The row ${what} does not get the focus.`);
    }

    it('lists what two threads ask, by risk, with a badge', async () => {
      product.model.script(answer([command('touch one'), command('rm notes.txt')]));
      await chat.send('Tidy up.');
      await waiting(2);
      await chat.newThread();
      product.model.script(
        answer([command('git push --force origin main'), command('touch two')]),
        // both threads go on when the last of their questions is answered
        answer(text('So be it.')),
        answer(text('So be it.')),
      );
      await chat.send('Publish it.');
      await waiting(4);
      assert.deepEqual(await labels(), ['git push --force origin main', 'rm notes.txt', 'touch one', 'touch two']);
      assert.match(await row('rm notes.txt').innerText(), /Tidy up\. · now/);
      assert.match(await row('git push').innerText(), /Publish it\./);
      await eventually(async () => (await badge().innerText()) === '4');
      assert.match(await pane().locator('> .pane-header').innerText(), /^Approvals \(4\)/i);
      assert.match((await row('git push').getAttribute('aria-label')) ?? '', /^High risk\. Rewrites history: /);
      await screenshot(product.page, 'inbox-two-threads');
    });

    it('opens the question of the row that has the focus, not of the one that was clicked before', async () => {
      await row('touch one').click();
      await focus('git push');
      await product.page.keyboard.press('Enter');
      const dialog = await modalDialog(product.page);
      assert.match(dialog.message, /^Rewrites history: Bowline wants to run a command\. Allow it\?$/);
      assert.match(dialog.detail, /^Why: .*git push --force origin main.*in every mode/s);
      assert.ok(!dialog.buttons.some((label) => /Session|Remember/.test(label)), dialog.buttons.join());
      await screenshot(product.page, 'inbox-tripwire-modal');
      await dialog.escape();
      await waiting(3);
    });

    it('declines the row that has the focus by "d", whatever was clicked before', async () => {
      await row('touch two').click();
      await focus('rm notes.txt');
      await product.page.keyboard.press('d');
      await waiting(2);
      assert.deepEqual((await labels()).toSorted(), ['touch one', 'touch two']);
      assert.ok((await files()).includes('notes.txt'));
    });

    it('accepts all that is harmless in one go, after it has shown it', async () => {
      await runCommand(product.page, 'Bowline: Accept All Harmless');
      const dialog = await modalDialog(product.page);
      assert.match(dialog.detail, /touch one +\(Tidy up\.\)\n• touch two +\(Publish it\.\)/);
      await screenshot(product.page, 'inbox-accept-harmless');
      await dialog.press('Accept 2');
      await waiting(0);
      await eventually(async () => (await files()).includes('one') && (await files()).includes('two'));
      await chat.answer('So be it.').waitFor();
      await badge().waitFor({ state: 'hidden' });
      await product.page.getByText('Nothing waits for your approval.').waitFor();
      await screenshot(product.page, 'inbox-empty');
    });

    it('accepts several selected rows at once, without what must be read by itself', async () => {
      product.model.script(
        answer([command('touch three'), command('touch four'), command('git push --force origin main')]),
        answer(text('The third is done.')),
      );
      await chat.send('Three more.');
      await waiting(3);
      await row('git push').click();
      await row('touch four').click({ modifiers: ['Shift'] });
      await product.page.keyboard.press('a');
      const dialog = await modalDialog(product.page);
      assert.match(dialog.detail, /• touch three.*\n• touch four.*\n\nOne more is left out, to be read one by one\./);
      await dialog.press('Accept 2');
      await waiting(1);
      assert.deepEqual(await labels(), ['git push --force origin main']);
      await focus('git push');
      await product.page.keyboard.press('a');
      // much hangs on it: it is read before it is accepted
      const question = await modalDialog(product.page);
      assert.match(question.message, /^Rewrites history: /);
      await question.press('Decline');
      await chat.answer('The third is done.').waitFor();
      await eventually(async () => (await files()).includes('three') && (await files()).includes('four'));
    });

    it('answers with the chat closed, by the mouse', async () => {
      product.model.script(answer(command('touch five')), answer(text('The fifth is done.')));
      await chat.send('And one.');
      await waiting(1);
      const header = product.page.locator('.pane-header', { hasText: /^Chat/ });
      await header.click();
      await eventually(async () => (await header.getAttribute('aria-expanded')) === 'false');
      await row('touch five').hover();
      await row('touch five')
        .getByRole('button', { name: /^Accept/ })
        .click();
      await waiting(0);
      await eventually(async () => (await files()).includes('five'));
      await header.click();
      await chat.answer('The fifth is done.').waitFor();
    });

    it('shows the rule before it is remembered, and accepts nothing when the user goes back', async () => {
      const { page, model } = product;
      model.script(answer(command('touch six')), answer(command('touch six')), answer(text('It is there.')));
      await chat.send('One that I shall remember.');
      await waiting(1);
      await focus('touch six');
      await page.keyboard.press('Enter');
      const question = await modalDialog(page);
      assert.match(question.detail, /“Run and Remember…” shows a rule for commands that begin with “touch six”/);
      await question.press('Run and Remember…');
      const rule = await modalDialog(page);
      assert.equal(rule.message, 'Save this rule and run the command?');
      assert.match(rule.detail, /prefix_rule\(/);
      assert.match(rule.detail, /in your past threads|no commands in past threads/);
      await screenshot(page, 'inbox-remember');
      await rule.escape();
      const again = await modalDialog(page);
      assert.equal(again.message, question.message);
      assert.ok(!(await files()).includes('six'));
      await again.press('Run and Remember…');
      await (await modalDialog(page)).press('Run and Remember');
      // the rule covers it when it comes again
      await chat.answer('It is there.').waitFor();
      await waiting(0);
      assert.ok((await files()).includes('six'));
    });

    it('rehearses a command: shows what it would do, says when that is out of date, and applies exactly it', async () => {
      const { page, model, editor } = product;
      const path = join(editor.workspace, 'notes.txt');
      model.script(answer(command('echo two >> notes.txt; echo said; touch made')), answer(text('It was applied.')));
      await chat.send('Try it first.');
      await waiting(1);
      await rehearseFirst();
      const tab = page.locator('.tab').filter({ hasText: /^Rehearsal: echo two >> notes\.txt/ });
      await tab.waitFor();
      await page.locator('.multiDiffEntry').filter({ hasText: 'notes.txt' }).waitFor();
      const offer = await waitForNotification(page, 'Rehearsed: it ended with exit code 0 and changed 2 files.');
      await screenshot(page, 'inbox-rehearsal');
      assert.equal(await readFile(path, 'utf8'), 'hello\n');
      await writeFile(path, 'changed by me\n');
      await offer.getByText('Apply This Result', { exact: true }).click();
      await waitForNotification(page, 'The rehearsal was not applied');
      await waiting(1);
      assert.equal(await readFile(path, 'utf8'), 'changed by me\n');
      await runCommand(page, 'Notifications: Clear All Notifications');
      await rehearseFirst();
      const again = await waitForNotification(page, 'Rehearsed: it ended with exit code 0');
      await again.getByText('Apply This Result', { exact: true }).click();
      await chat.answer('It was applied.').waitFor();
      await waiting(0);
      assert.equal(await readFile(path, 'utf8'), 'changed by me\ntwo\n');
      assert.ok((await files()).includes('made'));
    });

    async function rehearseFirst(): Promise<void> {
      await focus('echo two');
      await product.page.keyboard.press('Enter');
      await (await modalDialog(product.page)).press('Rehearse…');
    }

    it('still has everything after a reload of the window, of threads that are not shown too', async () => {
      const { page, model } = product;
      model.script(answer([command('touch eight'), command('rm notes.txt')]));
      await chat.send('Before I go.');
      await waiting(2);
      await chat.newThread();
      model.script(answer(command('git push --force origin main')), answer(text('Now.')), answer(text('Now.')));
      await chat.send('This too.');
      await waiting(3);
      const before = await labels();
      await page.reload();
      chat = await product.reopened();
      await waiting(3);
      assert.deepEqual(await labels(), before);
      await eventually(async () => (await badge().innerText()) === '3');
      await screenshot(page, 'inbox-after-reload');
      await focus('touch eight');
      await page.keyboard.press('a');
      await waiting(2);
      await eventually(async () => (await files()).includes('eight'));
      await focus('rm notes.txt');
      await page.keyboard.press('d');
      await focus('git push');
      await page.keyboard.press('d');
      await waiting(0);
      await chat.answer('Now.').waitFor();
      assert.ok((await files()).includes('notes.txt'));
    });
  },
);
