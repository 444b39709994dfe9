// The whole chat page in its states: first run, starting and stopped, every scene in every theme, and how fast it paints.
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { SCREENSHOTS, type Theme } from '../../support/browser.ts';
import { gallery } from '../../support/chatGallery.ts';
import { type ChatPage, setTheme } from '../../support/chatPage.ts';
import * as sample from '../../support/chatSamples.ts';
import { useChat } from '../../support/useChat.ts';

const THEMES = ['light', 'dark', 'highContrast'] as const;
const demo = { provider: 'demo', providerName: 'Guided tour', model: 'demo', isDemo: true };
const firstRun = () => sample.snapshot(null, { firstRun: true, model: demo });

/** Things that would look or work wrong, found by measuring. */
function faultsIn(chat: ChatPage): Promise<string[]> {
  return chat.page.evaluate(() => {
    const found: string[] = [];
    if (document.documentElement.scrollWidth > innerWidth)
      found.push(`the page is ${document.documentElement.scrollWidth} px wide`);
    for (const button of document.querySelectorAll('button, textarea, [role="option"], [role="listbox"]')) {
      const name = button.getAttribute('aria-label') ?? button.textContent ?? '';
      if (name.trim() === '') found.push(`no name: ${button.outerHTML.slice(0, 120)}`);
    }
    for (const row of document.querySelectorAll('.row, .dock')) {
      if (row.scrollWidth > row.clientWidth + 1) found.push(`overflows: ${row.className}`);
    }
    return found;
  });
}

describe('the chat page', function () {
  this.timeout(60_000);
  const open = useChat();

  for (const [name, { options, act }] of Object.entries(gallery)) {
    it(`looks right in every theme: ${name}`, async () => {
      const [first, ...others] = THEMES;
      const chat = await open({ ...options, theme: first });
      await chat.page.locator('.composer-field').waitFor();
      await chat.page.waitForFunction(() => document.fonts.status === 'loaded');
      await act?.(chat);
      await mkdir(SCREENSHOTS, { recursive: true });
      await look(chat, name, first);
      for (const theme of others) {
        await setTheme(chat, theme);
        await look(chat, name, theme);
      }
    });
  }

  /** Leaves a screenshot for people, and measures what people would not see at once. */
  async function look(chat: ChatPage, name: string, theme: Theme): Promise<void> {
    await chat.page.screenshot({ path: join(SCREENSHOTS, `chat-${name}-${theme}.png`), animations: 'disabled' });
    assert.deepEqual(await faultsIn(chat), []);
  }

  it('takes a key, a local server or the tour on the first page', async () => {
    const chat = await open({
      snapshot: firstRun(),
      services: {
        findLocalServers: () => [{ name: 'Ollama', baseUrl: 'http://127.0.0.1:11434/v1', models: ['qwen3-coder:30b'] }],
      },
      onRequest: (message) =>
        message.method === 'thread/start'
          ? { thread: sample.thread() }
          : { turn: sample.turn('t1', { status: 'inProgress' }) },
    });
    await chat.page
      .getByRole('button', { name: 'Use qwen3-coder:30b on Ollama' })
      .or(chat.page.getByText('qwen3-coder:30b'))
      .first()
      .click();
    assert.deepEqual(chat.calls('chooseLocalServer'), [
      { baseUrl: 'http://127.0.0.1:11434/v1', name: 'Ollama', model: 'qwen3-coder:30b' },
    ]);
    await chat.page.getByRole('button', { name: /Use an OpenAI API key/ }).click();
    assert.equal(chat.calls('setApiKey').length, 1);
    await chat.page.getByRole('button', { name: /Try the tour/ }).click();
    const sent = await chat.waitForPosted((message) => message.kind === 'request' && message.method === 'turn/start');
    assert.ok(sent.kind === 'request' && sent.method === 'turn/start');
    assert.deepEqual(sent.params.input, [{ type: 'text', text: 'Show me what you can do.' }]);
  });

  it('offers no tour where the server has none', async () => {
    const openai = { provider: 'openai', providerName: 'OpenAI', model: 'gpt', isDemo: false };
    const chat = await open({ snapshot: sample.snapshot(null, { firstRun: true, model: openai }) });
    await chat.page.getByRole('button', { name: /Use an OpenAI API key/ }).waitFor();
    assert.equal(await chat.page.getByRole('button', { name: /Try the tour/ }).count(), 0);
  });

  it('looks for local servers only while the first page is open, and again when asked', async () => {
    const chat = await open({ snapshot: firstRun() });
    await chat.page.getByRole('button', { name: 'Look Again' }).click();
    await chat.page.getByRole('button', { name: 'Look Again' }).waitFor();
    assert.equal(chat.calls('findLocalServers').length, 2);
    const other = await open({ snapshot: sample.snapshot(null) });
    await other.page.getByText('What shall we build?').waitFor();
    assert.equal(other.calls('findLocalServers').length, 0);
  });

  it('says what to do when the server has stopped', async () => {
    const chat = await open({ snapshot: gallery['stopped']!.options.snapshot });
    await chat.page.getByRole('button', { name: 'Restart Server' }).click();
    assert.deepEqual(chat.calls('runCommand'), [{ command: 'bowline.restartServer' }]);
  });

  it('is calm when nothing happens: no timer, no frame, no message', async () => {
    const chat = await open({ snapshot: gallery['finished']!.options.snapshot });
    await chat.page.getByText('42 s', { exact: true }).waitFor();
    const mutations = await chat.page.evaluate(
      () =>
        new Promise<number>((resolve) => {
          let count = 0;
          const observer = new MutationObserver((records) => (count += records.length));
          observer.observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
          // the first second belongs to the first draw; there is no event for "nothing happens"
          setTimeout(() => (count = 0), 1000);
          setTimeout(() => resolve(count), 2500);
        }),
    );
    assert.equal(mutations, 0);
    assert.deepEqual(
      chat.posted.map((message) => (message.kind === 'request' ? message.method : message.kind)),
      ['ready', 'thread/queue/list'],
    );
  });
});
