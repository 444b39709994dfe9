// The chat page with messages that wait: in order, changed, removed, paused, many of them, in a narrow panel.
import type { ChatOptions, ChatPage } from './chatPage.ts';
import * as sample from './chatSamples.ts';
import { scene, type Scene } from './chatScene.ts';
import { finishedTurn } from './chatStories.ts';
import { queued, queueDouble, words, type QueueDouble } from './queueDouble.ts';

const IMAGE =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAIAAAACUFjqAAAAEklEQVR4nGNQSjmIBzGMSmNDAEyCpPmIX/QFAAAAAElFTkSuQmCC';

/** Each page gets a queue of its own. */
function eachIts(make: () => QueueDouble): NonNullable<ChatOptions['onRequest']> {
  const doubles = new WeakMap<ChatPage, QueueDouble>();
  return (message, chat) => {
    const double = doubles.get(chat) ?? make();
    doubles.set(chat, double);
    return double.answer(message, chat);
  };
}

const three = () =>
  queueDouble(
    queued('q1', words('Now do the same for the lamp, and keep its public interface as it is.')),
    queued(
      'q2',
      words('Then look at @src/lampGlass.ts: it has the timer too'),
      { type: 'mention', name: 'lampGlass.ts', path: `${sample.FOLDER}/src/lampGlass.ts` },
      { type: 'image', url: IMAGE },
    ),
    queued('q3', words('Write a line about it in the changelog\n\nand bump the version.')),
  );

const items = [sample.user('u2', 'Find out why the beam test is flaky, and mend it.')];
const running = () => sample.snapshot(sample.state([finishedTurn, sample.runningTurn('t2', items)]));
const paused = (status: 'failed' | 'interrupted') => {
  const error = {
    message: 'The model server is overloaded.',
    codexErrorInfo: null,
    additionalDetails: null,
    misalignment: null,
  };
  return sample.snapshot(
    sample.state([sample.turn('t2', { items, status, error: status === 'failed' ? error : null })]),
  );
};
const row = (place: number) => `.queue-row:nth-child(${place})`;

export const queueScenes: Record<string, Scene> = {
  queue: scene(
    { ...running(), draft: { text: 'And when all that is done, run the whole suite', attachments: [] } },
    {
      hasQueue: true,
      onRequest: eachIts(three),
      act: async ({ page }) => {
        await page.locator(row(2)).hover();
      },
    },
  ),
  queueAtRest: scene(running(), {
    hasQueue: true,
    onRequest: eachIts(three),
    act: async ({ page }) => {
      await page.locator(row(3)).waitFor();
    },
  }),
  queueEdit: scene(running(), {
    hasQueue: true,
    onRequest: eachIts(three),
    act: async ({ page }) => {
      await page.locator(`${row(2)} .queue-text`).click();
      await page.locator('.queue-field').waitFor();
    },
  }),
  queueRemoved: scene(running(), {
    hasQueue: true,
    onRequest: eachIts(three),
    act: async ({ page }) => {
      await page.locator(`${row(2)} .queue-text`).press('Delete');
      await page.locator('.queue-undo').waitFor();
    },
  }),
  queuePaused: scene(paused('failed'), {
    hasQueue: true,
    onRequest: eachIts(three),
    act: async ({ page }) => {
      await page.locator(row(3)).waitFor();
    },
  }),
  queueLong: scene(
    { ...paused('interrupted'), followUp: 'queue' },
    {
      hasQueue: true,
      onRequest: eachIts(() =>
        queueDouble(
          ...Array.from({ length: 14 }, (_, index) => queued(`q${index}`, words(`Step ${index + 1} of the plan`))),
        ),
      ),
      size: { width: 250, height: 700 },
      act: async ({ page }) => {
        await page.locator(`${row(3)} .queue-text`).focus();
        await page.keyboard.press('Alt+ArrowDown');
        await page.locator(`${row(4)} .queue-text:focus`).waitFor();
      },
    },
  ),
};
