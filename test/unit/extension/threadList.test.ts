// The list of threads, its rows, and the deletions that can be undone.
import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import type { Thread } from '../../../server/protocol/schema/thread.ts';
import { PendingDeletes, type PendingDelete } from '../../../src/threads/pendingDeletes.ts';
import { ThreadList } from '../../../src/threads/threadList.ts';
import {
  ageWords,
  contextOf,
  isWithin,
  statusLook,
  threadTitle,
  treeRows,
  type Row,
} from '../../../src/threads/threadRows.ts';
import { FakePort, message, thread, turn } from './fakePort.ts';

const page = (data: readonly Thread[], nextCursor: string | null = null) => ({
  data,
  nextCursor,
  backwardsCursor: null,
});

function setUp(folders: readonly string[] = ['/w']) {
  const fake = new FakePort({
    'thread/list': ({ archived, cwd, cursor }) => {
      if (archived === true) return page([thread('old', { updatedAt: 10 })]);
      if (cwd !== undefined) return page([thread('here', { updatedAt: 50 })]);
      return cursor === null
        ? page([thread('here', { updatedAt: 50 }), thread('there', { cwd: '/other', updatedAt: 90 })], 'next')
        : page([thread('deep', { cwd: '/other', updatedAt: 5 })]);
    },
  });
  const list = new ThreadList(fake.port, () => folders);
  let changes = 0;
  list.onDidChange(() => (changes += 1));
  return { fake, list, changes: () => changes };
}

const ids = (list: ThreadList) => list.all().map(({ id }) => id);

