// Whose change it was: what each command of a turn did is the agent's, what the user did meanwhile is not.
import { deepEqual, equal, match } from 'node:assert/strict';
import { join } from 'node:path';
import { FULL_ACCESS } from '../support/checkpointStory.ts';
import { answer, command, gate, text } from '../support/modelScript.ts';
import { startThread, startTurn, story, type Stage } from '../support/story.ts';
import type { WireClient } from '../support/wireClient.ts';

const LINKED = { kinds: ['linked'] } as const;

async function changed(client: WireClient, threadId: string, turnId: string, stage: Stage): Promise<string[]> {
  const { files } = await client.request('checkpoint/preview', { threadId, turnId });
  return files.map(({ path }: any) => path.slice(stage.workspace.length + 1));
}

describe('the changes of a turn', () => {
  story(
    'are those of all calls of one response, also of one that ended before the next began',
    async (stage, kind) => {
      const second = command('echo b > b.txt', {}, { callId: 'second' });
      stage.model.script(
        answer([command('echo a > a.txt', {}, { callId: 'first' }), gate('first has ended'), second]),
        answer(text('done')),
      );
      const client = await stage.open(kind);
      const threadId = await startThread(client, stage, FULL_ACCESS);
      const turnId = await startTurn(client, threadId, 'go');
      await client.next('item/completed', ({ item }) => item.id === 'first');
      stage.model.open('first has ended');
      await client.turnCompleted(threadId);
      deepEqual(await changed(client, threadId, turnId, stage), ['a.txt', 'b.txt']);
    },
    LINKED,
  );

  story(
    'are not what the user writes while the model speaks',
    async (stage, kind) => {
      stage.write('mine.txt', 'old\n');
      stage.model.script(
        answer(command('echo a > a.txt')),
        answer([text('One moment', { done: false }), gate('mid'), text('.')]),
      );
      const client = await stage.open(kind);
      const threadId = await startThread(client, stage, FULL_ACCESS);
      const turnId = await startTurn(client, threadId, 'go');
      await stage.model.reached('mid');
      await client.next('turn/diff/updated');
      stage.write('mine.txt', 'new\n');
      stage.model.open('mid');
      await client.turnCompleted(threadId);
      deepEqual(await changed(client, threadId, turnId, stage), ['a.txt']);
      await client.request('checkpoint/restore', { threadId, turnId });
      deepEqual([stage.exists('a.txt'), stage.read('mine.txt')], [false, 'new\n']);
    },
    LINKED,
  );

  story(
    'may go on in the background: then it is said that they are not all known',
    async (stage, kind) => {
      const pipe = join(stage.workspace, 'pipe');
      stage.makePipe('pipe');
      stage.model.script(
        answer(command(`echo a > a.txt; cat pipe > later.txt`, { yield_time_ms: 250 })),
        answer(text('It goes on.')),
      );
      const client = await stage.open(kind);
      const threadId = await startThread(client, stage, FULL_ACCESS);
      const turnId = await startTurn(client, threadId, 'go');
      await client.turnCompleted(threadId);
      const { limitations } = await client.request('checkpoint/preview', { threadId, turnId });
      equal(limitations.length, 1);
      match(limitations[0], /went on in the background/);
      const { data } = await client.request('thread/backgroundTerminals/list', { threadId });
      equal(data.length, 1, pipe);
      await client.request('thread/backgroundTerminals/clean', { threadId });
    },
    LINKED,
  );
});
