// Requests of threads that are not open here: those of the workspace are opened, those that another process holds are left to it.
import { deepEqual, equal } from 'node:assert/strict';
import { ProtocolError } from '../../../server/protocol/errors.ts';
import { SuspendedRequests, type SuspendedRequest } from '../../../src/approvals/suspended.ts';
import { ThreadStore } from '../../../src/threads/threadStore.ts';
import { approval, FakePort, opened, QUIET } from './fakePort.ts';

const entry = (threadId: string, cwd: string, more: Partial<SuspendedRequest> = {}): SuspendedRequest => ({
  requestId: 0,
  method: 'item/commandExecution/requestApproval',
  threadId,
  threadTitle: `ask ${threadId}`,
  cwd,
  startedAtMs: 1,
  isLoaded: false,
  ...more,
});

describe('suspended requests', () => {
  let fake: FakePort;
  let store: ThreadStore;
  let suspended: SuspendedRequests;
  let listed: SuspendedRequest[];
  let pauses: number;
  /** Threads that another process holds, and for how many attempts. */
  let held: Map<string, number>;

  beforeEach(() => {
    listed = [];
    pauses = 0;
    held = new Map();
    fake = new FakePort({
      'approval/list': () => ({ data: listed }),
      'thread/resume': ({ threadId }) => {
        const id = String(threadId);
        const left = held.get(id) ?? 0;
        if (left === 0) return opened(id);
        held.set(id, left - 1);
        throw new ProtocolError('invalidRequest', 'held', { kind: 'threadHeld' });
      },
      'thread/turns/list': () => ({ data: [], nextCursor: null, backwardsCursor: null }),
    });
    store = new ThreadStore(fake.port, QUIET);
    const pause = async (): Promise<void> => void (pauses += 1);
    suspended = new SuspendedRequests({ server: fake.port, store, folders: () => ['/ws'], log: QUIET, pause });
  });
  afterEach(() => {
    suspended.dispose();
    store.dispose();
  });

  const resumed = (): unknown[] =>
    fake.asked.filter(({ method }) => method === 'thread/resume').map(({ params }) => params);
  const ids = (): string[] => suspended.all().map(({ threadId }) => threadId);

  it('opens the threads of this workspace, each once, and lists the others', async () => {
    listed = [entry('here', '/ws/sub'), entry('here', '/ws/sub', { requestId: 1 }), entry('there', '/other')];
    await suspended.refresh();
    deepEqual(resumed(), [{ threadId: 'here', excludeTurns: true }]);
    deepEqual(ids(), ['there']);
  });

  it('brings the requests along, under their ids', async () => {
    listed = [entry('here', '/ws')];
    fake.answers['thread/resume'] = () => {
      // nobody answers it here
      fake.ask(approval('r1', 'here')).catch(() => undefined);
      return opened('here');
    };
    await suspended.refresh();
    deepEqual(
      store.openRequests().map(({ id }) => id),
      ['r1'],
    );
  });

  it('leaves a thread that another window holds to it, and never takes it over', async () => {
    held.set('here', Number.POSITIVE_INFINITY);
    listed = [entry('here', '/ws')];
    await suspended.refresh();
    deepEqual(resumed(), [{ threadId: 'here', excludeTurns: true }]);
    deepEqual([ids(), pauses], [['here'], 0]);
  });

  it('waits after a start for a former server that still holds the thread', async () => {
    held.set('here', 2);
    listed = [entry('here', '/ws')];
    const done = nextOpening();
    fake.connected.fire();
    await done;
    deepEqual([resumed().length, pauses, ids()], [3, 2, []]);
  });

  it('asks again after a start while a former server still keeps its questions to itself', async () => {
    let asked = 0;
    fake.answers['approval/list'] = () => ({ data: (asked += 1) < 3 ? [] : [entry('here', '/ws')] });
    const done = nextOpening();
    fake.connected.fire();
    await done;
    deepEqual([asked, resumed().length, pauses], [3, 1, 2]);
  });

  it('goes on when a thread cannot be opened, and says nothing is known when the list cannot be had', async () => {
    listed = [entry('bad', '/ws'), entry('good', '/ws', { startedAtMs: 2 })];
    fake.answers['thread/resume'] = ({ threadId }) => {
      if (threadId === 'bad') throw new ProtocolError('invalidRequest', 'gone', { kind: 'threadNotFound' });
      return opened(String(threadId));
    };
    await suspended.refresh();
    deepEqual(ids(), ['bad']);
    fake.answers['approval/list'] = () => {
      throw new ProtocolError('methodNotFound', 'old server');
    };
    await suspended.refresh();
    deepEqual(ids(), ['bad']);
  });

  it('forgets everything with the server', async () => {
    listed = [entry('there', '/other')];
    await suspended.refresh();
    let changes = 0;
    suspended.onDidChange(() => (changes += 1));
    fake.disconnected.fire();
    deepEqual([ids(), changes], [[], 1]);
    equal(resumed().length, 0);
  });

  function nextOpening(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const listening = suspended.onDidChange(() => {
      if (store.get('here') === undefined) return;
      listening.dispose();
      resolve();
    });
    return promise;
  }
});