describe('thread list', () => {
  it('reads this workspace, everything and the archive, the latest first', async () => {
    const { list } = setUp();
    ok(!list.isLoaded);
    await list.refresh();
    deepEqual(ids(list), ['there', 'here', 'old']);
    ok(list.isArchived('old'));
    ok(!list.isArchived('here'));
  });

  it('shows nothing at work once the server has gone', async () => {
    const { fake, list } = setUp();
    await list.refresh();
    fake.say({
      method: 'thread/status/changed',
      params: { threadId: 'here', status: { type: 'active', activeFlags: ['waitingOnApproval'] } },
    });
    fake.disconnected.fire();
    equal(list.get('here')?.status.type, 'notLoaded');
  });

  it('reads further pages of a source on demand', async () => {
    const { list } = setUp();
    await list.refresh();
    ok(list.hasMore('all'));
    await list.more('all');
    deepEqual(ids(list), ['there', 'here', 'old', 'deep']);
    ok(!list.hasMore('all'));
  });

  it('does not ask for a workspace’s threads when there is none', async () => {
    const { fake, list } = setUp([]);
    await list.refresh();
    equal(fake.asked.length, 2);
  });

  it('reads once when it is asked twice at the same time', async () => {
    const { fake, list } = setUp();
    await Promise.all([list.refresh(), list.refresh()]);
    equal(fake.asked.length, 3);
  });

  it('keeps what it has when a read fails', async () => {
    const { fake, list } = setUp();
    await list.refresh();
    fake.answers['thread/list'] = () => {
      throw new Error('no');
    };
    await rejects(list.refresh());
    deepEqual(ids(list), ['there', 'here', 'old']);
  });

  it('follows what the server tells everyone', async () => {
    const { fake, list } = setUp();
    await list.refresh();
    fake.say({ method: 'thread/name/updated', params: { threadId: 'here', threadName: 'Named' } });
    fake.say({
      method: 'thread/status/changed',
      params: { threadId: 'here', status: { type: 'active', activeFlags: [] } },
    });
    equal(list.get('here')?.name, 'Named');
    equal(list.get('here')?.status.type, 'active');
    equal(list.get('here')?.lease, undefined);
    fake.say({ method: 'thread/archived', params: { threadId: 'here' } });
    ok(list.isArchived('here'));
    fake.say({ method: 'thread/unarchived', params: { threadId: 'here' } });
    ok(!list.isArchived('here'));
    fake.say({ method: 'thread/deleted', params: { threadId: 'here' } });
    equal(list.get('here'), undefined);
  });

  it('knows who writes a thread, by what other processes and this window’s own server tell', async () => {
    const lease = { pid: 4711, host: 'h', client: 'bowline-vscode', sinceMs: 1 };
    const { fake, list, changes } = setUp();
    await list.refresh();
    const contexts: string[] = [];
    const say = (type: 'idle' | 'notLoaded', told?: typeof lease | null): void => {
      fake.say({ method: 'thread/status/changed', params: { threadId: 'here', status: { type }, lease: told } });
      contexts.push(contextOf(list.get('here') ?? thread('gone'), false));
    };
    say('idle', lease);
    const before = changes();
    say('idle', lease);
    equal(changes(), before, 'nothing new');
    say('notLoaded', null);
    say('idle');
    say('notLoaded');
    say('idle', lease);
    // what this window's server says of a thread that it has just lost does not make it free
    say('notLoaded');
    deepEqual(contexts, [
      'thread.elsewhere',
      'thread.elsewhere',
      'thread',
      'thread.here',
      'thread',
      'thread.elsewhere',
      'thread.elsewhere',
    ]);
    equal(contextOf(thread('a'), false), 'thread', 'a server without leases');
    equal(contextOf(thread('a', { lease }), true), 'thread.archived');
  });

  it('tells only of changes that can be seen', async () => {
    const { fake, list, changes } = setUp();
    await list.refresh();
    const before = changes();
    fake.say({ method: 'thread/status/changed', params: { threadId: 'here', status: { type: 'idle' } } });
    fake.say({ method: 'item/agentMessage/delta', params: { threadId: 'here', turnId: 't', itemId: 'i', delta: 'x' } });
    fake.say({ method: 'thread/status/changed', params: { threadId: 'stranger', status: { type: 'idle' } } });
    equal(changes(), before);
    fake.say({ method: 'thread/status/changed', params: { threadId: 'here', status: { type: 'systemError' } } });
    equal(changes(), before + 1);
  });

  it('lists a new thread as soon as something was said in it, under what was said', async () => {
    const { fake, list, changes } = setUp();
    await list.refresh();
    const before = changes();
    fake.say({ method: 'thread/started', params: { thread: thread('new', { preview: '' }) } });
    equal(changes(), before);
    await list.refresh();
    ok(list.get('new') !== undefined, 'a refresh keeps what is not stored yet');
    fake.say({ method: 'turn/started', params: { threadId: 'new', turn: turn('t', { startedAt: 2_000 }) } });
    const content = [{ type: 'text' as const, text: 'Fix it\nplease', text_elements: [] }];
    const item = { type: 'userMessage' as const, id: 'u', clientId: null, content, completedAtMs: 1 };
    fake.say({ method: 'item/completed', params: { threadId: 'new', turnId: 't', item, completedAtMs: 1 } });
    fake.say({
      method: 'item/completed',
      params: { threadId: 'new', turnId: 't', item: message('m', 'x'), completedAtMs: 1 },
    });
    const made = list.get('new');
    equal(made && threadTitle(made), 'Fix it');
    equal(ids(list)[0], 'new');
  });
});

