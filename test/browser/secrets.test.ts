// What is kept from the model, in a real VS Code: a file that asks before it is attached or read, a secret that no output shows.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { modalDialog, runCommand, screenshot } from '../support/browser.ts';
import { answer, call, command, text } from '../support/modelScript.ts';
import { ownOnly } from '../support/ownOnly.ts';
import { type Chat, eventually, useProduct } from '../support/product.ts';
import { githubToken } from '../unit/core/secrets/secretTable.ts';

ownOnly('kept files and masked secrets').describe('what is kept from the model, in a real VS Code', () => {
  const product = useProduct({ files: { '.env': 'HARBOUR=the-name-of-the-harbour\n', 'notes.txt': 'hello\n' } });
  let chat: Chat;

  before(async function () {
    this.timeout(120_000);
    chat = await product.open();
  });

  /** All that the model has been sent so far. */
  const sent = (): string => JSON.stringify(product.model.requests.map(({ body }) => body));

  it('a kept file is read by the agent only after a question, once for the turn', async () => {
    const { page, model } = product;
    const read = (callId: string) => call('read_file', { path: '.env' }, { callId });
    model.script(answer(read('no')), answer(text('Then without it.')));
    await chat.send('Read the settings.');
    const first = await modalDialog(page);
    assert.equal(first.message, 'Bowline wants to read a file that is kept from the model. Allow it?');
    assert.match(first.detail, /^Why: [^]*\.env[^]*What is read goes to the model\./);
    await screenshot(page, 'kept-file-modal');
    await first.press('Decline');
    await chat.answer('Then without it.').waitFor();
    await chat.idle();
    assert.doesNotMatch(sent(), /the-name-of-the-harbour/);

    model.script(answer(read('yes')), answer(read('again')), answer(text('Now I know.')));
    await chat.send('You may.');
    await (await modalDialog(page)).press('Allow for This Turn');
    await chat.answer('Now I know.').waitFor();
    await chat.idle();
    assert.equal(sent().match(/1\\+tHARBOUR=the-name-of-the-harbour/g)?.length, 3, 'once, and then twice');
    assert.equal(await page.locator('.monaco-dialog-box').count(), 0);
  });

  it('a kept file is named in a message when the user says so, and read after a question all the same', async () => {
    const { page, model } = product;
    await chat.newThread();
    await chat.field.pressSequentially('Look at @.env');
    await chat.frame.getByRole('option', { name: /\.env/ }).click();
    await (await modalDialog(page)).press('Attach It Anyway');
    await eventually(async () => (await chat.field.inputValue()) === 'Look at @.env ');
    model.script(answer(call('read_file', { path: '.env' })), answer(text('I may not.')));
    const before = model.requests.length;
    await chat.field.press('Enter');
    await (await modalDialog(page)).press('Decline');
    await chat.answer('I may not.').waitFor();
    await chat.idle();
    const told = JSON.stringify(model.requests.slice(before).map(({ body }) => body));
    assert.match(told, /\[mention \\+"\.env\\+" at [^\]]*\.env\]/);
    assert.doesNotMatch(told, /the-name-of-the-harbour/);
  });

  it('a secret in what a command prints is masked for the model and for the eye', async () => {
    const { page, model, editor } = product;
    const token = githubToken();
    await writeFile(join(editor.workspace, 'printed.txt'), `The token is ${token}, keep it.\n`);
    model.script(answer(command('cat printed.txt')), answer(text('I saw a mask.')));
    await chat.send('Print it.');
    await chat.answer('I saw a mask.').waitFor();
    await chat.idle();
    const item = chat.command('cat printed.txt');
    if ((await item.locator('.output-lines').count()) === 0) await item.locator('.fold-line').click();
    await item.locator('.output-lines').getByText('The token is').waitFor();
    await item.getByText('1 secret kept out').waitFor();
    await screenshot(page, 'secret-masked');
    assert.ok(!(await chat.frame.locator('body').innerText()).includes(token));
    assert.match(sent(), /The token is \[secret masked: GitHub token\], keep it\./);
    assert.ok(!sent().includes(token));
  });

  it('what the model saw is listed, with the attached file and what was masked', async () => {
    const { page } = product;
    await runCommand(page, 'Bowline: Show What the Model Sees');
    const panel = chat.frame.locator('.context-panel');
    await panel.getByText(/\d+ entries, /).waitFor();
    await panel.locator('.context-sum').getByText('1 secret kept out').waitFor();
    await screenshot(page, 'context-masked');
    await panel.getByRole('button', { name: 'Close' }).click();
  });
});
