// What is kept beside threads: sections, marks of what was read, attachments, notes about the repository, and the timeline.
import { deepEqual, equal, ok } from 'node:assert/strict';
import { playTurn, startThread, story } from '../support/story.ts';
import type { WireClient } from '../support/wireClient.ts';

const PINNED = '01984de2-8f74-7c91-a3b2-5c5e937cf318';

async function refusal(client: WireClient, method: string, params: object): Promise<[number, string]> {
  const { error } = await client.ask(method, params);
  return [error?.code ?? 0, error?.message ?? ''];
}

describe('beside a thread', () => {
  story(
    'sections are made, renamed and removed, and order the threads in them',
    async (stage, kind) => {
      const client = await stage.open(kind);
      const threads = [await startThread(client, stage), await startThread(client, stage)];
      for (const threadId of threads) await playTurn(client, threadId, 'one');
      const [a, b] = threads as [string, string];
      const { section } = await client.request('threadSection/create', {
        name: '  Work ',
        appearance: { icon: 'star', color: null },
      });
      equal(section.name, 'Work');
      const first = await client.request('threadSection/list', { limit: 1 });
      deepEqual(first.data, [{ id: PINNED, name: 'Pinned', appearance: null }]);
      deepEqual((await client.request('threadSection/list', { cursor: first.nextCursor })).data, [section]);
      const sectionId = section.id;
      const renamed = await client.request('threadSection/update', { sectionId, name: 'Play' });
      deepEqual(renamed.section, { ...section, name: 'Play' });
      for (const threadId of threads) await client.request('thread/section/move', { threadId, sectionId });
      deepEqual((await client.next('thread/section/changed')).params, { threadId: a, sectionId });
      const order = async (): Promise<string[]> => {
        const found = await client.request('thread/list', { sectionId, sortKey: 'section_position' });
        return found.data.map(({ id }: any) => id);
      };
      deepEqual(await order(), [a, b]);
      await client.request('thread/section/move', { threadId: b, sectionId, beforeThreadId: a });
      deepEqual(await order(), [b, a]);
      const page = await client.request('thread/list', { sectionId, sortKey: 'section_position', limit: 1 });
      const next = await client.request('thread/list', {
        sectionId,
        sortKey: 'section_position',
        cursor: page.nextCursor,
      });
      deepEqual([page.data[0].id, next.data[0].id], [b, a]);
      const { thread } = await client.request('thread/read', { threadId: a });
      deepEqual([thread.section.name, typeof thread.sectionEnteredAt], ['Play', 'number']);
      await client.request('thread/section/move', { threadId: a, sectionId: null });
      const loose = await client.request('thread/list', { sectionId: null });
      deepEqual(
        loose.data.map((loosened: any) => [loosened.id, loosened.section]),
        [[a, null]],
      );
      await client.request('threadSection/delete', { sectionId });
      equal((await client.request('thread/list', { sectionId: null })).data.length, 2);
    },
    { kinds: ['linked'] },
  );

  story(
    'wrong moves and sections are refused in the words of the reference',
    async (stage, kind) => {
      const client = await stage.open(kind);
      const threadId = await startThread(client, stage);
      await playTurn(client, threadId, 'one');
      const move = (params: object): Promise<[number, string]> =>
        refusal(client, 'thread/section/move', { threadId, sectionId: PINNED, ...params });
      deepEqual(await move({ sectionId: 'nope' }), [-32600, 'section nope does not exist']);
      deepEqual(await move({ beforeThreadId: threadId }), [-32600, `thread ${threadId} cannot be moved before itself`]);
      deepEqual(await move({ sectionId: null, beforeThreadId: 'x' }), [
        -32600,
        'beforeThreadId requires a non-null sectionId',
      ]);
      deepEqual(await move({ beforeThreadId: 'x' }), [-32600, `before thread x is not in section ${PINNED}`]);
      deepEqual(await move({ threadId: 'nowhere' }), [-32600, 'thread not found: nowhere']);
      const section = (method: string, params: object): Promise<[number, string]> =>
        refusal(client, `threadSection/${method}`, params);
      deepEqual(await section('create', { name: ' ' }), [-32602, 'section name must not be empty']);
      deepEqual(await section('update', { sectionId: 'nope', name: 'x' }), [-32602, 'thread section not found: nope']);
      deepEqual(await section('delete', { sectionId: PINNED }), [
        -32602,
        'the built-in pinned section cannot be deleted',
      ]);
      deepEqual(await refusal(client, 'thread/list', { sortKey: 'section_position' }), [
        -32600,
        'section-position sorting requires a section filter',
      ]);
    },
    { kinds: ['linked'] },
  );

  story(
    'a thread is unread from the turn that ended, until somebody who saw it says otherwise',
    async (stage, kind) => {
      const client = await stage.open(kind);
      const threadId = await startThread(client, stage);
      const turnId = (await playTurn(client, threadId, 'one')).params.turn.id;
      const { params } = await client.next('thread/readState/changed');
      deepEqual(params.readState.firstUnread, { type: 'turn', turnId });
      const { readState } = await client.request('thread/read', { threadId });
      deepEqual(readState, params.readState);
      deepEqual((await client.request('thread/list', {})).readStates, { [threadId]: readState });
      const mark = (type: string, expectedRevision: string): Promise<any> =>
        client.ask('thread/readState/update', { threadId, operation: { type }, expectedRevision });
      const read = (await mark('read', readState.revision)).result.readState;
      equal(read.firstUnread, null);
      deepEqual((await client.next('thread/readState/changed')).params, { threadId, readState: read });
      const late = await mark('read', readState.revision);
      deepEqual([late.error.message, late.error.data.readState], ['read state changed', read]);
      const unread = (await mark('unread', read.revision)).result.readState;
      deepEqual(unread.firstUnread, { type: 'threadStart' });
      await playTurn(client, threadId, 'two');
      const after = (await client.request('thread/read', { threadId })).readState;
      deepEqual([after.firstUnread, after.revision === unread.revision], [{ type: 'threadStart' }, false]);
    },
    { kinds: ['linked'] },
  );

  story(
    'attachments are added once, listed, found by what they are, and removed',
    async (stage, kind) => {
      const client = await stage.open(kind);
      const threadId = await startThread(client, stage);
      await playTurn(client, threadId, 'one');
      const identity = { attachmentType: 'pullRequest', identityKey: 'org/repo#1' };
      const add = (payload: unknown, change: object = {}): Promise<any> =>
        client.ask('thread/attachment/add', { threadId, ...identity, payload, ...change });
      const { result } = await add({ a: 1 });
      equal(result.outcome, 'created');
      const created = (await client.next('thread/attachment/updated')).params;
      deepEqual(created, { threadId, ...identity, attachmentId: result.attachment.id, operation: 'created' });
      const again = (await add({ a: 2 })).result;
      deepEqual(again, { outcome: 'existing', attachment: result.attachment });
      await add(null, { identityKey: 'org/repo#2' });
      const page = await client.request('thread/attachment/list', { threadId, limit: 1 });
      deepEqual(page.data, [result.attachment]);
      equal((await client.request('thread/attachment/list', { threadId, cursor: page.nextCursor })).data.length, 1);
      const owners = await client.request('thread/attachmentOwner/list', identity);
      deepEqual(owners, { data: [{ threadId, archived: false }], nextCursor: null });
      deepEqual((await client.request('thread/attachmentOwner/list', { ...identity, archived: true })).data, []);
      const wrong = async (payload: unknown, change: object): Promise<string> =>
        (await add(payload, change)).error.message;
      equal(await wrong(1, { attachmentType: '' }), 'attachmentType must not be empty');
      equal(await wrong(1, { identityKey: '' }), 'identityKey must not be empty');
      equal(await wrong('x'.repeat(70_000), { identityKey: 'k' }), 'attachment payload must not exceed 65536 bytes');
      equal(await wrong(1, { threadId: 'nowhere' }), 'thread not found: nowhere');
      for (const _ of ['once', 'twice']) await client.request('thread/attachment/remove', { threadId, ...identity });
      equal(
        (await client.next('thread/attachment/updated', (params) => params.operation === 'deleted')).params.threadId,
        threadId,
      );
      equal((await client.request('thread/attachment/list', { threadId })).data.length, 1);
    },
    { kinds: ['linked'] },
  );

  story(
    'the repository can be noted, and is kept',
    async (stage, kind) => {
      const server = await stage.start(kind);
      const client = await server.connect();
      await client.initialize();
      const threadId = await startThread(client, stage);
      const update = (params: object): Promise<[number, string]> =>
        refusal(client, 'thread/metadata/update', { threadId, ...params });
      await playTurn(client, threadId, 'one');
      const gitInfo = { branch: 'main', sha: 'abc' };
      const { thread } = await client.request('thread/metadata/update', { threadId, gitInfo });
      deepEqual(thread.gitInfo, { branch: 'main', sha: 'abc', originUrl: null });
      await client.request('thread/metadata/update', { threadId, gitInfo: { sha: null } });
      deepEqual(await update({}), [-32600, 'thread metadata update must include at least one field']);
      deepEqual(await update({ gitInfo: {} }), [-32600, 'gitInfo must include at least one field']);
      deepEqual(await update({ gitInfo: { branch: '' } }), [-32600, 'gitInfo.branch must not be empty']);
      deepEqual(await update({ projectId: 'p' }), [-32600, 'project not found: p']);
      await server.stop();
      const later = await stage.open(kind);
      const read = await later.request('thread/read', { threadId });
      deepEqual(read.thread.gitInfo, { branch: 'main', sha: null, originUrl: null });
      await later.request('thread/metadata/update', { threadId, gitInfo: { branch: 'side' } });
      equal((await later.request('thread/list', {})).data[0].gitInfo.branch, 'side');
    },
    { kinds: ['linked'] },
  );

  story(
    'the timeline has each item between the ends of its turn, the newest page first',
    async (stage, kind) => {
      const client = await stage.open(kind);
      const threadId = await startThread(client, stage);
      for (const words of ['one', 'two']) await playTurn(client, threadId, words);
      const entries: any[] = [];
      let cursor: string | null = null;
      do {
        const page: any = await client.request('thread/timeline/list', { threadId, cursor, limit: 3 });
        entries.unshift(...page.data);
        cursor = page.nextCursor;
      } while (cursor !== null);
      const turn = ['turnStarted', 'item', 'item', 'turnCompleted'];
      deepEqual(
        entries.map(({ type }) => type),
        [...turn, ...turn],
      );
      ok(entries.every(({ position }, index) => index === 0 || position > entries[index - 1].position));
      const { data } = await client.request('thread/items/list', { threadId });
      deepEqual(
        entries.filter(({ type }) => type === 'item').map(({ turnId, item }) => ({ turnId, item })),
        data.map(({ turnId, item }: any) => ({ turnId, item })),
      );
      equal((await client.ask('thread/timeline/list', { threadId, cursor: 'x' })).error?.code, -32600);
    },
    { kinds: ['linked'] },
  );
});
