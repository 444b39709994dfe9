// Gives the tests of a file one browser and one site for the chat page, and fails a test whose page had a fault.
import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import { launchBrowser } from './browser.ts';
import { openChat, serveChat, type ChatOptions, type ChatPage, type ChatSite } from './chatPage.ts';

/** Call it inside a `describe`; answers how to open the page. Pages are closed after each test. */
export function useChat(): (options: ChatOptions) => Promise<ChatPage> {
  let browser: Browser;
  let site: ChatSite;
  let opened: ChatPage[] = [];

  before(async function () {
    this.timeout(60_000);
    [browser, site] = await Promise.all([launchBrowser(), serveChat()]);
  });
  after(async () => {
    await browser.close();
    await site[Symbol.asyncDispose]();
  });
  afterEach(async function () {
    const pages = opened;
    opened = [];
    if (this.currentTest?.state === 'failed') for (const chat of pages) await tellOf(chat);
    for (const chat of pages) await chat[Symbol.asyncDispose]();
    assert.deepEqual(
      pages.flatMap((chat) => chat.faults),
      [],
      'the page reported faults',
    );
  });
  return async (options) => {
    const chat = await openChat(browser, site, options);
    opened.push(chat);
    return chat;
  };
}

/** A test that failed elsewhere can be told from what its page showed, and from what it had asked for. */
async function tellOf({ page, posted }: ChatPage): Promise<void> {
  const shown = await page.locator('body').innerText().catch(String);
  const asked = posted.map((message) => ('method' in message ? `${message.kind} ${message.method}` : message.kind));
  console.log(`the page asked: ${asked.slice(-20).join(', ')}\nthe page showed:\n${shown.slice(-3000)}`);
}