describe('thread rows', () => {
  const input = {
    threads: [
      thread('a', { cwd: '/w/sub' }),
      thread('b', { cwd: '/other' }),
      thread('c'),
      thread('d', { cwd: '/other' }),
    ],
    isArchived: (id: string) => id === 'd',
    hasMore: () => false,
    folders: ['/w'],
  };
  const shape = (rows: readonly Row[]): unknown[] =>
    rows.map((row) =>
      row.kind === 'thread'
        ? row.thread.id
        : row.kind === 'group'
          ? { [row.id]: shape(row.rows) }
          : `more ${row.source}`,
    );

  it('put this workspace first, then other folders, then the archive', () => {
    deepEqual(shape(treeRows(input)), ['a', 'c', { elsewhere: ['b'] }, { archived: ['d'] }]);
  });

  it('need no groups without a workspace, and leave out empty ones', () => {
    deepEqual(shape(treeRows({ ...input, folders: [], isArchived: () => false })), ['a', 'b', 'c', 'd']);
    deepEqual(treeRows({ ...input, threads: [] }), []);
  });

  it('offer more where there is more', () => {
    deepEqual(shape(treeRows({ ...input, hasMore: (source) => source !== 'archived' })), [
      'a',
      'c',
      'more workspace',
      { elsewhere: ['b', 'more all'] },
      { archived: ['d'] },
    ]);
  });

  it('know which folder holds a path', () => {
    for (const [path, folder, expected] of [
      ['/w', '/w', true],
      ['/w/a', '/w', true],
      ['/wider', '/w', false],
      ['/', '/w', false],
      ['/w/..b', '/w', true],
    ] as const) {
      equal(isWithin(path, folder), expected, `${path} in ${folder}`);
    }
  });

  it('tell the age in words', () => {
    const now = 10_000_000;
    const ages = [0, 59, 60, 3 * 60, 3_600, 5 * 3_600, 86_400, 3 * 86_400, 8 * 86_400].map((age) =>
      ageWords(now - age, now),
    );
    deepEqual(ages, [
      'now',
      'now',
      '1 min ago',
      '3 min ago',
      '1 h ago',
      '5 h ago',
      'yesterday',
      '3 days ago',
      '1970-04-18',
    ]);
    equal(ageWords(now + 100, now), 'now');
  });

  it('show what needs the user first', () => {
    const look = (activeFlags: ('waitingOnApproval' | 'waitingOnUserInput')[]) =>
      statusLook({ type: 'active', activeFlags }).icon;
    deepEqual(
      [look([]), look(['waitingOnApproval']), look(['waitingOnUserInput'])],
      ['loading~spin', 'bell-dot', 'bell-dot'],
    );
    equal(statusLook({ type: 'systemError' }).icon, 'error');
  });
});

describe('pending deletes', () => {
  function build(stored: readonly PendingDelete[] = []) {
    let saved = stored;
    const deleted: string[] = [];
    const failures: unknown[] = [];
    const offers: PromiseWithResolvers<boolean>[] = [];
    let isBroken = false;
    const deletes = new PendingDeletes({
      load: () => stored,
      save: (pending) => Promise.resolve(void (saved = pending)),
      offerUndo: () => {
        const offer = Promise.withResolvers<boolean>();
        offers.push(offer);
        return offer.promise;
      },
      deleteForGood: (id) => (isBroken ? Promise.reject(new Error('locked')) : Promise.resolve(void deleted.push(id))),
      failed: (_pending, error) => failures.push(error),
    });
    return { deletes, deleted, failures, offers, saved: () => saved, breakIt: () => (isBroken = true) };
  }
  const one = { threadId: 'a', title: 'A' };
  const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

  it('hide at once and delete when the offer ends', async () => {
    const { deletes, deleted, offers, saved } = build();
    const done = deletes.add(one);
    ok(deletes.has('a'));
    await settled();
    deepEqual(saved(), [one]);
    deepEqual(deleted, []);
    offers[0]?.resolve(false);
    await done;
    deepEqual(deleted, ['a']);
    deepEqual(saved(), []);
  });

  it('bring the thread back on Undo', async () => {
    const { deletes, deleted, offers } = build();
    const done = deletes.add(one);
    await settled();
    offers[0]?.resolve(true);
    await done;
    deepEqual(deleted, []);
    ok(!deletes.has('a'));
  });

  it('show the thread again when it could not be deleted', async () => {
    const { deletes, failures, offers, breakIt } = build();
    breakIt();
    const done = deletes.add(one);
    await settled();
    offers[0]?.resolve(false);
    await done;
    equal(failures.length, 1);
    ok(!deletes.has('a'));
  });

  it('decide nothing when the window closes, and offer again in the next', async () => {
    const closing = build();
    const closed = closing.deletes.add(one);
    await settled();
    closing.deletes.dispose();
    closing.offers[0]?.resolve(false);
    await closed;
    deepEqual(closing.deleted, []);
    deepEqual(closing.saved(), [one]);

    const next = build([one]);
    ok(next.deletes.has('a'));
    const done = next.deletes.resume();
    await next.deletes.resume();
    equal(next.offers.length, 1);
    next.offers[0]?.resolve(false);
    await done;
    deepEqual(next.deleted, ['a']);
  });
});
