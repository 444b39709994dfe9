// Threads: started, listed, read, resumed, named, archived, deleted, left.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { answer, gate, text } from '../support/modelScript.ts';
import { playTurn, startThread, startTurn, story } from '../support/story.ts';
import { transcript, type WireClient } from '../support/wireClient.ts';

const NOWHERE = '01a2b3c4-0000-7000-8000-000000000000';

async function ids(client: WireClient, params: object = {}): Promise<string[]> {
  const { data } = await client.request('thread/list', params);
  return data.map((thread: any) => thread.id);
}

describe('a new thread', () => {
  story('tells its settings; nothing is listed before its first turn', async (stage, kind) => {
    stage.write('AGENTS.md', 'Be kind.');
    const client = await stage.open(kind);
    const asked = { cwd: stage.workspace, model: 'm-1', approvalPolicy: 'untrusted', sandbox: 'read-only' } as const;
    const result = await client.request('thread/start', asked);
    deepEqual([result.model, result.modelProvider, result.approvalPolicy], ['m-1', 'scripted', 'untrusted']);
    deepEqual(result.sandbox, { type: 'readOnly', networkAccess: false });
    deepEqual(result.instructionSources, [`${stage.workspace}/AGENTS.md`]);
    const { thread } = result;
    deepEqual([thread.cwd, thread.path, thread.preview, thread.status.type], [stage.workspace, null, '', 'idle']);
    match(thread.id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-/);
    equal((await client.next('thread/started')).params.thread.id, thread.id);
    deepEqual(await ids(client), []);
    deepEqual((await client.request('thread/loaded/list', {})).data, [thread.id]);
    const read = await client.request('thread/read', { threadId: thread.id, includeTurns: true });
    deepEqual(read.thread.turns, []);
    await playTurn(client, thread.id, 'hello world');
    deepEqual(await ids(client), [thread.id]);
    equal((await client.request('thread/read', { threadId: thread.id })).thread.preview, 'hello world');
  });

  story('can be ephemeral: it runs, and leaves nothing', async (stage, kind) => {
    const client = await stage.open(kind);
    const threadId = await startThread(client, stage, { ephemeral: true });
    equal((await playTurn(client, threadId, 'hi')).params.turn.status, 'completed');
    deepEqual(await ids(client), []);
    match(
      (await client.ask('thread/read', { threadId, includeTurns: true })).error?.message ?? '',
      /^ephemeral threads/,
    );
    match((await client.ask('thread/turns/list', { threadId })).error?.message ?? '', /^ephemeral threads/);
  });
});

describe('the list of threads', () => {
  story('is paged, newest first, searched and filtered', async (stage, kind) => {
    const client = await stage.open(kind);
    const made: string[] = [];
    for (const words of ['alpha', 'beta', 'gamma']) {
      const threadId = await startThread(client, stage, words === 'beta' ? { cwd: stage.home } : {});
      await playTurn(client, threadId, words);
      made.unshift(threadId);
    }
    deepEqual(await ids(client), made);
    deepEqual(await ids(client, { sortDirection: 'asc' }), made.toReversed());
    deepEqual(await ids(client, { searchTerm: 'alph' }), [made[2]]);
    deepEqual(await ids(client, { cwd: stage.home }), [made[1]]);
    deepEqual(await ids(client, { excludedThreadIds: [made[0]!] }), made.slice(1));
    deepEqual(await ids(client, { modelProviders: ['other'] }), []);
    const first = await client.request('thread/list', { limit: 2 });
    equal(first.data.length, 2);
    const rest = await client.request('thread/list', { limit: 2, cursor: first.nextCursor });
    deepEqual([rest.data.map((thread: any) => thread.id), rest.nextCursor], [[made[2]], null]);
    const wrong = await client.ask('thread/list', { cursor: 'garbage' });
    deepEqual([wrong.error?.code, wrong.error?.message], [-32600, 'invalid cursor: garbage']);
    equal((await client.ask('thread/list', { limit: -1 })).error?.code, -32602);
  });
});

