// The main job, end to end: ask, watch, approve, come back to it, fork it, say no; and how all that looks.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chooseTheme, modalDialog, reloadWindow, runCommand, screenshot, type Theme } from '../support/browser.ts';
import { answer, call, command, patch, reasoning, text } from '../support/modelScript.ts';
import { IS_REFERENCE } from '../support/ownOnly.ts';
import { pausedAfter } from '../support/pausedPart.ts';
import { type Chat, eventually, exists, threadRow, useProduct } from '../support/product.ts';

const TIDE = `// Tells the tide.
export function tide(hour: number): string {
  return hour % 12 < 6 ? 'low' : 'high';
}
`;
const FIRST_LINES = `*** Begin Patch
*** Update File: tide.ts
@@
 // Tells the tide.
-export function tide(hour: number): string {
-  return hour % 12 < 6 ? 'low' : 'high';
+export function tide(hour: number): 'low' | 'high' {
+  return hour % 12 < 6 ? 'low' : 'high';
 }
`;
const LAST_LINES = `+
+export function isHigh(hour: number): boolean {
+  return tide(hour) === 'high';
+}
*** End Patch
`;
const PLAN = [
  { step: 'Read the tide table', status: 'completed' },
  { step: 'Say more precisely what it answers', status: 'in_progress' },
  { step: 'Check it', status: 'pending' },
];

/** What asks though the policy lets commands run in the sandbox. */
const OUTSIDE = { sandbox_permissions: 'require_escalated' };

describe('the main job in a real VS Code', () => {
  const product = useProduct({ files: { 'tide.ts': TIDE, 'README.md': '# Tide\n' } });
  let chat: Chat;

  before(async function () {
    this.timeout(120_000);
    chat = await product.open();
  });

  it('streams the answer in, and the edit into a diff editor', async () => {
    const { model, page } = product;
    const said = text('I make the answer of tide() precise.', { deltas: ['I make the answer ', 'of tide() precise.'] });
    model.script(
      answer([
        pausedAfter(3, said, 'said'),
        pausedAfter(2, patch(FIRST_LINES + LAST_LINES, { deltas: [FIRST_LINES, LAST_LINES] }), 'patch'),
      ]),
      answer(
        command("printf 'checking the tide\\n'; exit 3", {
          ...OUTSIDE,
          justification: 'To see whether it still works.',
        }),
      ),
      answer(text('It is precise now, but **the check failed**.')),
    );
    await chat.send('Make tide() more precise, and check it.');
    await model.reached('said');
    await chat.answer('I make the answer').waitFor();
    assert.equal(await chat.answer('of tide() precise').count(), 0);
    assert.match(await chat.status.innerText(), /Writing/);
    model.open('said');

    await model.reached('patch');
    const modified = page.locator('.monaco-diff-editor .editor.modified');
    // a patch is told once it is whole, by the reference
    if (!IS_REFERENCE) await modified.locator('.view-line', { hasText: "'low' | 'high'" }).waitFor();
    assert.equal(await modified.locator('.view-line', { hasText: 'isHigh' }).count(), 0);
    assert.equal(await readFile(join(product.editor.workspace, 'tide.ts'), 'utf8'), TIDE);
    model.open('patch');
    await modified.locator('.view-line', { hasText: 'isHigh' }).waitFor();
  });

  it('asks before the command, and shows its output and how it ended', async () => {
    const dialog = await modalDialog(product.page);
    assert.match(dialog.detail, /checking the tide/);
    const why = IS_REFERENCE
      ? /Why: To see whether it still works\./
      : /Why: .*\nThe agent says: To see whether it still works\./;
    assert.match(dialog.detail, why);
    await dialog.press('Run');
    await chat.answer('the check failed').waitFor();
    await chat.idle();
    const item = chat.command('checking the tide');
    await item.locator('.fold-meta', { hasText: 'exit 3' }).waitFor();
    await item.locator('.output-lines', { hasText: 'checking the tide' }).waitFor();
    assert.match(await readFile(join(product.editor.workspace, 'tide.ts'), 'utf8'), /isHigh/);
  });

  it('is all there after a reload of the window: thread, transcript, draft and place', async () => {
    await chat.field.fill('And then');
    await reloadWindow(product.page);
    await chat.answer('the check failed').waitFor();
    await chat.command('checking the tide').locator('.fold-meta', { hasText: 'exit 3' }).waitFor();
    assert.equal(await chat.field.inputValue(), 'And then');
    await eventually(async () => (await chat.place()).toEnd < 40);
    await threadRow(product.page, 'Make tide() more precise').waitFor();
  });

  it('goes on in a fork, where a command is declined by Escape, once', async () => {
    const { model, page } = product;
    await chat.frame.getByRole('button', { name: 'Fork from here' }).last().click();
    await eventually(async () => (await threadRow(page, 'Make tide() more precise').count()) === 2);
    model.script(answer(command('touch forked', OUTSIDE)), answer(text('Then I leave it as it is.')));
    await chat.send('Try another way.');
    await (await modalDialog(page)).escape();
    await chat.answer('Then I leave it as it is.').waitFor();
    await chat.idle();
    await chat.command('touch forked').getByText('declined').waitFor();
    assert.equal(await exists(join(product.editor.workspace, 'forked')), false);
    await chat.answer('the check failed').waitFor({ state: 'attached' });
  });

  for (const theme of ['light', 'dark', 'highContrast'] satisfies Theme[]) {
    it(`looks like a part of VS Code (${theme})`, async () => {
      const { model, page } = product;
      await runCommand(page, 'View: Close All Editors');
      await chooseTheme(page, theme);
      await chat.newThread();
      await screenshot(page, `product-empty-${theme}`);
      model.script(
        answer([
          reasoning({ summary: ['**Looking at the tide table**\n\nThe name says what it is for.'] }),
          text('I add a note to the table, then I check it.'),
          call('update_plan', { plan: PLAN }),
          patch(`*** Begin Patch\n*** Add File: notes-${theme}.md\n+# Notes\n+\n+- High at noon.\n*** End Patch\n`),
          command('ls -l && node --version', { ...OUTSIDE, justification: 'To see that the note is there.' }),
        ]),
        answer(
          text(
            'The note is there:\n\n```ts\nimport { tide } from "./tide.ts";\n\ntide(12); // low\n```\n\nSee `tide.ts`.',
          ),
        ),
      );
      await chat.send(`Add notes-${theme}.md and check it.`);
      const dialog = await modalDialog(page);
      await screenshot(page, `product-modal-${theme}`);
      await dialog.press('Run');
      await chat.answer('The note is there').waitFor();
      await chat.idle();
      await screenshot(page, `product-conversation-${theme}`);
      await runCommand(page, 'Bowline: Get Started');
      await page.locator('.gettingStartedContainer').getByText('Review the changes').waitFor();
      await screenshot(page, `product-walkthrough-${theme}`);
    });
  }
});
