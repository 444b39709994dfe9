// The threads that are open in a window: what they hold after every kind of message, and after a restart.
import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { ProtocolError } from '../../../server/protocol/errors.ts';
import { ThreadStore, type RequestResolved, type ThreadChange } from '../../../src/threads/threadStore.ts';
import { approval, FakePort, message, opened, QUIET, turn } from './fakePort.ts';

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
  return { fake, store, changes, resolved };
}

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
      store.all().map(({ thread }) => thread.id),
      ['1', '2', '5', '6', '7', '8'],
    );
  });
});
