// Between page and host: what a page is told, what it may ask, and that nothing overtakes anything.
import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import { ProtocolError } from '../../../server/protocol/errors.ts';
import { READ_ONLY, setUp } from './bridgeScene.ts';
import { approval, opened, turn } from './fakePort.ts';

describe('chat bridge', () => {
  it('gives a page that is ready the status and a snapshot', () => {
    const { bridge, posted } = setUp();
    bridge.receive({ kind: 'ready' });
    deepEqual(
      posted.map(({ kind }) => kind),
      ['status', 'snapshot'],
    );
    const [, message] = posted;
    ok(message?.kind === 'snapshot');
    equal(message.snapshot.thread, null);
    deepEqual(message.snapshot.workspaceFolders, ['/w']);
  });

  it('sends no snapshot before the remembered thread is there', async () => {
    const { bridge, shown, posted, kinds } = setUp('a');
    bridge.receive({ kind: 'ready' });
    deepEqual(kinds(), ['status']);
    await shown.restore();
    const last = posted.at(-1);
    ok(last?.kind === 'snapshot');
    equal(last.snapshot.thread?.thread.id, 'a');
  });

  it('keeps what it is told to say for a page that is out of sight until the next one is ready', async () => {
    const { bridge, shown, kinds } = setUp('a');
    bridge.receive({ kind: 'ready' });
    await shown.restore();
    const before = kinds().length;
    bridge.pageLeft();
    bridge.say({ kind: 'showContext' });
    await shown.show(null);
    equal(kinds().includes('showContext'), false);
    bridge.receive({ kind: 'ready' });
    deepEqual(kinds().slice(before).slice(-3), ['status', 'snapshot', 'showContext']);
  });

  it('gives way to a new conversation when the remembered thread is gone', async () => {
    const { bridge, shown, posted, memory } = setUp('a', {
      'thread/resume': () => {
        throw new ProtocolError('invalidRequest', 'gone');
      },
    });
    bridge.receive({ kind: 'ready' });
    await shown.restore().catch(() => undefined); // told to the user elsewhere
    const last = posted.at(-1);
    ok(last?.kind === 'snapshot' && last.snapshot.thread === null);
    equal(last.snapshot.goneThreadId, 'a');
    equal(memory(), null);
  });

  it('starts a thread with the settings, adopts it, and lets its notifications follow the reply', async () => {
    const { bridge, fake, shown, reply, kinds, posted } = setUp();
    bridge.receive({ kind: 'ready' });
    bridge.receive({ kind: 'request', id: 1, method: 'thread/start', params: {} });
    await reply(1);
    deepEqual(fake.asked.find(({ method }) => method === 'thread/start')?.params, { cwd: '/w', model: 'm9' });
    equal(shown.id, 'new');
    fake.say({ method: 'turn/started', params: { threadId: 'new', turn: turn('t', { status: 'inProgress' }) } });
    bridge.receive({ kind: 'call', id: 2, method: 'copyText', params: { text: 'x' } });
    await reply(2);
    deepEqual(kinds().slice(-4), ['model', 'reply', 'notification', 'reply']);
    equal(posted.filter(({ kind }) => kind === 'snapshot').length, 1);
  });

  it('gathers a burst of deltas, and hands on what came before a reply first', async () => {
    const { bridge, fake, shown, posted, reply } = setUp();
    bridge.receive({ kind: 'ready' });
    await shown.show('a');
    posted.splice(0);
    for (const delta of ['a', 'b', 'c']) {
      fake.say({ method: 'item/agentMessage/delta', params: { threadId: 'a', turnId: 't1', itemId: 'm', delta } });
    }
    fake.say({
      method: 'item/agentMessage/delta',
      params: { threadId: 'other', turnId: 't1', itemId: 'm', delta: 'x' },
    });
    bridge.receive({ kind: 'request', id: 3, method: 'thread/loaded/list', params: {} });
    await reply(3);
    const [first] = posted;
    ok(first?.kind === 'notification' && first.notification.method === 'item/agentMessage/delta');
    equal(first.notification.params.delta, 'abc');
    deepEqual(
      posted.map(({ kind }) => kind),
      ['notification', 'reply'],
    );
  });

  it('shows requests of the shown thread, takes the answer, and discards a late one', async () => {
    const { bridge, fake, shown, posted } = setUp();
    bridge.receive({ kind: 'ready' });
    await shown.show('a');
    const answer = fake.ask(approval(5, 'a'));
    ok(posted.some((message) => message.kind === 'serverRequest' && message.request.id === 5));
    const say = () => bridge.receive({ kind: 'answer', threadId: 'a', requestId: 5, result: { decision: 'accept' } });
    say();
    deepEqual(await answer, { decision: 'accept' });
    say();
    const last = posted.at(-1);
    ok(last?.kind === 'answerDiscarded' && last.requestId === 5);
  });

  it('refuses what does not fit, with the reason, and never throws', async () => {
    const { bridge, reply } = setUp();
    const cases: readonly (readonly [string, string, unknown, RegExp])[] = [
      ['call', 'formatDisk', {}, /no service/],
      ['call', 'showThread', { threadId: 7 }, /does not fit/],
      ['call', 'runCommand', { command: 'workbench.action.quit' }, /does not fit/],
      ['request', 'initialize', {}, /may not send/],
      ['request', 'no/such', {}, /may not send/],
      ['request', 'turn/start', { threadId: 1 }, /do not fit/],
    ];
    for (const [index, [kind, method, params, words]] of cases.entries()) {
      bridge.receive({ kind, id: index, method, params });
      const answer = await reply(index);
      ok(answer.kind === 'reply' && 'error' in answer, method);
      match(answer.error.message, words);
    }
    for (const nonsense of [null, 'x', 7, [], {}, { kind: 'other' }, { kind: 'call', id: 'a', method: 1 }])
      bridge.receive(nonsense);
  });

  it('keeps a refusal of the server as it is', async () => {
    const { bridge, reply } = setUp(null, {
      'thread/list': () => {
        throw new ProtocolError('overloaded', 'later');
      },
    });
    bridge.receive({ kind: 'request', id: 1, method: 'thread/list', params: {} });
    deepEqual(await reply(1), { kind: 'reply', id: 1, error: { code: -32001, message: 'later' } });
  });

  it('sends the model that was picked for a thread with its next turn', async () => {
    const { bridge, fake, models, reply } = setUp();
    models.pickForThread('a', { model: 'm2', effort: 'high' });
    bridge.receive({ kind: 'request', id: 1, method: 'turn/start', params: { threadId: 'a', input: [] } });
    await reply(1);
    deepEqual(fake.asked.at(-1)?.params, { model: 'm2', effort: 'high', threadId: 'a', input: [] });
  });

  it('starts the turn of a new conversation in the mode that was chosen for it, and shows that', async () => {
    const { bridge, fake, posted, plan, reply } = setUp();
    await plan.set(null, 'plan');
    bridge.receive({ kind: 'ready' });
    bridge.receive({ kind: 'request', id: 1, method: 'thread/start', params: {} });
    await reply(1);
    const shown = posted.findLast(({ kind }) => kind === 'mode');
    ok(shown?.kind === 'mode' && shown.mode.mode === 'plan');
    bridge.receive({ kind: 'request', id: 2, method: 'turn/start', params: { threadId: 'new', input: [] } });
    await reply(2);
    const settings = { model: 'm1', reasoning_effort: null, developer_instructions: null };
    deepEqual(fake.asked.at(-1)?.params, {
      collaborationMode: { mode: 'plan', settings },
      threadId: 'new',
      input: [],
    });
    bridge.receive({ kind: 'request', id: 3, method: 'turn/start', params: { threadId: 'new', input: [] } });
    await reply(3);
    deepEqual(fake.asked.at(-1)?.params, { threadId: 'new', input: [] }, 'the server knows it by now');
  });

  it('tells of the limits with each snapshot, and again when they change', async () => {
    const { bridge, shown, posted, kinds, limitsChanged } = setUp();
    bridge.receive({ kind: 'ready' });
    await shown.show('free');
    const snapshot = posted.findLast(({ kind }) => kind === 'snapshot');
    ok(snapshot?.kind === 'snapshot' && snapshot.snapshot.safety.hasFullAccess);
    limitsChanged.fire();
    equal(kinds().at(-1), 'safety');
  });

  it('starts a turn within the limits of its thread', async () => {
    const { bridge, fake, shown, reply } = setUp();
    await shown.show('confined');
    bridge.receive({ kind: 'request', id: 1, method: 'turn/start', params: { threadId: 'confined', input: [] } });
    await reply(1);
    deepEqual(fake.asked.at(-1)?.params, { sandboxPolicy: READ_ONLY, threadId: 'confined', input: [] });
  });

  it('sends no message with a file that is kept from the model and was not agreed to', async () => {
    const { bridge, fake, shown, reply } = setUp();
    await shown.show('a');
    const input = [{ type: 'mention', name: '.env', path: '/w/.env' }];
    const steer = { threadId: 'a', input, expectedTurnId: 't1' };
    bridge.receive({ kind: 'request', id: 1, method: 'turn/start', params: { threadId: 'a', input } });
    bridge.receive({ kind: 'request', id: 2, method: 'turn/steer', params: steer });
    for (const id of [1, 2]) {
      const answer = await reply(id);
      ok(answer.kind === 'reply' && 'error' in answer);
      match(answer.error.message, /kept from the model/);
    }
    ok(!fake.methods().some((method) => method === 'turn/start' || method === 'turn/steer'));
  });

  it('closes the card of a request whose server has gone', async () => {
    const { bridge, fake, shown, posted } = setUp();
    bridge.receive({ kind: 'ready' });
    await shown.show('a');
    const answer = fake.ask(approval(5, 'a'));
    fake.disconnected.fire();
    await rejects(answer, ProtocolError);
    fake.statusChanged.fire({ type: 'stopped', detail: 'gone' });
    const said = posted.find(({ kind }) => kind === 'notification');
    ok(said?.kind === 'notification' && said.notification.method === 'serverRequest/resolved');
    equal(said.notification.params.requestId, 5);
  });

  it('sends a turn after a restart only when its thread is open again', async () => {
    const { bridge, fake, shown, reply } = setUp();
    await shown.show('a');
    fake.connected.fire();
    bridge.receive({ kind: 'request', id: 1, method: 'turn/start', params: { threadId: 'a', input: [] } });
    await reply(1);
    deepEqual(
      fake.methods().filter((method) => /^(?:thread|turn)\//.test(method)),
      ['thread/resume', 'thread/turns/list', 'thread/resume', 'thread/turns/list', 'turn/start'],
    );
  });

  it('does not send a message twice that the ended server had taken', async () => {
    const item = {
      type: 'userMessage' as const,
      id: 'u',
      clientId: 'm1',
      content: [],
      startedAtMs: 1,
      completedAtMs: 1,
    };
    const taken = turn('t1', { status: 'interrupted', items: [item] });
    const { bridge, fake, shown, reply } = setUp(null, {
      'thread/turns/list': () => ({ data: [taken], nextCursor: null, backwardsCursor: null }),
    });
    await shown.show('a');
    const params = { threadId: 'a', input: [], clientUserMessageId: 'm1' };
    bridge.receive({ kind: 'request', id: 1, method: 'turn/start', params });
    deepEqual(await reply(1), { kind: 'reply', id: 1, result: { turn: taken } });
    ok(!fake.methods().includes('turn/start'));
  });

  it('opens a thread that was put away before it sends a turn to it', async () => {
    const { bridge, fake, shown, reply } = setUp();
    bridge.receive({ kind: 'ready' });
    await shown.show('a');
    fake.say({ method: 'thread/closed', params: { threadId: 'a' } });
    equal(shown.id, 'a');
    bridge.receive({ kind: 'request', id: 1, method: 'turn/start', params: { threadId: 'a', input: [] } });
    await reply(1);
    deepEqual(fake.methods().slice(-3), ['thread/resume', 'thread/turns/list', 'turn/start']);
  });

  it('sends nothing to a thread that another process writes and the user does not take over', async () => {
    const { bridge, fake, shown, reply } = setUp(null, {}, () => Promise.resolve());
    await shown.show('a');
    fake.say({ method: 'thread/closed', params: { threadId: 'a' } });
    bridge.receive({ kind: 'request', id: 1, method: 'turn/start', params: { threadId: 'a', input: [] } });
    const answer = await reply(1);
    ok(answer.kind === 'reply' && 'error' in answer);
    match(answer.error.message, /open elsewhere/);
    ok(!fake.methods().includes('turn/start'));
  });

  it('tells the page who writes its thread, and sends nothing to one that another process writes', async () => {
    const owner = { pid: 4711, host: 'h', client: 'bowline-vscode', sinceMs: 1 };
    const { bridge, fake, shown, posted, reply } = setUp(null, {
      'thread/resume': () => opened('a', { lease: owner }),
    });
    bridge.receive({ kind: 'ready' });
    await shown.show('a');
    const snapshot = posted.findLast((message) => message.kind === 'snapshot');
    deepEqual(snapshot?.snapshot.writer, { type: 'elsewhere', owner });
    const params = { threadId: 'a', input: [] };
    bridge.receive({ kind: 'request', id: 1, method: 'turn/start', params });
    bridge.receive({ kind: 'request', id: 2, method: 'turn/steer', params: { ...params, expectedTurnId: 't1' } });
    for (const id of [1, 2]) {
      const answer = await reply(id);
      ok(answer.kind === 'reply' && 'error' in answer);
      match(answer.error.message, /Another window is writing/);
    }
    ok(!fake.methods().some((method) => method.startsWith('turn/')));
    fake.say({
      method: 'thread/status/changed',
      params: { threadId: 'a', status: { type: 'notLoaded' }, lease: null },
    });
    deepEqual(posted.findLast((message) => message.kind === 'writer')?.writer, { type: 'nobody' });
    fake.answers['thread/resume'] = () => opened('a', { lease: null });
    bridge.receive({ kind: 'request', id: 3, method: 'turn/start', params });
    await reply(3);
    deepEqual(fake.methods().slice(-3), ['thread/resume', 'thread/turns/list', 'turn/start']);
  });

  it('keeps drafts by thread, and what was said before the page was up', async () => {
    const { bridge, drafts, posted, reply, kinds } = setUp();
    bridge.say({ kind: 'focusComposer' });
    deepEqual(kinds(), []);
    bridge.receive({
      kind: 'call',
      id: 1,
      method: 'saveDraft',
      params: { threadId: '', draft: { text: 'half', attachments: [] } },
    });
    await reply(1);
    equal(drafts.get(null).text, 'half');
    bridge.receive({ kind: 'ready' });
    const snapshot = posted.find(({ kind }) => kind === 'snapshot');
    ok(snapshot?.kind === 'snapshot' && snapshot.snapshot.draft.text === 'half');
    equal(kinds().at(-1), 'focusComposer');
  });

  it('is silent once it is disposed', () => {
    const { bridge, fake, posted } = setUp();
    bridge.receive({ kind: 'ready' });
    bridge.dispose();
    const before = posted.length;
    fake.statusChanged.fire({ type: 'ready' });
    fake.say({ method: 'warning', params: { message: 'x' } });
    equal(posted.length, before);
  });
});
