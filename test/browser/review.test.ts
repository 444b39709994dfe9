// Code is reviewed: the findings stand in the chat and among the problems of the editor; and a long conversation is compacted.
import { join } from 'node:path';
import { answerQuickInput, runCommand, screenshot, waitForNotification } from '../support/browser.ts';
import { answer, text } from '../support/modelScript.ts';
import { type Chat, useProduct } from '../support/product.ts';

describe('a review in a real VS Code', () => {
  const product = useProduct({ files: { 'sum.ts': 'export const sum = (a: number, b: number) => a - b;\n' } });
  let chat: Chat;

  before(async function () {
    this.timeout(120_000);
    chat = await product.open();
  });

  it('puts its findings into the chat and among the problems, until they are cleared', async () => {
    const { page, model, editor } = product;
    const finding = {
      title: '[P0] The sum is a difference',
      body: 'It subtracts.',
      priority: 0,
      confidence_score: 1,
      code_location: { absolute_file_path: join(editor.workspace, 'sum.ts'), line_range: { start: 1, end: 1 } },
    };
    const overall = { overall_correctness: 'patch is incorrect', overall_confidence_score: 1 };
    const said = { findings: [finding], ...overall, overall_explanation: 'One line is wrong.' };
    model.script(answer(text(JSON.stringify(said))));
    await runCommand(page, 'Bowline: Review Code…');
    await answerQuickInput(page, 'Uncommitted');
    const toast = await waitForNotification(page, 'the review has 1 finding.');
    await chat.frame.getByText('One line is wrong.').first().waitFor();
    await chat.idle();
    await toast.getByText('Show Problems', { exact: true }).click();
    const problem = page.locator('.markers-panel .monaco-list-row').filter({ hasText: 'The sum is a difference' });
    await problem.first().waitFor();
    await screenshot(page, 'review-findings');
    await runCommand(page, 'Bowline: Clear Review Findings');
    await problem.first().waitFor({ state: 'detached' });
  });

  it('leaves a conversation that can be compacted, and that goes on', async () => {
    const { page, model } = product;
    model.script(answer(text('What was said, in short.')), answer(text('It goes on.')));
    await runCommand(page, 'Bowline: Compact Conversation');
    await chat.frame.locator('.row-contextCompaction').waitFor();
    await chat.idle();
    await screenshot(page, 'compacted');
    await chat.send('And now?');
    await chat.answer('It goes on.').waitFor();
  });
});
