// Patches: streamed while the model writes them, in each form they come in, and visible when they fail.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { answer, call, command, gate, patch } from '../support/modelScript.ts';
import { outputOf } from '../support/modelRequest.ts';
import { playTurn, startThread, startTurn, story } from '../support/story.ts';
import { transcript, type WireClient } from '../support/wireClient.ts';

function completedItem(client: WireClient): any {
  return client
    .incoming()
    .find(({ method, params }) => method === 'item/completed' && params.item.type === 'fileChange')?.params.item;
}

describe('a patch', () => {
  story('is shown from its first line, and grows hunk by hunk', async (stage, kind) => {
    stage.write('old.txt', 'one\ntwo\nthree\n');
    const parts = [
      '*** Begin Patch\n*** Update File: old.txt\n',
      '@@\n one\n-two\n+TWO\n three\n',
      '*** Add File: new.txt\n+fresh\n',
      '*** End Patch\n',
    ];
    const growing = patch(parts.join(''), { callId: 'p1', deltas: parts });
    stage.model.script(answer(growing, { chunking: 'event' }));
    const client = await stage.open(kind);
    const threadId = await startThread(client, stage);
    await playTurn(client, threadId, 'go');
    const told = transcript(client.lines);
    const begin = told.indexOf('< item/started fileChange inProgress');
    const end = told.indexOf('< item/completed fileChange completed');
    ok(begin > 0 && end > begin);
    ok(told.slice(begin, end).includes('< item/fileChange/patchUpdated'), 'it grew');
    equal(told[end + 1], '< turn/diff/updated');
    const item = completedItem(client);
    deepEqual(
      item.changes.map(({ path, kind: how }: any) => [path, how.type]),
      [
        [`${stage.workspace}/new.txt`, 'add'],
        [`${stage.workspace}/old.txt`, 'update'],
      ],
    );
    equal(item.changes[0].diff, 'fresh\n');
    match(item.changes[1].diff, /^@@ -1,3 \+1,3 @@\n one\n-two\n\+TWO\n three\n/);
    deepEqual([stage.read('old.txt'), stage.read('new.txt')], ['one\nTWO\nthree\n', 'fresh\n']);
    const { params } = client.incoming().findLast(({ method }) => method === 'turn/diff/updated')!;
    match(params.diff, /diff --git a\/new\.txt b\/new\.txt\nnew file mode 100644/);
    match(
      outputOf(await stage.model.request(1), 'p1'),
      /Success\. Updated the following files:\nA new\.txt\nM old\.txt/,
    );
  });

  story('shows its item before the model has written all of it', async (stage, kind) => {
    const half = '*** Begin Patch\n*** Add File: new.txt\n+one\n';
    stage.model.script((request) => {
      void request;
      return answer([patch(half, { callId: 'p1', done: false }), gate('mid')]);
    });
    const client = await stage.open(kind);
    const threadId = await startThread(client, stage);
    const turnId = await startTurn(client, threadId, 'go');
    const { params } = await client.next('item/started', ({ item }) => item.type === 'fileChange');
    equal(params.item.id, 'p1');
    equal(stage.exists('new.txt'), false);
    await client.request('turn/interrupt', { threadId, turnId });
    await client.turnCompleted(threadId);
  });

  const WHOLE = '*** Begin Patch\n*** Add File: new.txt\n+text\n*** End Patch\n';
  for (const [form, part] of [
    ['free text', patch(WHOLE, { callId: 'p1' })],
    ['a function call', call('apply_patch', { input: WHOLE }, { callId: 'p1' })],
    ['a here-document in a command', command(`apply_patch <<'EOF'\n${WHOLE}EOF\n`, {}, { callId: 'p1' })],
  ] as const) {
    story(`comes as ${form}`, async (stage, kind) => {
      stage.model.script(answer(part));
      const client = await stage.open(kind);
      await playTurn(client, await startThread(client, stage), 'go');
      equal(stage.read('new.txt'), 'text\n');
      const item = completedItem(client);
      deepEqual([item.id, item.status, item.changes[0].kind.type], ['p1', 'completed', 'add']);
      equal(
        client.incoming().some(({ params }) => params?.item?.type === 'commandExecution'),
        false,
      );
      match(outputOf(await stage.model.request(1), 'p1'), /Success/);
    });
  }

  story('moves and deletes files', async (stage, kind) => {
    stage.write('a.txt', 'one\n');
    stage.write('b.txt', 'gone\n');
    const moving =
      '*** Begin Patch\n*** Update File: a.txt\n*** Move to: sub/c.txt\n-one\n+two\n*** Delete File: b.txt\n*** End Patch\n';
    stage.model.script(answer(patch(moving)));
    const client = await stage.open(kind);
    await playTurn(client, await startThread(client, stage), 'go');
    deepEqual([stage.exists('a.txt'), stage.exists('b.txt'), stage.read('sub/c.txt')], [false, false, 'two\n']);
    const { changes } = completedItem(client);
    deepEqual(changes[0].kind, { type: 'update', move_path: `${stage.workspace}/sub/c.txt` });
    deepEqual([changes[1].kind.type, changes[1].diff], ['delete', 'gone\n']);
  });

  for (const [why, text] of [
    ['does not fit the file', '*** Begin Patch\n*** Update File: a.txt\n-other\n+two\n*** End Patch\n'],
    ['names a file that is not there', '*** Begin Patch\n*** Update File: missing.txt\n-one\n+two\n*** End Patch\n'],
    ['is no patch', 'please change a.txt'],
    ['ends in its middle', '*** Begin Patch\n*** Add File: b.txt\n+one\n'],
  ] as const) {
    story(`that ${why} is a visible failed item, and touches nothing`, async (stage, kind) => {
      stage.write('a.txt', 'one\n');
      stage.model.script(answer(patch(text, { callId: 'p1' })));
      const client = await stage.open(kind);
      equal((await playTurn(client, await startThread(client, stage), 'go')).params.turn.status, 'completed');
      equal(completedItem(client)?.status, 'failed');
      deepEqual([stage.read('a.txt'), stage.exists('b.txt')], ['one\n', false]);
      match(outputOf(await stage.model.request(1), 'p1'), /^apply_patch failed\. No file was changed\./);
    });
  }

  story('that undoes an earlier one leaves an empty diff', async (stage, kind) => {
    stage.model.script(
      answer(patch('*** Begin Patch\n*** Add File: a.txt\n+one\n*** End Patch\n')),
      answer(patch('*** Begin Patch\n*** Delete File: a.txt\n*** End Patch\n')),
    );
    const client = await stage.open(kind);
    await playTurn(client, await startThread(client, stage), 'go');
    equal(client.incoming().findLast(({ method }) => method === 'turn/diff/updated')?.params.diff, '');
  });
});
