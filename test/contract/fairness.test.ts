// One client's flood does not slow another: what counts is the order of the answers, not the time.
import { equal, ok } from 'node:assert/strict';
import { playTurn, startThread, story } from '../support/story.ts';

describe('two clients of one server', () => {
  for (const [what, method] of [
    ['requests about the same thread', 'thread/read'],
    ['requests of the server', 'thread/list'],
  ] as const) {
    story(
      `take turns with ${what}`,
      async (stage, kind) => {
        const server = await stage.start(kind);
        const [flood, other] = [await server.connect(), await server.connect()];
        await flood.initialize();
        await other.initialize();
        const threadId = await startThread(flood, stage);
        await playTurn(flood, threadId, 'hello');
        const params = method === 'thread/read' ? { threadId, includeTurns: true } : {};
        let answered = 0;
        const asked = Array.from({ length: 500 }, async () => {
          equal((await flood.ask(method, params)).error, undefined);
          answered += 1;
        });
        for (let n = 0; n < 10; n += 1) equal((await other.ask(method, params)).error, undefined);
        ok(answered <= 100, `${answered} answers went to the other client before 10 of this one`);
        await Promise.all(asked);
        equal(answered, 500);
      },
      { kinds: ['linked'] },
    );
  }
});
