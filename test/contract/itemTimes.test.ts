// The times of items and turns: what was told at the start holds at the end, and in the history.
import { deepEqual, equal, ok } from 'node:assert/strict';
import { answer, call, command, patch, reasoning, text } from '../support/modelScript.ts';
import { playTurn, startThread, story } from '../support/story.ts';

describe('the times of an item', () => {
  story('are the same at its start, at its end and in the history', async (stage, kind) => {
    stage.write('a.txt', 'one\n');
    stage.model.script(
      answer([
        reasoning({ summary: ['Thinking'] }),
        command('echo hi', {}, { callId: 'c1' }),
        patch('*** Begin Patch\n*** Add File: b.txt\n+text\n*** End Patch\n', { callId: 'p1' }),
        call('read_file', { path: 'a.txt' }, { callId: 'r1' }),
      ]),
      answer(text('Done.')),
    );
    const client = await stage.open(kind);
    client.whenAsked(() => ({ decision: 'accept' }));
    const threadId = await startThread(client, stage);
    await playTurn(client, threadId, 'go');
    const told = client.incoming();
    const started = told.filter(({ method }) => method === 'item/started').map(({ params }) => params);
    const completed = told.filter(({ method }) => method === 'item/completed').map(({ params }) => params);
    equal(started.length, 6);
    for (const { item, startedAtMs } of started) {
      equal(item.startedAtMs, startedAtMs);
      equal(item.completedAtMs, null);
      const [end, ...more] = completed.filter((params) => params.item.id === item.id);
      deepEqual(more, [], 'completed once');
      equal(end?.item.startedAtMs, startedAtMs, item.type);
      equal(end?.item.completedAtMs, end?.completedAtMs);
      ok(end?.completedAtMs >= startedAtMs);
    }
    const { thread } = await client.request('thread/read', { threadId, includeTurns: true });
    const stored = new Map(thread.turns[0].items.map((item: any) => [item.id, item]));
    for (const { item } of completed) deepEqual(stored.get(item.id), item);
  });
});
