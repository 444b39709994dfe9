// What the agent changes in files, as the user sees it: a diff that grows, marks in the editor, one review of all, and the way back.
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import {
  chooseTheme,
  modalDialog,
  reloadWindow,
  runCommand,
  screenshot,
  waitForNotification,
} from '../support/browser.ts';
import { answer, command, patch, text, type Part } from '../support/modelScript.ts';
import { pausedAfter } from '../support/pausedPart.ts';
import { IS_REFERENCE } from '../support/ownOnly.ts';
import { type Chat, eventually, exists, TEMPORARY_IS_OUTSIDE, useProduct } from '../support/product.ts';

const THEMES_SHOWN = ['dark', 'highContrast', 'light'] as const;

const GREET = `// Says hello to whoever is there.
import { names } from './names.ts';

const GREETING = 'Hello';
const UNUSED = 1;
const ALSO_UNUSED = 2;
const STILL_UNUSED = 3;

export function greet(name: string): string {
  return \`\${GREETING}, \${name}.\`;
}

export function greetAll(): string[] {
  return names.map((name) => greet(name));
}

export function shout(text: string): string {
  return text.toUpperCase();
}
`;

const FIRST_HALF = `*** Begin Patch
*** Update File: greet.ts
@@
 const GREETING = 'Hello';
-const UNUSED = 1;
-const ALSO_UNUSED = 2;
-const STILL_UNUSED = 3;
 
 export function greet(name: string): string {
-  return \`\${GREETING}, \${name}.\`;
+  return \`\${GREETING}, \${name}!\`;
 }
@@ export function shout(text: string): string {
   return text.toUpperCase();
 }
`;
const SECOND_HALF = `+
+/** Says goodbye, and means it. */
+export function leave(name: string): string {
+  return \`Goodbye, \${name}.\`;
+}
*** End Patch
`;

/** A patch that is written in two steps, with the gate `name` between them. */
function inTwoSteps(first: string, second: string, name: string): Part {
  return pausedAfter(2, patch(first + second, { deltas: [first, second] }), name);
}

function whole(...lines: string[]): Part {
  return patch(['*** Begin Patch', ...lines, '*** End Patch', ''].join('\n'));
}

