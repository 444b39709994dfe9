// The threads that are open in a window: what they hold after every kind of message, and after a restart.
import { deepEqual, equal, ok, rejects, throws } from 'node:assert/strict';
import { ProtocolError } from '../../../server/protocol/errors.ts';
import type { RequestResolved, ThreadChange } from '../../../src/threads/openedThread.ts';
import { ThreadStore } from '../../../src/threads/threadStore.ts';
import { approval, FakePort, message, opened, QUIET, thread, turn } from './fakePort.ts';

function setUp(answers: FakePort['answers'] = {}) {
  const fake = new FakePort({
    'thread/start': () => opened('a'),
    'thread/fork': () => opened('fork', { forkedFromId: 'a' }),
    'thread/resume': ({ threadId }) => opened(String(threadId)),
    'thread/turns/list': () => ({ data: [turn('t2'), turn('t1')], nextCursor: 'older', backwardsCursor: null }),
    'thread/unsubscribe': () => ({ status: 'unsubscribed' }),
    ...answers,
  });
  const store = new ThreadStore(fake.port, QUIET);
  const changes: ThreadChange[] = [];
  const resolved: RequestResolved[] = [];
  store.onDidChangeThread((change) => changes.push(change));
  store.onDidResolveRequest((request) => resolved.push(request));
  const writers: string[] = [];
  store.onDidChangeWriter(({ threadId, writer }) => writers.push(`${threadId} ${writer.type}`));
  return { fake, store, changes, resolved, writers };
}

const OWNER = { pid: 4711, host: 'here', client: 'bowline-vscode', sinceMs: 1 };