describe('the history of a thread', () => {
  story('reads the same in all three ways, page by page', async (stage, kind) => {
    const client = await stage.open(kind);
    const threadId = await startThread(client, stage);
    for (const words of ['one', 'two', 'three']) await playTurn(client, threadId, words);
    const { thread } = await client.request('thread/read', { threadId, includeTurns: true });
    equal(thread.turns.length, 3);
    const turns: any[] = [];
    for (let cursor: string | null = null; ;) {
      const page: any = await client.request('thread/turns/list', {
        threadId,
        limit: 2,
        cursor,
        itemsView: 'full',
        sortDirection: 'asc',
      });
      turns.push(...page.data);
      cursor = page.nextCursor;
      if (cursor === null) break;
    }
    deepEqual(turns, thread.turns);
    const items: any[] = [];
    for (let cursor: string | null = null; ;) {
      const page: any = await client.request('thread/items/list', { threadId, limit: 4, cursor });
      items.push(...page.data);
      cursor = page.nextCursor;
      if (cursor === null) break;
    }
    deepEqual(
      items.map(({ item }) => item),
      turns.flatMap((turn) => turn.items),
    );
    deepEqual(
      items.map(({ turnId }) => turnId),
      turns.flatMap((turn) => turn.items.map(() => turn.id)),
    );
    const live = client.incoming().filter(({ method }) => method === 'item/completed');
    deepEqual(
      live.map(({ params }) => params.item),
      items.map(({ item }) => item),
      'what was seen is what is stored',
    );
    const summary = await client.request('thread/turns/list', { threadId });
    deepEqual(
      summary.data.map((turn: any) => turn.id),
      turns.map((turn) => turn.id).toReversed(),
    );
    equal(summary.data[0].itemsView, 'summary');
    const one = await client.request('thread/items/list', { threadId, turnId: turns[1].id });
    deepEqual(
      one.data.map(({ item }: any) => item),
      turns[1].items,
    );
    const bare = await client.request('thread/turns/list', { threadId, itemsView: 'notLoaded' });
    deepEqual(bare.data[0].items, []);
    for (const method of ['thread/read', 'thread/turns/list', 'thread/items/list'])
      equal((await client.ask(method, { threadId: NOWHERE })).error?.message, `thread not loaded: ${NOWHERE}`);
  });
});

describe('the list of loaded threads', () => {
  story(
    'is paged by their ids; a limit of nothing is one, and what is no id is no cursor',
    async (stage, kind) => {
      const client = await stage.open(kind);
      const made = [await startThread(client, stage), await startThread(client, stage)].toSorted();
      const list = async (params: object): Promise<unknown> => await client.request('thread/loaded/list', params);
      deepEqual(await list({}), { data: made, nextCursor: null });
      deepEqual(await list({ limit: 1 }), { data: [made[0]], nextCursor: made[0] });
      deepEqual(await list({ limit: 0 }), { data: [made[0]], nextCursor: made[0] });
      deepEqual(await list({ limit: 0, cursor: made[0] }), { data: [made[1]], nextCursor: null });
      deepEqual(await list({ cursor: made[1] }), { data: [], nextCursor: null });
      const { error } = await client.ask('thread/loaded/list', { cursor: 'garbage' });
      deepEqual([error?.code, error?.message], [-32600, 'invalid cursor: garbage']);
    },
    { kinds: ['linked'] },
  );
});

