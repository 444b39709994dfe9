// A conversation survives what users do in the middle of it: reloads, second thoughts, a stop, a keyboard without a mouse.
import assert from 'node:assert/strict';
import { modalDialog, reloadWindow, runCommand } from '../support/browser.ts';
import { answer, command, gate, text } from '../support/modelScript.ts';
import { lastUserText } from '../support/modelRequest.ts';
import { pausedAfter } from '../support/pausedPart.ts';
import { type Chat, eventually, useProduct } from '../support/product.ts';

const DRAFT = 'A long thought that is not finished yet, '.repeat(5).slice(0, 200);
const LONG_ANSWER = Array.from({ length: 60 }, (_, line) => `Line ${line + 1} of a long answer.`).join('\n\n');

/** The prose that was streamed before the gate `name`, and the rest of it. */
function halves(begin: string, rest: string, name: string) {
  return pausedAfter(3, text(`${begin}${rest}`, { deltas: [begin, rest] }), name);
}

describe('a conversation in a real VS Code', () => {
  const product = useProduct({
    files: { 'notes.txt': 'hello\n' },
    settings: { 'bowline.approvalPolicy': 'untrusted' },
  });
  let chat: Chat;

  before(async function () {
    this.timeout(120_000);
    chat = await product.open();
  });

  it('takes the words of the user while it works', async () => {
    const { model } = product;
    model.script(
      answer([halves('I look at the ', 'notes.', 'steer')]),
      answer(command('sort -o notes.txt notes.txt')),
      answer(text('The notes greet you, in capitals: HELLO.')),
    );
    await chat.send('What do the notes say?');
    await model.reached('steer');
    await chat.answer('I look at the').waitFor();
    await chat.send('In capitals, please.');
    await chat.message('In capitals, please.').waitFor();
    await (await modalDialog(chat.page)).press('Run');
    await chat.answer('in capitals: HELLO').waitFor();
    await chat.idle();
    assert.equal(lastUserText(await model.request(1)), 'In capitals, please.');
    assert.equal(await chat.message('In capitals, please.').count(), 1);
  });

  it('keeps draft, transcript and place when the window is reloaded in mid-stream, and goes on after that', async () => {
    const { model } = product;
    model.script(answer(text(LONG_ANSWER)));
    await chat.send('Tell me a long story.');
    await chat.answer('Line 60 of').waitFor();
    await chat.idle();
    await scrollUp(chat, 500);
    const before = await chat.place();

    model.script(answer([halves('This is cut ', 'off.', 'reload')], { ending: { type: 'hang' } }));
    await chat.send('Begin something.');
    await model.reached('reload');
    await chat.answer('This is cut').waitFor();
    await scrollUp(chat, before.toEnd);
    await chat.field.fill(DRAFT);
    const line = await chat.topText();
    assert.match(line, /^Line \d+ of/);
    await reloadWindow(chat.page);

    await chat.frame.getByText(line, { exact: true }).waitFor();
    assert.equal(await chat.field.inputValue(), DRAFT);
    await eventually(
      async () => (await chat.topText()) === line,
      async () => `"${await chat.topText()}" is at the top instead of "${line}"`,
    );
    await runCommand(chat.page, 'Bowline: Focus Chat');
    await chat.field.fill('');
    model.script(answer(text('Here is the rest.')));
    await chat.frame.locator('.jump').click();
    await chat.frame.getByRole('button', { name: 'Continue', exact: true }).click();
    await chat.answer('Here is the rest.').waitFor();
    await chat.idle();
  });

  it('keeps all that when only the page of the chat is reloaded, and the stream goes on into it', async () => {
    const { model } = product;
    model.script(answer([halves('Half of it, ', 'and the other half.', 'page')]));
    await chat.send('One more.');
    await model.reached('page');
    await chat.answer('Half of it,').waitFor();
    await chat.field.fill(DRAFT);
    await runCommand(chat.page, 'Developer: Reload Webviews');
    await chat.answer('Half of it,').waitFor();
    assert.equal(await chat.field.inputValue(), DRAFT);
    // the page is drawn before its height is known
    await eventually(
      async () => (await chat.place()).toEnd < 40,
      async () => `the end of the conversation is ${(await chat.place()).toEnd} px away`,
    );
    model.open('page');
    await chat.answer('Half of it, and the other half.').waitFor();
    await chat.idle();
    await chat.field.fill('');
  });

  it('stops when it is told to, and says so', async () => {
    const { model } = product;
    model.script(answer([halves('I will go on ', 'and on.', 'stop'), gate('never')]));
    await chat.send('Talk for ever.');
    await model.reached('stop');
    await chat.answer('I will go on').waitFor();
    await chat.stopButton.click();
    await chat.frame.locator('.turn-end').last().getByText('Stopped').waitFor();
    await chat.idle();
    assert.equal(await (await model.request(model.requests.length - 1)).over, 'closed');
    assert.equal(await chat.answer('I will go on').count(), 1);
  });

  it('is driven by the keyboard alone: focus, send, approve, send, stop', async () => {
    const { model, page } = product;
    const { keyboard } = page;
    model.script(answer(command('touch keyboard')), answer([halves('Working ', 'on.', 'keys'), gate('never')]));
    await page.locator('.monaco-workbench').press('Escape');
    await keyboard.press('Control+Alt+Shift+B');
    // the page has the focus a moment before its field has
    await eventually(
      async () =>
        await chat.field.evaluate(
          (field) => field.ownerDocument.hasFocus() && field.ownerDocument.activeElement === field,
        ),
    );
    await keyboard.type('Run it');
    await keyboard.press('Shift+Enter');
    await keyboard.type('now');
    assert.equal(await chat.field.inputValue(), 'Run it\nnow');
    await keyboard.press('Enter');
    const dialog = await modalDialog(page);
    assert.match(dialog.detail, /touch keyboard/);
    await keyboard.press('Enter');
    await dialog.box.waitFor({ state: 'detached' });
    await model.reached('keys');
    await chat.command('touch keyboard').waitFor();
    await keyboard.press('Control+Alt+Shift+B');
    await eventually(async () => await chat.field.evaluate((field) => field.ownerDocument.activeElement === field));
    await keyboard.press('Escape');
    await chat.frame.locator('.turn-end').last().getByText('Stopped').waitFor();
  });

  async function scrollUp(of: Chat, pixels: number): Promise<void> {
    const { top } = await of.place();
    await of.frame.locator('.transcript-box').hover();
    await of.page.mouse.wheel(0, -pixels);
    await eventually(async () => (await of.place()).top < top);
    await of.frame.locator('.jump').waitFor();
  }
});
