// Plan mode in the extension: thread by thread, from the next turn on, with servers that take it at once, later, or never.
import { deepEqual, equal, ok } from 'node:assert/strict';
import { ProtocolError } from '../../../server/protocol/errors.ts';
import type { CollaborationMode } from '../../../server/protocol/schema/common.ts';
import { PlanMode } from '../../../src/plan/planMode.ts';
import { ThreadStore } from '../../../src/threads/threadStore.ts';
import { FakePort, opened, QUIET, turn } from './fakePort.ts';

const BOTH = { data: [{ name: 'Plan', mode: 'plan', model: null, reasoning_effort: 'medium' }] };
const asked = (mode: 'plan' | 'default', model = 'm1'): CollaborationMode => ({
  mode,
  settings: { model, reasoning_effort: null, developer_instructions: null },
});

async function setUp(answers: FakePort['answers'] = {}) {
  const fake = new FakePort({
    'collaborationMode/list': () => BOTH,
    'thread/start': () => opened('a'),
    'thread/resume': ({ threadId }) => opened(String(threadId)),
    'thread/turns/list': () => ({ data: [], nextCursor: null, backwardsCursor: null }),
    ...answers,
  });
  const store = new ThreadStore(fake.port, QUIET);
  const picked = new Map<string, { model: string; effort: string | null }>();
  const models = { overridesFor: (threadId: string) => picked.get(threadId) };
  const plan = new PlanMode({ server: fake.port, store, models, log: QUIET });
  const changed = new Promise<void>((resolve) => plan.onDidChange(resolve));
  fake.connected.fire();
  return { fake, store, plan, picked, changed };
}

const refuse = () => {
  throw new ProtocolError('methodNotFound', 'no such method');
};

describe('plan mode', () => {
  it('is there when the server lists it, and not when the server knows no modes', async () => {
    const { plan, changed } = await setUp();
    equal(plan.isAvailable, false);
    await changed;
    equal(plan.isAvailable, true);
    const without = await setUp({ 'collaborationMode/list': refuse });
    await new Promise((resolve) => setImmediate(resolve));
    equal(without.plan.tell(null).isAvailable, false);
  });

  it('is told to the server at once, with the model and the effort that the thread has', async () => {
    const { fake, store, plan } = await setUp();
    await store.start({});
    await plan.set('a', 'plan');
    deepEqual(fake.asked.at(-1), {
      method: 'thread/settings/update',
      params: { threadId: 'a', collaborationMode: asked('plan') },
    });
    deepEqual([plan.modeOf('a'), plan.modeOf('b'), plan.modeOf(null)], ['plan', 'default', 'default']);
    deepEqual(plan.overridesFor('a'), {}, 'the server has it');
  });

  it('keeps to a model that was picked', async () => {
    const { store, plan, picked } = await setUp({ 'thread/settings/update': refuse });
    await store.start({});
    picked.set('a', { model: 'm9', effort: 'high' });
    await plan.set('a', 'plan');
    deepEqual(plan.overridesFor('a').collaborationMode?.settings, {
      model: 'm9',
      reasoning_effort: 'high',
      developer_instructions: null,
    });
  });

  it('goes along with the next turn when the server cannot take it now', async () => {
    const { store, plan } = await setUp({ 'thread/settings/update': refuse });
    await store.start({});
    await plan.set('a', 'plan');
    deepEqual(plan.overridesFor('a'), { collaborationMode: asked('plan') });
    plan.taken('a', asked('plan'));
    deepEqual([plan.overridesFor('a'), plan.modeOf('a')], [{}, 'plan']);
  });

  it('that was chosen for a new conversation belongs to its thread, and not to the next one', async () => {
    const { store, plan } = await setUp();
    await plan.set(null, 'plan');
    await store.start({});
    plan.adopt('a');
    deepEqual(plan.overridesFor('a'), { collaborationMode: asked('plan') });
    equal(plan.modeOf(null), 'default');
  });

  it('follows what the server says, also of a thread that is opened', async () => {
    const { fake, store, plan } = await setUp({
      'thread/resume': () => ({ ...opened('a'), collaborationMode: asked('plan') }),
    });
    await store.open('a');
    equal(plan.modeOf('a'), 'plan');
    const threadSettings = { collaborationMode: asked('default', 'm2') } as never;
    fake.say({ method: 'thread/settings/updated', params: { threadId: 'a', threadSettings } });
    equal(plan.modeOf('a'), 'default');
    await plan.set('a', 'plan');
    deepEqual(fake.asked.at(-1)?.params, { threadId: 'a', collaborationMode: asked('plan', 'm2') });
  });

  it('says that a running turn keeps the mode it began in', async () => {
    const { fake, store, plan } = await setUp();
    await store.start({});
    const running = turn('t1', { status: 'inProgress' });
    fake.say({ method: 'turn/started', params: { threadId: 'a', turn: running } });
    await plan.set('a', 'plan');
    ok(plan.tell('a').fromNextTurn);
    await plan.set('a', 'default');
    ok(!plan.tell('a').fromNextTurn, 'it is as it was');
    await plan.set('a', 'plan');
    fake.say({ method: 'turn/completed', params: { threadId: 'a', turn: { ...running, status: 'completed' } } });
    ok(!plan.tell('a').fromNextTurn);
  });
});
