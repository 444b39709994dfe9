// A client that does not read: its turn goes on, it is let go, and the thread is whole for whoever comes next.
import { equal } from 'node:assert/strict';
import { answer, gate, text } from '../support/modelScript.ts';
import { startThread, startTurn, story } from '../support/story.ts';

const LIMITS = { window: 1_000, answers: 100_000, all: 20_000 };

describe('a client that does not read', () => {
  const whole = Array.from({ length: 400 }, (_, n) => `part ${n} ${'x'.repeat(100)};`);

  story(
    'is let go past the bound; the thread goes on and can be resumed',
    async (stage) => {
      stage.model.script(answer([gate('go'), text(whole.join(''), { deltas: whole })]));
      const server = await stage.start('linked', { limits: LIMITS });
      const [deaf, other] = [await server.connect(), await server.connect()];
      await deaf.initialize();
      await other.initialize();
      const threadId = await startThread(deaf, stage);
      await startTurn(deaf, threadId, 'hello');
      await stage.model.reached('go');
      await other.request('thread/resume', { threadId });
      deaf.pause();
      stage.model.open('go');
      await deaf.closed;
      await other.turnCompleted(threadId);
      const late = await server.connect();
      await late.initialize();
      const { thread } = await late.request('thread/resume', { threadId });
      equal(thread.turns[0].status, 'completed');
      equal(thread.turns[0].items.at(-1).text, whole.join(''));
    },
    { kinds: ['linked'] },
  );
});
