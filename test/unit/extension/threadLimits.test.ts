// Within which limits threads work: consent to full access, trust in the workspace, and what of both the user is told.
import { deepEqual, equal, ok } from 'node:assert/strict';
import type { SandboxPolicy } from '../../../server/protocol/schema/common.ts';
import { Emitter } from '../../../src/emitter.ts';
import { ModelState } from '../../../src/models/modelState.ts';
import { FullAccess } from '../../../src/sandbox/fullAccess.ts';
import { SandboxState, sandboxWords } from '../../../src/sandbox/sandboxState.ts';
import { ThreadLimits } from '../../../src/sandbox/threadLimits.ts';
import type { Settings } from '../../../src/settings.ts';
import { ThreadStore } from '../../../src/threads/threadStore.ts';
import { RestrictedThreads } from '../../../src/trust/restrictedThreads.ts';
import { WorkspaceTrust } from '../../../src/trust/workspaceTrust.ts';
import { FakePort, opened, QUIET, SETTINGS, turn } from './fakePort.ts';

const FULL = { type: 'dangerFullAccess' } as const;
const WORKSPACE: SandboxPolicy = {
  type: 'workspaceWrite',
  writableRoots: [],
  networkAccess: true,
  excludeTmpdirEnvVar: false,
  excludeSlashTmp: false,
};

interface World {
  settings?: Partial<Settings>;
  config?: Record<string, unknown>;
  isTrusted?: boolean;
  /** What the user says to full access. */
  consents?: boolean;
  /** The sandbox of threads that are opened without another being asked for. */
  stored?: SandboxPolicy;
}

/** The rooms around a server by hand; `asked` counts the questions to the user. */
function setUp({ settings = {}, config = {}, isTrusted = true, consents = false, stored = FULL }: World = {}) {
  const state = { isTrusted, consents, settings: { ...SETTINGS, ...settings }, questions: 0, told: 0, restarts: 0 };
  let allowed = false;
  let kept: readonly string[] = [];
  const fake = new FakePort({
    'thread/start': () => ({ ...opened('new'), sandbox: stored }),
    'thread/resume': ({ threadId, sandbox, approvalPolicy }) => ({
      ...opened(String(threadId)),
      ...(sandbox === undefined ? { sandbox: stored } : { sandbox: policyOf(sandbox), approvalPolicy }),
    }),
    'thread/turns/list': () => ({ data: [], nextCursor: null, backwardsCursor: null }),
    'config/read': () => ({ config, origins: {}, layers: null }),
    'account/read': () => ({ account: null, userId: null, requiresOpenaiAuth: false }),
    'model/list': () => ({ data: [], nextCursor: null }),
    'sandbox/read': () => ({ isAvailable: true, backend: 'bubblewrap', reason: null, remedy: null }),
  });
  const granted = new Emitter<void>();
  const store: ThreadStore = new ThreadStore(fake.port, QUIET, (threadId) => limits.opening(threadId));
  const trust = new WorkspaceTrust({
    isTrusted: () => state.isTrusted,
    onDidGrant: granted.event,
    restricted: new RestrictedThreads({ load: () => kept, save: (ids) => Promise.resolve(void (kept = ids)) }),
    store,
    restart: () => Promise.resolve(void (state.restarts += 1)),
    log: QUIET,
  });
  const access = new FullAccess({
    memory: { load: () => allowed, save: (isAllowed) => Promise.resolve(void (allowed = isAllowed)) },
    ask: () => Promise.resolve(((state.questions += 1), state.consents)),
    tellDeclined: () => void (state.told += 1),
  });
  const models = new ModelState(fake.port, () => state.settings, QUIET);
  const sandbox = new SandboxState(fake.port, QUIET);
  const limits: ThreadLimits = new ThreadLimits({
    settings: () => state.settings,
    folders: () => ['/w'],
    models,
    store,
    trust,
    access,
    sandbox,
  });
  const grant = () => {
    state.isTrusted = true;
    granted.fire();
  };
  const resumed = () =>
    fake.asked.filter(({ method }) => method === 'thread/resume').at(-1)?.params as Record<string, unknown>;
  return { fake, store, limits, access, sandbox, trust, state, grant, resumed, kept: () => kept };
}

function policyOf(mode: unknown): SandboxPolicy {
  if (mode === 'read-only') return { type: 'readOnly', networkAccess: false };
  return mode === 'danger-full-access' ? FULL : WORKSPACE;
}

