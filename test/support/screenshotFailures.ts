// Keeps what a window showed when a test failed.
import type { Page } from 'playwright-core';
import { screenshot } from './browser.ts';

/** To be called in a `describe`: after each failed test, writes test-results/screenshots/failed-TITLE.png. */
export function screenshotFailures(currentPage: () => Page | undefined): void {
  afterEach(async function () {
    const page = currentPage();
    if (this.currentTest?.state !== 'failed' || page === undefined || page.isClosed()) return;
    const title = this.currentTest.fullTitle().replaceAll(/[^A-Za-z0-9]+/g, '-');
    console.log(`      screenshot: ${await screenshot(page, `failed-${title.slice(0, 100)}`)}`);
  });
}