describe('resuming', () => {
  story(
    'brings a page of turns along, as the list of turns gives it',
    async (stage, kind) => {
      const client = await stage.open(kind);
      const threadId = await startThread(client, stage, { threadSource: 'experiment' });
      for (const words of ['one', 'two']) await playTurn(client, threadId, words);
      for (const page of [
        {},
        { limit: 1, itemsView: 'full' },
        { limit: 0, sortDirection: 'asc', itemsView: 'notLoaded' },
      ] as const) {
        const resumed = await client.request('thread/resume', {
          threadId,
          excludeTurns: true,
          initialTurnsPage: page,
        });
        deepEqual(resumed.thread.turns, []);
        equal(resumed.thread.threadSource, 'experiment');
        deepEqual(resumed.initialTurnsPage, await client.request('thread/turns/list', { threadId, ...page }));
      }
      equal((await client.request('thread/resume', { threadId })).initialTurnsPage, null);
    },
    { kinds: ['linked'] },
  );

  story('a thread of an earlier process: history, settings and tokens are back', async (stage, kind) => {
    const server = await stage.start(kind);
    const before = await server.connect();
    await before.initialize();
    const threadId = await startThread(before, stage, {
      model: 'm-1',
      approvalPolicy: 'never',
      developerInstructions: 'Short.',
    });
    await playTurn(before, threadId, 'remember me');
    const { thread: stored } = await before.request('thread/read', { threadId, includeTurns: true });
    await server.stop();

    const client = await stage.open(kind);
    deepEqual((await client.request('thread/loaded/list', {})).data, []);
    const from = client.lines.length;
    const result = await client.request('thread/resume', { threadId });
    equal((await client.next('thread/tokenUsage/updated')).params.turnId, stored.turns[0].id);
    await client.next('thread/goal/cleared');
    deepEqual(transcript(client.lines.slice(from)), [
      '> thread/resume',
      '< thread/status/changed idle',
      '< result thread/resume',
      '< thread/goal/cleared',
    ]);
    deepEqual(result.thread.turns, stored.turns);
    deepEqual([result.model, result.approvalPolicy], ['m-1', 'never']);
    await playTurn(client, threadId, 'and now');
    const told = JSON.stringify((await stage.model.request(1)).input);
    ok(told.includes('remember me') && told.includes('Short.'));
    const usage = client.incoming().findLast(({ method }) => method === 'thread/tokenUsage/updated');
    equal(usage?.params.tokenUsage.total.totalTokens, 240);
  });

  story('takes overrides for a thread that is not loaded, and only joins one that is', async (stage, kind) => {
    const first = await stage.start(kind);
    const before = await first.connect();
    await before.initialize();
    const threadId = await startThread(before, stage);
    await playTurn(before, threadId, 'hi');
    await first.stop();
    const client = await stage.open(kind);
    equal((await client.request('thread/resume', { threadId, model: 'm-2' })).model, 'm-2');
    const joined = await client.request('thread/resume', { threadId, model: 'm-3', excludeTurns: true });
    deepEqual([joined.model, joined.thread.turns], ['m-2', []]);
    const unknown = await client.ask('thread/resume', { threadId: NOWHERE });
    equal(unknown.error?.message, `no rollout found for thread id ${NOWHERE}`);
  });

  story('a running turn: the text so far first, then the rest', async (stage, kind) => {
    stage.model.script(answer([text('So far', { id: 'msg_1', done: false, deltas: ['So ', 'far'] }), gate('mid')]));
    const client = await stage.open(kind);
    const threadId = await startThread(client, stage);
    const turnId = await startTurn(client, threadId, 'go');
    await client.next('item/agentMessage/delta', ({ delta }) => delta === 'far');
    await client.request('thread/unsubscribe', { threadId });
    const { thread } = await client.request('thread/resume', { threadId });
    equal(thread.status.type, 'active');
    equal(thread.turns[0].status, 'inProgress');
    const { params } = await client.next('item/started', ({ item }) => item.id === 'msg_1');
    deepEqual([params.item.text, params.turnId], ['So far', turnId]);
    await client.request('turn/interrupt', { threadId, turnId });
    await client.turnCompleted(threadId);
  });
});

