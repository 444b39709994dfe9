// The threads of Codex are offered once, imported with progress, and stand in the tree; the command brings what is new.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand, screenshot, waitForNotification } from '../support/browser.ts';
import { ownOnly } from '../support/ownOnly.ts';
import { threadRow, useProduct } from '../support/product.ts';
import { writeRollout } from '../support/rollouts.ts';

const ID = '0199cccc-0000-7000-8000-00000000000';

ownOnly('importing threads').describe('the threads of Codex in a real VS Code', () => {
  const there = mkdtempSync(join(tmpdir(), 'bowline-codex-'));
  const product = useProduct({ env: { CODEX_HOME: there } });
  after(() => rmSync(there, { recursive: true, force: true }));

  it('are offered once, imported, and brought up to date by the command', async function () {
    this.timeout(120_000);
    const write = (at: number, prompt: string): void =>
      void writeRollout(there, `${ID}${at}`, [prompt], product.editor.workspace);
    write(1, 'Tie a bowline');
    write(2, 'Untie it again');
    const chat = await product.open();
    const { page } = product;
    const offer = await waitForNotification(page, '2 conversations of Codex were found on this computer.');
    await screenshot(page, 'import-offer');
    await offer.getByText('Import', { exact: true }).click();
    await waitForNotification(page, '2 imported, 0 updated, 0 up to date, 0 skipped, 0 failed');
    await screenshot(page, 'import-done');
    await threadRow(page, 'Untie it again').waitFor();
    await threadRow(page, 'Tie a bowline').click();
    await chat.answer('TIE A BOWLINE').waitFor();

    write(3, 'Splice the ends');
    await runCommand(page, 'Bowline: Import Codex Threads…');
    await waitForNotification(page, '1 imported, 0 updated, 2 up to date, 0 skipped, 0 failed');
    await threadRow(page, 'Splice the ends').waitFor();

    write(4, 'Nobody is asked again');
    await page.reload();
    await product.reopened();
    await runCommand(page, 'Bowline: Import Codex Threads…');
    await waitForNotification(page, '1 imported, 0 updated, 3 up to date, 0 skipped, 0 failed');
    await threadRow(page, 'Nobody is asked again').waitFor();
    assert.equal(await page.getByText('conversation of Codex was found').count(), 0);
  });
});