describe('the changes of a turn in a real VS Code', () => {
  const product = useProduct({
    settings: { 'files.autoSave': 'off' },
    config: TEMPORARY_IS_OUTSIDE,
    files: { 'greet.ts': GREET, 'names.ts': "export const names = ['Ann'];\n", 'old.txt': 'old\n' },
  });
  let chat: Chat;
  let page: Page;
  const file = (name: string): string => join(product.editor.workspace, name);
  const onDisk = async (name: string): Promise<string> => await readFile(file(name), 'utf8');

  before(async function () {
    this.timeout(120_000);
    chat = await product.open();
    page = chat.page;
  });

  it('shows a patch in a diff editor while it is written, and leaves the focus where it is', async () => {
    const { model } = product;
    model.script(answer([inTwoSteps(FIRST_HALF, SECOND_HALF, 'half')]), answer(text('Done with greeting.')));
    await chat.send('Polish the greeting.');
    await model.reached('half');
    if (IS_REFERENCE) {
      // a patch is told once it is whole, by the reference
      model.open('half');
      await tab(page, 'greet.ts (Bowline: changed)').waitFor();
    } else {
      await tab(page, 'greet.ts (Bowline: proposed)').waitFor();
      await line(page, 'modified', '${name}!').waitFor();
      assert.equal(await line(page, 'modified', 'Goodbye').count(), 0);
    }
    await page.keyboard.type('I go on typing');
    assert.equal(await chat.field.inputValue(), 'I go on typing');
    await inThemes(page, 'diff-growing');
    await chat.field.fill('');
    model.open('half');
    await chat.answer('Done with greeting.').waitFor();
    await tab(page, 'greet.ts (Bowline: changed)').waitFor();
    await line(page, 'modified', 'Goodbye').waitFor();
    assert.equal(await page.locator('.tab', { hasText: 'Bowline' }).count(), 1);
  });

  it('marks the changed lines in the ordinary editor, and where lines were removed', async () => {
    await openFile(page, 'greet.ts');
    await ghost(page, '− 3 removed lines');
    await page.locator('.statusbar-item', { hasText: '1 file changed by Bowline' }).waitFor();
    await inThemes(page, 'decorations');
    await hoverGhost(page);
    const removed = page.locator('.monaco-hover', { hasText: 'Removed by Bowline' });
    await removed.getByText('STILL_UNUSED').waitFor();
    await screenshot(page, 'decorations-hover');
  });

  it('shows all files of the turn in one editor, those of commands too', async () => {
    const { model } = product;
    // what commands do to files is not told by the reference
    const overwritten = whole('*** Update File: old.txt', '@@', '-old', '+new');
    model.script(
      answer([whole('*** Add File: hello.md', '+# Hello', '+', '+Be kind.')]),
      answer([IS_REFERENCE ? overwritten : command("printf 'new\\n' > old.txt")]),
      answer(text('There are more files now.')),
    );
    await chat.send('Write more.');
    await chat.answer('There are more files now.').waitFor();
    await chat.idle();
    await page.locator('.statusbar-item', { hasText: '3 files changed by Bowline' }).waitFor();
    await runCommand(page, 'Bowline: Review Changes');
    await page.locator('.tab', { hasText: 'Bowline: Changes +10 −5 (3 files)' }).waitFor();
    await page.locator('.multiDiffEntry').nth(2).waitFor();
    await inThemes(page, 'review');
  });

  it('remembers what waits for a decision when the window is reloaded', async () => {
    // a window that comes up while the editor writes the theme finds no settings at all
    await eventually(async () => !(await product.editor.settings()).includes('colorTheme'));
    await reloadWindow(page);
    await page.locator('.multiDiffEntry').nth(2).waitFor();
    await page.locator('.statusbar-item', { hasText: '3 files changed by Bowline' }).waitFor();
    await openFile(page, 'greet.ts');
    await ghost(page, '− 3 removed lines');
  });

  it('takes the change of a file back', async () => {
    await openFile(page, 'greet.ts');
    await runCommand(page, 'Bowline: Reject File Changes');
    await eventually(async () => (await onDisk('greet.ts')) === GREET);
    await page.locator('.statusbar-item', { hasText: '2 files changed by Bowline' }).waitFor();
    await openFile(page, 'hello.md');
    await runCommand(page, 'Bowline: Reject File Changes');
    await eventually(async () => !(await exists(file('hello.md'))));
    await openFile(page, 'old.txt');
    await runCommand(page, 'Bowline: Reject File Changes');
    await eventually(async () => (await onDisk('old.txt')) === 'old\n');
  });

  it('merges a patch with what is typed and not saved, and lets it be saved', async () => {
    const { model } = product;
    await openFile(page, 'greet.ts');
    await page.locator('.editor-instance .view-line', { hasText: 'toUpperCase' }).click();
    await page.keyboard.press('End');
    await page.keyboard.type(' // mine');
    const greeting = whole(
      '*** Update File: greet.ts',
      '@@',
      "-const GREETING = 'Hello';",
      "+const GREETING = 'Good day';",
    );
    model.script(answer([greeting]), answer(text('More formal now.')));
    await chat.send('Be formal.');
    await chat.answer('More formal now.').waitFor();
    await openFile(page, 'greet.ts');
    const editor = page.locator('.editor-instance').last();
    await editor.locator('.view-line', { hasText: 'Good day' }).waitFor();
    await editor.locator('.view-line', { hasText: '// mine' }).waitFor();
    assert.equal(await onDisk('greet.ts'), GREET.replace("'Hello'", "'Good day'"));
    await editor.locator('.view-line', { hasText: '// mine' }).click();
    await page.keyboard.press('Control+S');
    const both = GREET.replace("'Hello'", "'Good day'").replace('toUpperCase();', 'toUpperCase(); // mine');
    await eventually(async () => (await onDisk('greet.ts')) === both);
    assert.equal(await page.locator('.notification-list-item', { hasText: 'Failed to save' }).count(), 0);
  });

  it('shows the diff of a patch that waits for approval, and the question beside it', async () => {
    const { model } = product;
    await writeFile(file('../outside.txt'), 'outside\n');
    model.script(
      answer([whole('*** Update File: ../outside.txt', '@@', '-outside', '+changed')]),
      answer(text('It is changed outside.')),
    );
    await chat.send('Change what is outside.');
    const dialog = await modalDialog(page);
    assert.deepEqual(dialog.buttons.toSorted(), [
      'Apply',
      'Apply and Allow These Files for This Session',
      'Decline',
      'Decline and Stop',
      ...(IS_REFERENCE ? [] : ['Rehearse…']),
      'Show Diff',
      'Show in Chat',
    ]);
    await inThemes(page, 'approval-modal', false);
    await dialog.press('Show Diff');
    await line(page, 'modified', 'changed').waitFor();
    assert.equal(await onDisk('../outside.txt'), 'outside\n');
    const question = await waitForNotification(page, 'Bowline wants to change one file.');
    await screenshot(page, 'approval-beside-diff');
    await question.getByRole('link', { name: 'Apply', exact: true }).click();
    await chat.answer('It is changed outside.').waitFor();
    await question.waitFor({ state: 'detached' });
    assert.equal(await onDisk('../outside.txt'), 'changed\n');
  });
});

