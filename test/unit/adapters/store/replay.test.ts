// Replay equals live: what the store reads is what the reducer made of the same notifications, whatever their order.
import { deepEqual } from 'node:assert/strict';
import fc from 'fast-check';
import { diagnose } from '../../../../server/adapters/store/doctor.ts';
import { openThreadStore } from '../../../../server/adapters/store/openThreadStore.ts';
import type { StoreEntry } from '../../../../server/core/thread/threadStore.ts';
import { serverNotifications, type ServerNotification } from '../../../../server/protocol/methods.ts';
import type { ThreadItem } from '../../../../server/protocol/schema/item.ts';
import type { Thread } from '../../../../server/protocol/schema/thread.ts';
import type { Turn } from '../../../../server/protocol/schema/turn.ts';
import { reduceThread } from '../../../../server/protocol/state/threadReducer.ts';
import { threadStateOf, type ThreadState } from '../../../../server/protocol/state/threadState.ts';
import {
  commandItem,
  completedTurn,
  FIRST,
  messageItem,
  ownerOf,
  recordOf,
  Scratch,
  silentLog,
  T0,
  turnOf,
  userItem,
} from './fixture.ts';

const THREAD: Thread = {
  id: 'a',
  sessionId: 'a',
  forkedFromId: null,
  parentThreadId: null,
  preview: '',
  ephemeral: false,
  section: null,
  sectionEnteredAt: null,
  projectId: null,
  historyMode: 'paginated',
  modelProvider: 'demo',
  model: 'demo',
  reasoningEffort: null,
  createdAt: 0,
  updatedAt: 0,
  recencyAt: 0,
  status: { type: 'idle' },
  path: null,
  cwd: '/',
  cliVersion: '0',
  originator: null,
  source: 'vscode',
  threadSource: null,
  agentNickname: null,
  agentRole: null,
  gitInfo: null,
  name: null,
  turns: [],
};

const itemOf = (id: string, text: string, completedAtMs: number | null): ThreadItem => {
  switch (id.charAt(0)) {
    case 'u':
      return { ...userItem(id, text), completedAtMs };
    case 'c':
      return {
        ...commandItem(id, text || null),
        status: completedAtMs === null ? 'inProgress' : 'completed',
        completedAtMs,
      };
    default:
      return messageItem(id, text, completedAtMs);
  }
};

const turnId = fc.constantFrom('t1', 't2', 't3');
const itemId = fc.constantFrom('u1', 'm1', 'm2', 'c1', 'c2');
const threadId = 'a';
const inTurn = { threadId: fc.constant(threadId), turnId };

const notification: fc.Arbitrary<ServerNotification> = fc.oneof(
  turnId.map((id) => ({ method: 'turn/started' as const, params: { threadId, turn: turnOf(id) } })),
  turnId.map((id) => ({ method: 'turn/completed' as const, params: { threadId, turn: completedTurn(id) } })),
  fc.record({ ...inTurn, itemId }).map(({ itemId: id, ...at }) => ({
    method: 'item/started' as const,
    params: { ...at, item: itemOf(id, '', null), startedAtMs: T0 },
  })),
  fc
    .record({ ...inTurn, itemId, delta: fc.string() })
    .map((params) => ({ method: 'item/agentMessage/delta' as const, params })),
  fc
    .record({ ...inTurn, itemId, delta: fc.string() })
    .map((params) => ({ method: 'item/commandExecution/outputDelta' as const, params })),
  fc.record({ ...inTurn, itemId, text: fc.string() }).map(({ itemId: id, text, ...at }) => ({
    method: 'item/completed' as const,
    params: { ...at, item: itemOf(id, text, T0), completedAtMs: T0 },
  })),
  fc.record({ ...inTurn, diff: fc.string() }).map((params) => ({ method: 'turn/diff/updated' as const, params })),
);

const find = (state: ThreadState, turn: string, item: string) =>
  state.turns.find((candidate) => candidate.id === turn)?.items.find((candidate) => candidate.id === item);

/** What `record` hands to the store for a notification: events as they are, open items as the reducer sees them. */
function entriesFor(event: ServerNotification, after: ThreadState): StoreEntry[] {
  const { persistence } = serverNotifications[event.method];
  if (persistence === 'event') return [{ type: 'event', event, atMs: T0 }];
  if (persistence === 'none' || !('turnId' in event.params)) return [];
  const id = 'itemId' in event.params ? event.params.itemId : 'item' in event.params ? event.params.item.id : '';
  const item = find(after, event.params.turnId ?? '', id);
  return item === undefined || item.completedAtMs !== null
    ? []
    : [{ type: 'partial', turnId: event.params.turnId ?? '', item }];
}

/** The server never starts an item again that it has completed, and has no diff of a turn that has not begun. */
function isLawful(state: ThreadState, event: ServerNotification): boolean {
  if (event.method === 'turn/diff/updated') return state.turns.some((turn) => turn.id === event.params.turnId);
  if (event.method !== 'item/started') return true;
  return (find(state, event.params.turnId, event.params.item.id)?.completedAtMs ?? null) === null;
}

const whole = (turns: readonly Turn[]) => turns.map((turn) => ({ ...turn, itemsView: 'full' as const }));

const inOrder = (turns: readonly Turn[]) =>
  whole(turns).map((turn) => ({
    ...turn,
    items: turn.items.filter((item) => item.completedAtMs !== null).sort((a, b) => (a.id < b.id ? -1 : 1)),
  }));

describe('replay', () => {
  it('of the store equals the live state, and so does replay of the stored events', async () => {
    const scratch = new Scratch();
    let run = 0;
    try {
      await fc.assert(
        fc.asyncProperty(fc.array(notification, { maxLength: 60 }), async (notifications) => {
          run += 1;
          const home = `${scratch.home}/${run}`;
          const store = await openThreadStore({ home, clock: scratch.clock, log: silentLog });
          try {
            store.create(recordOf('a'), null);
            store.acquire('a', ownerOf('test'), false);
            let live = threadStateOf(THREAD);
            for (const event of notifications) {
              if (!isLawful(live, event)) continue;
              live = reduceThread(live, event);
              store.append('a', entriesFor(event, live));
            }
            const stored = store.turns('a', FIRST).data;
            deepEqual(stored, whole(live.turns));
            deepEqual(
              store.items('a', null, FIRST).data.map((entry) => entry.item),
              live.turns.flatMap((turn) => turn.items),
            );
            const replayed = store
              .events('a')
              .reduce((state, { event }) => reduceThread(state, event), threadStateOf(THREAD));
            deepEqual(inOrder(replayed.turns), inOrder(stored));
            for (const turn of live.turns)
              deepEqual(store.turnExtras('a', turn.id).diff, live.extras[turn.id]?.diff ?? null);
            const found = await diagnose({ home, clock: scratch.clock, log: silentLog });
            deepEqual(found.type === 'examined' && found.examination.faults, [], 'no fault for the doctor');
          } finally {
            store.close();
          }
        }),
        { numRuns: 60, seed: 20261122 },
      );
    } finally {
      scratch.dispose();
    }
  });
});
