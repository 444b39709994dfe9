// Makes the marketplace icon, media/icon.png, from media/icon.svg. Usage: node scripts/icon.mjs (needs Chromium; run after changing the drawing)
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { ROOT } from './folders.mjs';
import { runMain, say } from './progress.mjs';
import { CHROMIUM } from './systemPackages.mjs';

const SIZE = 256;

await runMain(async () => {
  const executablePath = CHROMIUM.find();
  if (executablePath === undefined) throw new Error('No Chromium found: install it, or set BOWLINE_CHROMIUM to one.');
  const drawing = await readFile(join(ROOT, 'media/icon.svg'), 'utf8');
  const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const browser = await chromium.launch({ executablePath, args: ['--disable-gpu', ...asRoot] });
  try {
    const page = await browser.newPage({ viewport: { width: SIZE, height: SIZE } });
    await page.setContent(`<body style="margin:0">${drawing}</body>`);
    await page.screenshot({ path: join(ROOT, 'media/icon.png'), omitBackground: true });
  } finally {
    await browser.close();
  }
  say('made media/icon.png');
  return 0;
});