describe('threadStore', () => {
  it('keeps a started thread in step with the notifications', async () => {
    const { fake, store, changes } = setUp();
    await store.start({ cwd: '/w' });
    fake.say({ method: 'turn/started', params: { threadId: 'a', turn: turn('t1', { status: 'inProgress' }) } });
    const item = message('m', '', true);
    fake.say({ method: 'item/started', params: { threadId: 'a', turnId: 't1', item, startedAtMs: 1 } });
    fake.say({ method: 'item/agentMessage/delta', params: { threadId: 'a', turnId: 't1', itemId: 'm', delta: 'Hi' } });
    deepEqual(store.get('a')?.turns[0]?.items, [{ ...item, text: 'Hi' }]);
    deepEqual(
      changes.map(({ notification }) => notification?.method ?? null),
      [null, 'turn/started', 'item/started', 'item/agentMessage/delta'],
    );
  });

  it('ignores threads that are not open here', () => {
    const { fake, store, changes } = setUp();
    fake.say({ method: 'thread/status/changed', params: { threadId: 'x', status: { type: 'idle' } } });
    equal(store.get('x'), undefined);
    deepEqual(changes, []);
  });

  it('opens a thread with its latest turns, oldest first, and knows where older ones are', async () => {
    const { fake, store } = setUp();
    const loaded = await store.open('a');
    deepEqual(
      loaded.state.turns.map(({ id }) => id),
      ['t1', 't2'],
    );
    equal(loaded.olderCursor, 'older');
    await store.open('a');
    deepEqual(fake.methods(), ['thread/resume', 'thread/turns/list']);
  });

  it('opens a thread once, however often it is asked for at the same time', async () => {
    const { fake, store } = setUp();
    await Promise.all([store.open('a'), store.open('a')]);
    deepEqual(fake.methods(), ['thread/resume', 'thread/turns/list']);
  });

  it('loses nothing that is said between the answers of an opening', async () => {
    const page = Promise.withResolvers<unknown>();
    const { fake, store } = setUp({ 'thread/turns/list': () => page.promise });
    const opening = store.open('a');
    await Promise.resolve();
    const running = turn('t3', { status: 'inProgress', items: [message('done', 'one')] });
    const open = message('m', 'So far', true);
    fake.say({ method: 'item/started', params: { threadId: 'a', turnId: 't3', item: open, startedAtMs: 1 } });
    fake.say({
      method: 'item/agentMessage/delta',
      params: { threadId: 'a', turnId: 't3', itemId: 'm', delta: ', so good' },
    });
    page.resolve({ data: [running], nextCursor: null, backwardsCursor: null });
    const { state } = await opening;
    deepEqual(
      state.turns[0]?.items.map((item) => (item.type === 'agentMessage' ? item.text : '')),
      ['one', 'So far, so good'],
    );
  });

  it('stops what runs in a thread, if anything does', async () => {
    const { fake, store } = setUp();
    await store.start({});
    equal(await store.interrupt('a'), false);
    fake.say({ method: 'turn/started', params: { threadId: 'a', turn: turn('t9', { status: 'inProgress' }) } });
    equal(await store.interrupt('a'), true);
    deepEqual(fake.asked.at(-1), { method: 'turn/interrupt', params: { threadId: 'a', turnId: 't9' } });
  });

  it('takes the first answer to a request and discards the second', async () => {
    const { fake, store, resolved } = setUp();
    await store.start({});
    const answer = fake.ask(approval(7, 'a'));
    equal(store.get('a')?.pending.length, 1);
    ok(store.isOpen(7));
    equal(store.answer(7, { decision: 'accept' }), 'accepted');
    equal(store.answer(7, { decision: 'decline' }), 'tooLate');
    deepEqual(await answer, { decision: 'accept' });
    equal(store.get('a')?.pending.length, 0);
    deepEqual(resolved, [{ threadId: 'a', requestId: 7, by: 'answer' }]);
  });

  it('closes a request that another client answered', async () => {
    const { fake, store, resolved } = setUp();
    await store.start({});
    const answer = fake.ask(approval(7, 'a'));
    fake.say({ method: 'serverRequest/resolved', params: { threadId: 'a', requestId: 7 } });
    equal(store.answer(7, { decision: 'accept' }), 'tooLate');
    deepEqual(resolved, [{ threadId: 'a', requestId: 7, by: 'server' }]);
    await rejects(answer, ProtocolError);
  });

  it('answers a request that was sent again under both of its copies', async () => {
    const { fake, store } = setUp();
    await store.start({});
    const opens: unknown[] = [];
    store.onDidOpenRequest(({ request }) => opens.push(request.id));
    const copies = [fake.ask(approval(7, 'a')), fake.ask(approval(7, 'a'))];
    store.answer(7, { decision: 'decline' });
    deepEqual(await Promise.all(copies), [{ decision: 'decline' }, { decision: 'decline' }]);
    deepEqual(opens, [7]);
  });

  it('shows a request that arrives before its thread is open', async () => {
    const { fake, store } = setUp();
    const opening = store.open('a');
    const answer = fake.ask(approval(7, 'a'));
    const opens: unknown[] = [];
    store.onDidOpenRequest(({ request }) => opens.push(request.id));
    const { state } = await opening;
    deepEqual(
      state.pending.map(({ id }) => id),
      [7],
    );
    deepEqual(opens, [7]);
    store.answer(7, { decision: 'accept' });
    await answer;
  });

  it('reads open threads anew after a restart, and drops the requests of the old process', async () => {
    const { fake, store, resolved, changes } = setUp();
    await store.start({});
    const answer = fake.ask(approval(7, 'a'));
    const reloaded = new Promise<void>((resolve) => {
      store.onDidChangeThread(({ state }) => state.turns.length === 2 && resolve());
    });
    fake.disconnected.fire();
    await rejects(answer, ProtocolError);
    equal(store.answer(7, { decision: 'accept' }), 'tooLate');
    fake.connected.fire();
    await reloaded;
    deepEqual(resolved, [{ threadId: 'a', requestId: 7, by: 'disconnect' }]);
    equal(changes.at(-1)?.notification, null);
    equal(store.get('a')?.pending.length, 0);
  });

  it('keeps a thread in sight that another process writes after the restart, with what ran in it cut', async () => {
    const { fake, store } = setUp();
    await store.start({});
    fake.say({ method: 'turn/started', params: { threadId: 'a', turn: turn('t1', { status: 'inProgress' }) } });
    fake.answers['thread/resume'] = () => {
      throw new ProtocolError('invalidRequest', 'held', { kind: 'threadHeld' });
    };
    fake.connected.fire();
    await store.whenReopened();
    equal(store.get('a')?.turns[0]?.status, 'interrupted');
    ok(store.isPutAway('a'));
    deepEqual(store.writer('a'), { type: 'unreachable' });
    throws(() => store.needWriter('a'), /Another window/);
  });

  it('follows a thread that another process writes: its questions are shown, and answered there', async () => {
    const { fake, store, writers } = setUp({ 'thread/resume': () => opened('a', { lease: OWNER }) });
    const { writer } = await store.open('a');
    deepEqual(writer, { type: 'elsewhere', owner: OWNER });
    deepEqual(fake.asked[0]?.params, { threadId: 'a', excludeTurns: true, follow: true });
    const shown: unknown[] = [];
    store.onDidOpenRequest(({ request }) => shown.push(request.id));
    const question = fake.ask(approval(7, 'a'));
    deepEqual(shown, [7]);
    equal(store.get('a')?.pending.length, 1);
    equal(store.isOpen(7), false);
    deepEqual(store.openRequests(), []);
    equal(store.answer(7, { decision: 'accept' }), 'tooLate');
    await store.open('a');
    equal(fake.methods().filter((method) => method === 'thread/resume').length, 1);
    fake.say({ method: 'serverRequest/resolved', params: { threadId: 'a', requestId: 7 } });
    await rejects(question, ProtocolError);
    deepEqual(writers, ['a elsewhere']);
  });

  it('takes a thread over, politely first; what its new owner asks again can be answered, what it does not is gone', async () => {
    const { fake, store, writers } = setUp({ 'thread/resume': () => opened('a', { lease: OWNER }) });
    await store.open('a');
    const old = [fake.ask(approval(7, 'a')), fake.ask(approval(8, 'a'))];
    fake.answers['thread/resume'] = () => {
      throw new ProtocolError('invalidRequest', 'runs', { kind: 'turnInProgress' });
    };
    await rejects(store.open('a', 'takeOver'), /runs/);
    deepEqual(fake.asked.at(-1)?.params, { threadId: 'a', excludeTurns: true, takeover: true, force: false });
    deepEqual([store.writer('a').type, store.get('a')?.pending.length], ['elsewhere', 2]);
    fake.answers['thread/resume'] = () => opened('a', { lease: null });
    fake.answers['thread/turns/list'] = () => {
      old.push(fake.ask(approval(8, 'a')));
      return { data: [], nextCursor: null, backwardsCursor: null };
    };
    await store.open('a', 'takeOverByForce');
    deepEqual(
      store.openRequests().map(({ id }) => id),
      [8],
    );
    equal(store.answer(8, { decision: 'accept' }), 'accepted');
    deepEqual(
      (await Promise.allSettled(old)).map(({ status }) => status),
      ['rejected', 'fulfilled', 'fulfilled'],
    );
    deepEqual(writers, ['a elsewhere', 'a here']);
  });

  it('follows whoever takes a thread, whether the news of that comes before or after it is let go', async () => {
    for (const isKnownAtOnce of [false, true]) {
      const { fake, store, writers } = setUp({
        'thread/read': () => ({ thread: thread('a', { lease: isKnownAtOnce ? OWNER : null }) }),
      });
      await store.open('a');
      const question = fake.ask(approval(7, 'a'));
      fake.answers['thread/resume'] = () => opened('a', { lease: OWNER });
      fake.say({ method: 'thread/closed', params: { threadId: 'a' } });
      await rejects(question, ProtocolError);
      equal(store.isPutAway('a'), true);
      const follows = new Promise<void>((resolve) => {
        store.onDidChangeWriter(({ writer }) => writer.type === 'elsewhere' && resolve());
      });
      const status = { type: 'idle' } as const;
      if (!isKnownAtOnce)
        fake.say({ method: 'thread/status/changed', params: { threadId: 'a', status, lease: OWNER } });
      await follows;
      deepEqual(writers, ['a nobody', 'a elsewhere']);
    }
  });

  it('cuts what ran when the owner is lost, and opens the thread here when it is opened again', async () => {
    const { fake, store, writers } = setUp({ 'thread/resume': () => opened('a', { lease: OWNER }) });
    await store.open('a');
    fake.say({ method: 'turn/started', params: { threadId: 'a', turn: turn('t9', { status: 'inProgress' }) } });
    const gone = { threadId: 'a', status: { type: 'notLoaded' }, lease: null } as const;
    fake.say({ method: 'thread/status/changed', params: gone });
    equal(store.get('a')?.turns.at(-1)?.status, 'interrupted');
    store.needWriter('a');
    fake.answers['thread/resume'] = () => opened('a', { lease: null });
    await store.open('a');
    deepEqual(writers, ['a elsewhere', 'a nobody', 'a here']);
  });

  it('reads a thread anew when the reference server reverts it, or leaves the second turn of a review open', async () => {
    const { fake, store } = setUp();
    const anew = async (turns: unknown[], say: () => void): Promise<string[]> => {
      fake.answers['thread/turns/list'] = () => ({ data: turns, nextCursor: null, backwardsCursor: null });
      const isRead = new Promise<void>((resolve) => {
        store.onDidChangeThread(({ notification, state }) => {
          if (notification === null && state.turns.length === turns.length) resolve();
        });
      });
      say();
      await isRead;
      return (store.get('a')?.turns ?? []).map(({ id, status }) => `${id} ${status}`);
    };
    await store.open('a');
    fake.say({ method: 'thread/reverted', params: { threadId: 'a', beforeTurnId: 't2' } });
    deepEqual(
      store.get('a')?.turns.map(({ id }) => id),
      ['t1'],
    );
    deepEqual(await anew([], () => fake.say({ method: 'thread/reverted', params: { threadId: 'a' } })), []);
    const inProgress = (id: string) => turn(id, { status: 'inProgress' });
    for (const id of ['r', 's']) fake.say({ method: 'turn/started', params: { threadId: 'a', turn: inProgress(id) } });
    fake.say({ method: 'thread/status/changed', params: { threadId: 'a', status: { type: 'idle' } } });
    const left = await anew([turn('s', { status: 'interrupted' })], () =>
      fake.say({ method: 'turn/completed', params: { threadId: 'a', turn: turn('r', { status: 'interrupted' }) } }),
    );
    deepEqual(left, ['s interrupted']);
  });

  it('stops a turn that the server knows by another name, and passes on any other refusal', async () => {
    const { fake, store } = setUp();
    await store.start({});
    fake.say({ method: 'turn/started', params: { threadId: 'a', turn: turn('r', { status: 'inProgress' }) } });
    fake.answers['turn/interrupt'] = ({ turnId }) => {
      if (turnId === 's') return {};
      throw new ProtocolError('invalidRequest', 'expected active turn id r but found s');
    };
    equal(await store.interrupt('a'), true);
    deepEqual(fake.asked.at(-1)?.params, { threadId: 'a', turnId: 's' });
    fake.answers['turn/interrupt'] = () => {
      throw new ProtocolError('invalidRequest', 'no active turn to interrupt');
    };
    await rejects(store.interrupt('a'), /no active turn/);
  });

  it('closes a thread that the restarted server does not know', async () => {
    const { fake, store } = setUp({
      'thread/resume': () => {
        throw new ProtocolError('invalidRequest', 'no such thread');
      },
    });
    await store.start({});
    const closed = new Promise<string>((resolve) => store.onDidCloseThread(({ threadId }) => resolve(threadId)));
    fake.connected.fire();
    equal(await closed, 'a');
    equal(store.get('a'), undefined);
  });

  it('forgets a deleted thread, and opens a fork with its history', async () => {
    const { fake, store } = setUp();
    await store.start({});
    fake.say({ method: 'thread/deleted', params: { threadId: 'a' } });
    equal(store.get('a'), undefined);
    await store.fork({ threadId: 'a', lastTurnId: 't1' });
    equal(store.get('fork')?.turns.length, 2);
    deepEqual(fake.asked[1]?.params, { threadId: 'a', lastTurnId: 't1', excludeTurns: true });
  });

  it('lets go of idle threads beyond a few, never of one that is shown or at work', async () => {
    const { fake, store } = setUp();
    for (const id of ['1', '2', '3', '4', '5', '6', '7', '8']) await store.open(id);
    fake.say({ method: 'turn/started', params: { threadId: '1', turn: turn('r', { status: 'inProgress' }) } });
    await store.trim('2');
    deepEqual(
      store.all().map((state) => state.thread.id),
      ['1', '2', '5', '6', '7', '8'],
    );
  });
});