describe('full access', () => {
  const wanted = { settings: { sandbox: 'danger-full-access' } } as const;

  it('is asked for once per workspace, before the first thread that has it', async () => {
    const { limits, state } = setUp({ ...wanted, consents: true });
    equal((await limits.start({})).sandbox, 'danger-full-access');
    equal((await limits.start({})).sandbox, 'danger-full-access');
    deepEqual([state.questions, state.told], [1, 0]);
  });

  it('gives way to the workspace when it is declined, says so, and does not nag', async () => {
    const { limits, state, access } = setUp(wanted);
    ok(limits.tell(null).hasFullAccess);
    const [one, other] = await Promise.all([limits.start({}), limits.start({})]);
    deepEqual([one.sandbox, other.sandbox], ['workspace-write', 'workspace-write']);
    equal((await limits.start({})).sandbox, 'workspace-write');
    deepEqual([state.questions, state.told], [1, 1]);
    ok(!limits.tell(null).hasFullAccess);
    access.askAgain();
    await limits.start({});
    equal(state.questions, 2);
  });

  it('is asked for when config.toml gives it, which is read first if need be', async () => {
    const { limits, state } = setUp({ config: { sandbox_mode: 'danger-full-access' } });
    equal((await limits.start({})).sandbox, 'workspace-write');
    equal(state.questions, 1);
  });

  it('is asked for before a turn of a stored thread that has it, and taken from that thread on a no', async () => {
    const { limits, store, state } = setUp();
    await store.open('a');
    ok(limits.tell('a').hasFullAccess);
    deepEqual(await limits.turn('a'), { sandboxPolicy: WORKSPACE });
    ok(!limits.tell('a').hasFullAccess);
    deepEqual(await limits.turn('a'), {});
    equal(state.questions, 1);
  });

  it('needs no question where nobody has it', async () => {
    const { limits, store, state } = setUp({ stored: WORKSPACE });
    await store.open('a');
    await limits.start({});
    deepEqual(await limits.turn('a'), {});
    equal(state.questions, 0);
    ok(!limits.tell('a').hasFullAccess);
  });
});

describe('trust in the workspace', () => {
  it('is wanting: threads are started and opened read-only, and the user is told', async () => {
    const { limits, store, resumed, kept, state } = setUp({
      isTrusted: false,
      settings: { sandbox: 'danger-full-access' },
    });
    const params = await limits.start({});
    deepEqual([params.sandbox, params.approvalPolicy], ['read-only', 'untrusted']);
    equal(params.config?.['workspace_trust'], 'untrusted');
    await store.open('a');
    deepEqual([resumed()['sandbox'], resumed()['approvalPolicy']], ['read-only', 'untrusted']);
    deepEqual(kept(), ['a']);
    deepEqual(limits.tell('a'), { sandbox: null, trust: 'restricted', hasFullAccess: false });
    equal(state.questions, 0);
  });

  it('is granted: open threads are opened anew with what a trusted workspace gives', async () => {
    const { limits, store, grant, state, fake, resumed, kept } = setUp({ isTrusted: false });
    await store.open('a');
    grant();
    equal(limits.tell('a').trust, 'lifting');
    equal(state.restarts, 1);
    fake.connected.fire();
    await store.whenReopened();
    deepEqual([resumed()['sandbox'], resumed()['approvalPolicy']], ['workspace-write', 'on-request']);
    equal((resumed()['config'] as Record<string, unknown>)['workspace_trust'], 'trusted');
    deepEqual(kept(), []);
    equal(limits.tell('a').trust, 'trusted');
  });

  it('waits for the running turn before it opens anything anew', async () => {
    const { store, grant, state, fake, limits } = setUp({ isTrusted: false });
    await store.open('a');
    const running = turn('t1', { status: 'inProgress', completedAt: null });
    fake.say({ method: 'turn/started', params: { threadId: 'a', turn: running } });
    grant();
    deepEqual([state.restarts, limits.tell('a').trust], [0, 'lifting']);
    fake.say({ method: 'turn/completed', params: { threadId: 'a', turn: turn('t1') } });
    equal(state.restarts, 1);
  });

  it('is granted with nothing open: nothing is started anew', () => {
    const { grant, state, limits } = setUp({ isTrusted: false });
    grant();
    equal(state.restarts, 0);
    equal(limits.tell(null).trust, 'trusted');
  });

  it('leaves a thread alone that was never restricted', async () => {
    const { store, resumed } = setUp({ stored: WORKSPACE });
    await store.open('a');
    deepEqual(
      ['sandbox', 'approvalPolicy'].map((name) => resumed()[name]),
      [undefined, undefined],
    );
  });

  it('counts for forks too', async () => {
    const { store, fake } = setUp({ isTrusted: false });
    fake.answers['thread/fork'] = () => opened('copy');
    await store.fork({ threadId: 'a' });
    const params = fake.asked.find(({ method }) => method === 'thread/fork')?.params as Record<string, unknown>;
    deepEqual([params['sandbox'], params['approvalPolicy']], ['read-only', 'untrusted']);
  });
});

describe('the state of the sandbox', () => {
  it('is read after each handshake, and not known from a server that cannot say', async () => {
    const { fake, sandbox, limits } = setUp();
    const changed = new Promise<void>((resolve) => void limits.onDidChange(resolve));
    fake.connected.fire();
    await changed;
    await sandbox.refresh();
    equal(limits.tell(null).sandbox?.backend, 'bubblewrap');
    fake.answers['sandbox/read'] = () => {
      throw new Error('no such method');
    };
    await sandbox.refresh();
    equal(sandbox.value, null);
  });

  it('is told in a few words', () => {
    const state = { isAvailable: true, backend: 'bubblewrap', reason: null, remedy: null };
    equal(sandboxWords(state), 'on (bubblewrap)');
    equal(sandboxWords({ ...state, isAvailable: false }), 'off, every command asks');
    equal(sandboxWords(null), 'not known');
  });
});
