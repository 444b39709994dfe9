// The reducer: pure, forgiving, and the same object for a stale event.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ServerNotification, ApprovalRequest } from '../../../server/protocol/methods.ts';
import type { AgentMessageItem, ThreadItem } from '../../../server/protocol/schema/item.ts';
import type { Thread } from '../../../server/protocol/schema/thread.ts';
import type { Turn } from '../../../server/protocol/schema/turn.ts';
import { closeRequest, openRequest } from '../../../server/protocol/state/pendingRequests.ts';
import { openItems, runningTurn, summaryOf, titleOf } from '../../../server/protocol/state/select.ts';
import { reduceThread } from '../../../server/protocol/state/threadReducer.ts';
import { threadStateOf, type ThreadState } from '../../../server/protocol/state/threadState.ts';

const THREAD: Thread = {
  id: 't',
  sessionId: 't',
  forkedFromId: null,
  parentThreadId: null,
  preview: '',
  ephemeral: false,
  section: null,
  sectionEnteredAt: null,
  projectId: null,
  historyMode: 'paginated',
  modelProvider: 'p',
  model: 'm',
  reasoningEffort: null,
  createdAt: 1,
  updatedAt: 1,
  recencyAt: 1,
  status: { type: 'idle' },
  path: null,
  cwd: '/ws',
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

const turn = (id: string, status: Turn['status'] = 'inProgress'): Turn => ({
  id,
  rootTurnId: id,
  items: [],
  itemsView: 'notLoaded',
  status,
  error: null,
  startedAt: 1,
  completedAt: null,
  durationMs: null,
});

const message = (id: string, text: string, completedAtMs: number | null = null): AgentMessageItem => ({
  type: 'agentMessage',
  id,
  text,
  phase: null,
  moderation: null,
  memoryCitation: null,
  delivery: null,
  questions: null,
  startedAtMs: 1,
  completedAtMs,
});

const at = { threadId: 't', turnId: 'u' };
const started = (item: ThreadItem): ServerNotification => ({
  method: 'item/started',
  params: { item, ...at, startedAtMs: 1 },
});
const completed = (item: ThreadItem): ServerNotification => ({
  method: 'item/completed',
  params: { item, ...at, completedAtMs: 2 },
});
const delta = (itemId: string, text: string): ServerNotification => ({
  method: 'item/agentMessage/delta',
  params: { ...at, itemId, delta: text },
});
const begin: ServerNotification = { method: 'turn/started', params: { threadId: 't', turn: turn('u') } };
const fold = (events: readonly ServerNotification[], state: ThreadState = threadStateOf(THREAD)): ThreadState =>
  events.reduce(reduceThread, state);

describe('thread reducer', () => {
  it('grows an open item by its deltas and ends with the completed one', () => {
    const growing = fold([begin, started(message('a', '')), delta('a', 'Hel'), delta('a', 'lo')]);
    assert.equal(runningTurn(growing)?.items[0]?.type, 'agentMessage');
    assert.deepEqual(growing.turns[0]?.items, [message('a', 'Hello')]);
    const done = fold([completed(message('a', 'Hello!', 2))], growing);
    assert.deepEqual(done.turns[0]?.items, [message('a', 'Hello!', 2)]);
    assert.deepEqual(openItems(done.turns[0] ?? turn('none')), []);
  });

  it('returns the same object for what is stale, foreign or unknown', () => {
    const state = fold([begin, completed(message('a', 'done', 2))]);
    const stale: ServerNotification[] = [
      delta('a', 'more'),
      delta('nobody', 'x'),
      { method: 'item/agentMessage/delta', params: { threadId: 'other', turnId: 'u', itemId: 'a', delta: 'x' } },
      { method: 'item/agentMessage/delta', params: { threadId: 't', turnId: 'no such turn', itemId: 'a', delta: 'x' } },
      { method: 'serverRequest/resolved', params: { threadId: 't', requestId: 9 } },
      { method: 'configWarning', params: { summary: 's', details: null } },
      { method: 'thread/unarchived', params: { threadId: 't' } },
    ];
    for (const event of stale) assert.equal(reduceThread(state, event), state, event.method);
  });

  it('keeps the items of a turn when it completes with only a summary', () => {
    const state = fold([
      begin,
      completed(message('a', 'one', 2)),
      completed(message('b', 'two', 2)),
      {
        method: 'turn/completed',
        params: {
          threadId: 't',
          turn: { ...turn('u', 'completed'), items: [message('b', 'two', 2)], itemsView: 'summary' },
        },
      },
    ]);
    assert.equal(state.turns[0]?.status, 'completed');
    assert.equal(state.turns[0]?.items.length, 2);
    assert.equal(runningTurn(state), undefined);
  });

  it('lets go of the turns that were taken back, and of what belongs to them', () => {
    const begun = (id: string): ServerNotification => ({
      method: 'turn/started',
      params: { threadId: 't', turn: turn(id) },
    });
    const diff: ServerNotification = {
      method: 'turn/diff/updated',
      params: { threadId: 't', turnId: 'u3', diff: 'd' },
    };
    const state = fold([begun('u2'), begun('u3'), diff, begun('u4')]);
    const reverted = (beforeTurnId: string | null): ThreadState =>
      fold([{ method: 'thread/reverted', params: { threadId: 't', beforeTurnId } }], state);
    const ids = ({ turns }: ThreadState): string[] => turns.map(({ id }) => id);
    assert.deepEqual(ids(reverted('u3')), ['u2']);
    assert.deepEqual(reverted('u3').extras, {});
    assert.deepEqual(ids(reverted('u1')), [], 'one that is older than those that are known');
    assert.equal(reverted('u5'), state);
    assert.equal(reverted(null), state, 'another server does not say which');
  });

  it('shows a retry until the turn goes on', () => {
    const error = {
      message: 'Reconnecting... 1/5',
      codexErrorInfo: 'other',
      additionalDetails: 'refused',
      misalignment: null,
    };
    const waiting = fold([begin, { method: 'error', params: { error, willRetry: true, ...at } }]);
    assert.equal(waiting.extras.u?.retry?.message, error.message);
    assert.equal(fold([started(message('a', ''))], waiting).extras.u?.retry, null);
  });

  it('opens a request once and closes it once', () => {
    const request: ApprovalRequest = {
      id: 3,
      method: 'item/fileChange/requestApproval',
      params: { ...at, itemId: 'f', startedAtMs: 1 },
    };
    const open = openRequest(threadStateOf(THREAD), request);
    assert.equal(openRequest(open, request), open);
    assert.equal(open.pending.length, 1);
    const closed = fold([{ method: 'serverRequest/resolved', params: { threadId: 't', requestId: 3 } }], open);
    assert.equal(closed.pending.length, 0);
    assert.equal(closeRequest(closed, 3), closed);
  });

  it('never throws and never changes what it was given, whatever arrives in whatever order', () => {
    const ids = fc.constantFrom('a', 'b', 'c');
    const events: fc.Arbitrary<ServerNotification> = fc.oneof(
      ids.map((id) => started(message(id, ''))),
      ids.map((id) => completed(message(id, 'x', 2))),
      fc.tuple(ids, fc.string()).map(([id, text]) => delta(id, text)),
      fc.constant(begin),
      fc.integer().map((summaryIndex): ServerNotification => ({
        method: 'item/reasoning/summaryTextDelta',
        params: { ...at, itemId: 'r', delta: 'x', summaryIndex },
      })),
      fc.constant(
        started({ type: 'reasoning', id: 'r', summary: [], content: [], startedAtMs: 1, completedAtMs: null }),
      ),
    );
    fc.assert(
      fc.property(fc.array(events, { maxLength: 40 }), (list) => {
        let state = threadStateOf(THREAD);
        for (const event of list) {
          const before = structuredClone(state);
          const next = reduceThread(state, event);
          assert.deepEqual(state, before);
          state = next;
        }
      }),
      { seed: 42, numRuns: 300 },
    );
  });

  it('names a thread by its name, else by the first line of its first message', () => {
    assert.equal(titleOf({ name: 'Named', preview: 'x' }, 'New'), 'Named');
    assert.equal(titleOf({ name: null, preview: '  first line\nsecond' }, 'New'), 'first line');
    assert.equal(titleOf({ name: null, preview: ' ' }, 'New'), 'New');
    assert.equal(summaryOf({ ...turn('u'), items: [message('a', '1'), message('b', '2')] }).items.length, 1);
  });
});
