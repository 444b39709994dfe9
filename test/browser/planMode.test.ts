// The agent plans: its question is answered in the chat, after a reload of the window too, and its plan is implemented.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { reloadWindow, runCommand, screenshot, waitForNotification } from '../support/browser.ts';
import { answer, call, gate, patch, text } from '../support/modelScript.ts';
import { ownOnly, referenceOnly } from '../support/ownOnly.ts';
import { type Chat, eventually, exists, useProduct } from '../support/product.ts';

const QUESTION = {
  id: 'colour',
  header: 'Colour',
  question: 'Which colour shall the lamp have?',
  options: [
    { label: 'Red (Recommended)', description: 'It is seen from afar.' },
    { label: 'Blue', description: 'It is calm.' },
  ],
};
const ask = (callId: string) => answer(call('request_user_input', { questions: [QUESTION] }, { callId }));
const PLAN = 'The colour decides.\n<proposed_plan>\n# Paint the lamp\n\n1. Write `lamp.txt`\n</proposed_plan>\n';
const PATCH = '*** Begin Patch\n*** Add File: lamp.txt\n+blue\n*** End Patch';

describe('plan mode in a real VS Code', () => {
  const product = useProduct({ files: { 'notes.txt': 'the lamp is dark\n' } });
  let chat: Chat;

  before(async function () {
    this.timeout(120_000);
    chat = await product.open();
  });

  const card = () => chat.frame.locator('.question-card');
  const modeSwitch = () => chat.frame.getByRole('switch', { name: 'Plan mode' });
  const isOn = async () => (await modeSwitch().getAttribute('aria-checked')) === 'true';
  const lastOutput = () => JSON.stringify(product.model.requests.at(-1)?.input.at(-1) ?? '');

  it('is switched on by its command, and a question is answered by keyboard', async () => {
    const { page, model } = product;
    await modeSwitch().waitFor();
    await runCommand(page, 'Bowline: Toggle Plan Mode');
    await eventually(isOn);
    model.script(ask('call_1'), answer(text('Blue it shall be.')));
    await chat.send('Paint the lamp.');
    await card().getByRole('radio', { name: /Blue/ }).waitFor();
    await screenshot(page, 'question');
    await chat.frame.getByRole('button', { name: 'Show', exact: true }).press('Enter');
    await chat.frame.locator('.question-card:focus').waitFor();
    await page.keyboard.press('2');
    await page.keyboard.press('Enter');
    await chat.answer('Blue it shall be.').waitFor();
    assert.match(lastOutput(), /Blue/);
    await chat.frame.locator('.answered').getByText('Blue').waitFor();
    await chat.idle();
  });

  ownOnly('questions outlive the server').it(
    'keeps a question, what was chosen in it, and the mode over a reload of the window',
    async () => {
      const { page, model } = product;
      model.script(ask('call_2'), answer(text(PLAN)));
      await chat.send('And the fog horn?');
      await card().getByRole('radio', { name: /Red/ }).check();
      await reloadWindow(page);
      await product.reopened();
      await card().waitFor();
      await eventually(() => card().getByRole('radio', { name: /Red/ }).isChecked());
      await eventually(isOn);
      await chat.frame.locator('.answered').getByText('Blue').waitFor();
      await card().getByRole('button', { name: 'Answer', exact: true }).click();
      await chat.frame.getByRole('region', { name: 'Proposed plan' }).getByText('Paint the lamp').waitFor();
      assert.match(lastOutput(), /Red/);
      await chat.idle();
    },
  );

  referenceOnly('a question ends with its server').it(
    'keeps what was answered and the mode over a reload, and proposes a plan',
    async () => {
      const { page, model } = product;
      await reloadWindow(page);
      await product.reopened();
      await eventually(isOn);
      await chat.frame.locator('.answered').getByText('Blue').waitFor();
      model.script(answer(text(PLAN)));
      await chat.send('And the plan?');
      await chat.frame.getByRole('region', { name: 'Proposed plan' }).getByText('Paint the lamp').waitFor();
      await chat.idle();
    },
  );

  it('ends with a plan that is implemented in default mode', async () => {
    const { page, model, editor } = product;
    model.script(answer(patch(PATCH)), answer(text('The lamp is painted.')));
    await screenshot(page, 'plan');
    await chat.frame.getByRole('button', { name: 'Implement This Plan' }).click();
    await chat.answer('The lamp is painted.').waitFor();
    assert.equal(await exists(join(editor.workspace, 'lamp.txt')), true);
    assert.equal(await isOn(), false);
    await chat.idle();
  });

  it('points to a question while the chat is out of sight, and is interrupted with it open', async () => {
    const { page, model } = product;
    await modeSwitch().click();
    await eventually(isOn);
    model.script(answer([gate('away'), call('request_user_input', { questions: [QUESTION] }, { callId: 'call_3' })]));
    await chat.send('One more thing.');
    await runCommand(page, 'View: Show Explorer');
    await eventually(async () => !(await chat.field.isVisible()));
    // the extension hears of it a little later: it knows when it has opened a box that was asked for after that
    await runCommand(page, 'Bowline: Search Threads…');
    await page.locator('.quick-input-title').filter({ hasText: 'Bowline: Search Threads' }).waitFor();
    await page.keyboard.press('Escape');
    model.open('away');
    const toast = await waitForNotification(page, 'Which colour shall the lamp have?');
    await toast.getByText('Answer in the Chat').click();
    await chat.frame.locator('.question-card:focus').waitFor();
    await runCommand(page, 'Bowline: Stop Running Turn');
    await card().waitFor({ state: 'detached' });
    await eventually(async () => (await toast.count()) === 0);
    await chat.idle();
  });
});
