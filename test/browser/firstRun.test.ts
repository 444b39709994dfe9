// The first minutes with Bowline: nothing is configured, and each way that the first page offers leads somewhere.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT } from '../../scripts/folders.mjs';
import { answerQuickInput, modalDialog, runCommand, screenshot } from '../support/browser.ts';
import { answer, command, patch, text } from '../support/modelScript.ts';
import { IS_REFERENCE, ownOnly } from '../support/ownOnly.ts';
import { startModelServer } from '../support/modelServer.ts';
import { type Chat, eventually, exists, openChat, useProduct } from '../support/product.ts';

/** Where the first page looks for servers. */
const USUAL_PORTS = [8000, 1234, 11434];

describe('the first steps in a real VS Code', () => {
  const product = useProduct({ isConfigured: false, files: { 'README.md': '# Tide\n\nTells the tide.\n' } });
  let chat: Chat;

  before(async function () {
    this.timeout(120_000);
    chat = await product.open();
  });

  ownOnly('the tour').it(
    'need no account: the tour reads, edits, asks and runs, and says that it is a tour',
    async () => {
      await chat.frame.getByRole('heading', { name: 'Welcome to Bowline' }).waitFor();
      await chat.frame.getByText('None is answering.').waitFor();
      await screenshot(product.page, 'product-first-run-light');
      assert.match(await chat.model.innerText(), /demo/);
      await chat.frame.getByRole('button', { name: /Try the tour/ }).click();
      await chat.answer('This is a scripted tour').waitFor();
      // the edit needs no question in a workspace that is trusted, the command does
      const dialog = await modalDialog(product.page);
      await dialog.press('Run');
      await chat.answer('Say "again"').waitFor();
      await chat.idle();
      assert.ok(await exists(join(product.editor.workspace, 'BOWLINE_TOUR.md')));
    },
  );

  it('find a model server of this machine, and use it', async function () {
    const local = await startOnUsualPort();
    if (local === null) return this.skip();
    try {
      local.models = ['tiny-local'];
      await chat.newThread();
      const choice = chat.frame.getByRole('button', { name: 'tiny-local' });
      await chat.frame.getByRole('heading', { name: 'Welcome to Bowline' }).waitFor();
      await chat.frame.getByRole('button', { name: 'Look Again' }).or(choice).first().click();
      if ((await choice.count()) > 0 || !(await chat.model.innerText()).includes('tiny-local')) await choice.click();
      await chat.model.getByText('tiny-local').waitFor();
      local.script(answer(text('Hello from this machine.')));
      await chat.send('Hello?');
      await chat.answer('Hello from this machine.').waitFor();
      assert.match((await local.request(0)).path, IS_REFERENCE ? /\/responses$/ : /\/chat\/completions$/);
    } finally {
      await local.close();
    }
  });

  it('take an OpenAI key, and forget it again', async () => {
    const { page } = product;
    await chat.newThread();
    await runCommand(page, 'Bowline: Set API Key…');
    await answerQuickInput(page, 'sk-test-0000');
    await chat.model.getByText('gpt').waitFor();
    assert.doesNotMatch(await chat.frame.locator('body').innerText(), /sk-test/);
    await chat.frame.getByRole('heading', { name: 'Welcome to Bowline' }).waitFor({ state: 'detached' });
    await runCommand(page, 'Bowline: Sign Out');
    await chat.frame.getByRole('heading', { name: 'Welcome to Bowline' }).waitFor();
    // the tour is of Bowline's server alone, and so is offered by that alone
    const [model, tours] = IS_REFERENCE ? ['gpt', 0] : ['demo', 1];
    await chat.model.getByText(model).waitFor();
    assert.equal(await chat.frame.getByRole('button', { name: /Try the tour/ }).count(), tours);
  });

  it('work in a workspace that is not trusted: reading only, and asking before anything else', async () => {
    const { editor, model } = product;
    await editor.setSettings({
      'security.workspace.trust.enabled': true,
      'security.workspace.trust.startupPrompt': 'never',
      'security.workspace.trust.emptyWindow': false,
      'bowline.modelProvider': `local-${new URL(model.url).port}`,
      'bowline.localServers': [{ name: 'Scripted', baseUrl: model.url }],
    });
    const restricted = await product.open();
    await restricted.page.locator('.statusbar').getByText('Restricted Mode').waitFor();
    await restricted.newThread();
    model.script(
      answer(patch('*** Begin Patch\n*** Add File: written.txt\n+written\n*** End Patch\n')),
      answer(command('touch touched')),
      answer(text('Then not.')),
    );
    await restricted.send('Write and touch.');
    for (let asked = 0; asked < 2; asked += 1) await (await modalDialog(restricted.page)).press('Decline');
    await restricted.answer('Then not.').waitFor();
    for (const name of ['written.txt', 'touched']) assert.equal(await exists(join(editor.workspace, name)), false);
    await restricted.page.context().close();
  });
});

describe('the commands of Bowline', () => {
  const product = useProduct();

  for (const [where, path] of [
    ['with a folder', ''],
    ['in an empty window', '/?ew=true'],
  ] as const) {
    it(`all run from the palette ${where} without a fault`, async function () {
      this.timeout(240_000);
      const { editor } = product;
      const { page } = await product.open(path === '' ? {} : { url: `${editor.origin}${path}` });
      const asks = page
        .locator('.quick-input-widget:visible:not(.quick-input-widget-closing), .notification-list-item')
        .first();
      for (const title of await paletteCommands()) {
        await runCommand(page, title);
        if (title.endsWith('…') || title.endsWith('Show Menu')) await asks.waitFor();
        // the settings come up over everything after a moment, and take the keys for themselves
        if (title.endsWith('Open Settings')) await page.locator('.settings-editor').waitFor();
        await eventually(async () => {
          await page.keyboard.press('Escape');
          return !(await page.locator('.quick-input-widget, .settings-editor').first().isVisible());
        });
        const errors = page.locator('.notification-list-item:has(.codicon-error)');
        assert.deepEqual(await errors.allInnerTexts(), [], title);
      }
      await openChat(page);
      await page.context().close();
    });
  }
});

async function startOnUsualPort() {
  for (const port of USUAL_PORTS) {
    const started = await startModelServer({ port }).catch(() => null); // somebody else has it: the next one
    if (started !== null) return started;
  }
  return null;
}

/** The titles of the commands that are in the palette whatever is open. */
async function paletteCommands(): Promise<string[]> {
  const manifest = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as {
    contributes: {
      commands: { command: string; title: string; category: string; enablement?: string }[];
      menus: { commandPalette?: { command: string; when: string }[] };
    };
  };
  const { commands, menus } = manifest.contributes;
  const limited = new Set((menus.commandPalette ?? []).map(({ command: id }) => id));
  return commands
    .filter(({ command: id, enablement }) => enablement === undefined && !limited.has(id))
    .map(({ category, title }) => `${category}: ${title}`);
}