describe('the name of a thread', () => {
  story('is trimmed, told to everyone, and kept', async (stage, kind) => {
    const server = await stage.start(kind);
    const before = await server.connect();
    await before.initialize();
    const threadId = await startThread(before, stage);
    await before.request('thread/name/set', { threadId, name: '  My thread ' });
    equal((await before.next('thread/name/updated')).params.threadName, 'My thread');
    equal(
      (await before.ask('thread/name/set', { threadId, name: ' ' })).error?.message,
      'thread name must not be empty',
    );
    await playTurn(before, threadId, 'hi');
    await server.stop();
    const client = await stage.open(kind);
    equal((await client.request('thread/list', { searchTerm: 'My thr' })).data[0].name, 'My thread');
    await client.request('thread/name/set', { threadId, name: 'Other' });
    equal((await client.request('thread/read', { threadId })).thread.name, 'Other');
  });
});

describe('archiving and deleting', () => {
  story('archive hides a thread, unarchive brings it back', async (stage, kind) => {
    const client = await stage.open(kind);
    const threadId = await startThread(client, stage);
    await playTurn(client, threadId, 'hi');
    const from = client.lines.length;
    await client.request('thread/archive', { threadId });
    await client.next('thread/archived');
    deepEqual(transcript(client.lines.slice(from)), [
      '> thread/archive',
      '< thread/status/changed notLoaded',
      '< result thread/archive',
      '< thread/archived',
    ]);
    deepEqual([await ids(client), await ids(client, { archived: true })], [[], [threadId]]);
    equal((await client.ask('thread/resume', { threadId })).error?.data.kind, 'threadArchived');
    equal((await client.request('thread/read', { threadId, includeTurns: true })).thread.turns.length, 1);
    equal((await client.request('thread/unarchive', { threadId })).thread.id, threadId);
    await client.next('thread/unarchived');
    deepEqual(await ids(client), [threadId]);
    const again = await client.ask('thread/unarchive', { threadId });
    equal(again.error?.message, `no archived rollout found for thread id ${threadId}`);
    equal(
      (await client.ask('thread/archive', { threadId: NOWHERE })).error?.message,
      `no rollout found for thread id ${NOWHERE}`,
    );
  });

  story('delete ends a running turn first', async (stage, kind) => {
    stage.model.script(answer([gate('mid'), text('x')]));
    const client = await stage.open(kind);
    const threadId = await startThread(client, stage);
    await startTurn(client, threadId, 'hi');
    await stage.model.reached('mid');
    const from = client.lines.length;
    await client.request('thread/delete', { threadId });
    await client.next('thread/deleted');
    deepEqual(transcript(client.lines.slice(from)), [
      '> thread/delete',
      '< thread/status/changed idle',
      '< turn/completed interrupted',
      '< thread/status/changed notLoaded',
      '< result thread/delete',
      '< thread/deleted',
    ]);
    equal((await client.ask('thread/read', { threadId })).error?.code, -32600);
    equal(
      (await client.ask('thread/delete', { threadId })).error?.message,
      `no rollout found for thread id ${threadId}`,
    );
  });

  story('a thread without a turn can be archived and deleted', async (stage, kind) => {
    const client = await stage.open(kind);
    await client.request('thread/archive', { threadId: await startThread(client, stage) });
    await client.request('thread/delete', { threadId: await startThread(client, stage) });
  });
});

describe('leaving a thread', () => {
  story('ends turn and item notifications; the turn runs on', async (stage, kind) => {
    const client = await stage.open(kind);
    const threadId = await startThread(client, stage);
    equal((await client.request('thread/unsubscribe', { threadId })).status, 'unsubscribed');
    equal((await client.request('thread/unsubscribe', { threadId })).status, 'notSubscribed');
    equal((await client.request('thread/unsubscribe', { threadId: NOWHERE })).status, 'notLoaded');
    const from = client.lines.length;
    await startTurn(client, threadId, 'hi');
    await client.next('thread/status/changed', ({ status }) => status.type === 'idle');
    equal(
      client.incoming(from).some(({ method }) => /^(turn|item)\//.test(method)),
      false,
    );
    equal((await client.request('thread/read', { threadId, includeTurns: true })).thread.turns[0].status, 'completed');
  });
});