function tab(page: Page, label: string): Locator {
  return page.locator('.tab', { hasText: label });
}

/** A line of one side of the diff editor in front. */
function line(page: Page, side: 'original' | 'modified', part: string): Locator {
  return page.locator(`.monaco-diff-editor .editor.${side} .view-line`, { hasText: part }).first();
}

async function openFile(page: Page, name: string): Promise<void> {
  await runCommand(page, 'Go to File...');
  await page.locator('.quick-input-widget input[type="text"]').fill(name);
  await page
    .locator('.quick-input-list .monaco-list-row')
    .filter({ hasText: name, hasNotText: 'Bowline' })
    .first()
    .click();
  await page.locator('.tab.active', { hasText: name }).and(page.locator('.tab:not(:has-text("Bowline"))')).waitFor();
}

/** The one-line stand-in of removed lines is drawn by a style, not by text. */
async function ghost(page: Page, words: string): Promise<void> {
  const isDrawn = async (): Promise<boolean> =>
    await page
      .locator('.editor-instance .view-line span')
      .evaluateAll(
        (spans, wanted) =>
          spans.some((span) => getComputedStyle(span, '::after').content.replaceAll('\u00a0', ' ').includes(wanted)),
        words,
      );
  await eventually(isDrawn);
}

/** Points at the stand-in, which has no element of its own: it is the end of the line before. */
async function hoverGhost(page: Page): Promise<void> {
  const code = page.locator('.editor-instance .view-line', { hasText: "const GREETING = 'Hello';" }).locator('> span');
  const box = await code.boundingBox();
  assert.ok(box !== null);
  await page.mouse.move(box.x + box.width - 40, box.y + box.height / 2);
  await page.mouse.move(box.x + box.width - 60, box.y + box.height / 2, { steps: 5 });
}

/** Writes what the window shows, in three themes; a dialog leaves no way to the theme list. */
async function inThemes(page: Page, name: string, canChoose = true): Promise<void> {
  if (!canChoose) return void (await screenshot(page, name));
  for (const theme of THEMES_SHOWN) {
    await chooseTheme(page, theme);
    await screenshot(page, `${name}-${theme}`);
  }
}
