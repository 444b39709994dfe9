// The tests' own hands and eyes work: a VSIX is installed, its window is driven, and nothing is left behind.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { ROOT } from '../../scripts/folders.mjs';
import { run } from '../../scripts/run.mjs';
import {
  chooseTheme,
  launchBrowser,
  modalDialog,
  openWindow,
  reloadWindow,
  runCommand,
  screenshot,
  THEMES,
  waitForNotification,
  waitForTheme,
  webviewFrame,
} from '../support/browser.ts';
import { type RealVscode, startVscode } from '../support/realVscode.ts';
import { screenshotFailures } from '../support/screenshotFailures.ts';

describe('a real VS Code with an installed VSIX', () => {
  let scratch: string;
  let editor: RealVscode;
  let browser: Browser;
  let page: Page;

  before(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'bowline-support-'));
    await writeFile(join(scratch, 'notes.txt'), 'hello\n');
    const vsix = join(scratch, 'hello.vsix');
    const vsce = join(ROOT, 'node_modules', '@vscode', 'vsce', 'vsce');
    const flags = ['--no-dependencies', '--allow-missing-repository', '--skip-license'];
    await run(process.execPath, [vsce, 'package', ...flags, '--out', vsix], {
      cwd: join(ROOT, 'test', 'extension', 'hello'),
    });
    editor = await startVscode({
      extensionVsix: vsix,
      workspaceFrom: scratch,
      settings: { 'workbench.colorTheme': THEMES.light.setting },
    });
    browser = await launchBrowser();
    page = await openWindow(browser, editor.url);
  });

  after(async () => {
    await browser?.close();
    await editor?.dispose();
    if (scratch !== undefined) await rm(scratch, { recursive: true, force: true });
  });

  screenshotFailures(() => page);

  it('opens the window in the theme that was set, with the files of the workspace', async () => {
    await waitForTheme(page, 'light');
    await page.getByText('notes.txt').waitFor();
  });

  it('runs a command, reads its modal dialog and presses a button', async () => {
    await runCommand(page, 'Hello: Ask');
    const dialog = await modalDialog(page);
    assert.equal(dialog.message, 'Run it?');
    assert.equal(dialog.detail, 'echo hello');
    assert.deepEqual([...dialog.buttons].toSorted(), ['Cancel', 'Deny', 'Run']);
    await dialog.press('Run');
    await waitForNotification(page, `Answer: Run, home: ${editor.bowlineHome}`);
  });

  it('presses a button in a webview and escapes the dialog', async () => {
    await runCommand(page, 'View: Show Hello');
    const frame = await webviewFrame(page, '#ask');
    await frame.click('#ask');
    await (await modalDialog(page)).escape();
    await waitForNotification(page, 'Answer: undefined');
  });

  it('changes the theme and takes a screenshot', async () => {
    await chooseTheme(page, 'highContrast');
    const path = await screenshot(page, 'support-high-contrast');
    assert.ok((await stat(path)).size > 10_000);
  });

  it('shows the same view after a reload of the window', async () => {
    await reloadWindow(page);
    await webviewFrame(page, '#ask');
  });

  it('leaves no process and no folder behind', async function () {
    if (process.platform !== 'linux') this.skip();
    await browser.close();
    assert.notDeepEqual(await commandLinesWith(editor.dataDir), []);
    await editor.dispose();
    assert.deepEqual(await commandLinesWith(editor.dataDir), []);
    assert.ok(!existsSync(editor.workspace));
  });
});

/** The processes whose command line or environment names a folder. */
async function commandLinesWith(folder: string): Promise<string[]> {
  const found: string[] = [];
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)) {
    const read = (name: string) => readFile(`/proc/${pid}/${name}`, 'utf8').catch(() => ''); // it has ended meanwhile
    const commandLine = await read('cmdline');
    if (`${commandLine}${await read('environ')}`.includes(folder)) found.push(commandLine.replaceAll('\0', ' '));
  }
  return found;
}
