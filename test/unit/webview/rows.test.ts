// Rows and activity: what a thread's state looks like in the transcript and in the status line.
import assert from 'node:assert/strict';
import type { ApprovalRequest } from '../../../server/protocol/methods.ts';
import { openRequest } from '../../../server/protocol/state/pendingRequests.ts';
import { reduceThread } from '../../../server/protocol/state/threadReducer.ts';
import type { ThreadState } from '../../../server/protocol/state/threadState.ts';
import { WRITER_HERE } from '../../../server/protocol/threadWriter.ts';
import { activityOf } from '../../../webview-ui/session/activity.ts';
import { choicesOf } from '../../../webview-ui/session/choices.ts';
import { rowsOf } from '../../../webview-ui/session/rows.ts';
import * as sample from '../../support/chatSamples.ts';

const threadId = sample.THREAD_ID;
const rowsIn = (state: ThreadState) => rowsOf({ state, hasOlder: false, outgoing: [] });
const shown = (state: ThreadState) => rowsIn(state).map((row) => (row.type === 'item' ? row.item.type : row.type));

const request: ApprovalRequest = {
  id: 1,
  method: 'item/fileChange/requestApproval',
  params: { threadId, turnId: 't1', itemId: 'p1', startedAtMs: 0 },
};

const patch = (status: 'completed' | 'declined' | 'inProgress') =>
  sample.patch('p1', [sample.update('a.ts', '@@ -1 +1 @@\n-a\n+b\n')], {
    status,
    ...(status === 'inProgress' && sample.open),
  });

describe('rows of the transcript', () => {
  it('close a finished turn with its changes and its end, and a running one with neither', () => {
    const items = [sample.user('u1', 'x'), patch('completed'), sample.agent('a1', 'done')];
    assert.deepEqual(shown(sample.state([sample.turn('t1', { items })])), [
      'userMessage',
      'fileChange',
      'agentMessage',
      'changes',
      'turnEnd',
    ]);
    assert.deepEqual(shown(sample.state([sample.runningTurn('t1', items)])), [
      'userMessage',
      'fileChange',
      'agentMessage',
    ]);
  });

  it('count no change that was declined', () => {
    assert.deepEqual(shown(sample.state([sample.turn('t1', { items: [patch('declined')] })])), [
      'fileChange',
      'turnEnd',
    ]);
  });

  it('put the card of a request in the place of its item, or at the end when the item is not known', () => {
    const known = openRequest(
      sample.state([sample.runningTurn('t1', [patch('inProgress'), sample.agent('a', 'x')])]),
      request,
    );
    assert.deepEqual(shown(known), ['approval', 'agentMessage']);
    const unknown = openRequest(sample.state([sample.runningTurn('t1', [sample.agent('a', 'x')])]), request);
    assert.deepEqual(shown(unknown), ['agentMessage', 'approval']);
    const resolved = reduceThread(known, { method: 'serverRequest/resolved', params: { threadId, requestId: 1 } });
    assert.deepEqual(shown(resolved), ['fileChange', 'agentMessage']);
  });

  it('leave out what has nothing to read', () => {
    const items = [sample.reasoning('r1', []), sample.agent('a1', ' '), sample.agent('a2', 'x')];
    assert.deepEqual(shown(sample.state([sample.turn('t1', { items })])), ['agentMessage', 'turnEnd']);
  });

  it('show a review once, though it comes as an item and as a message', () => {
    const exited = {
      type: 'exitedReviewMode',
      id: 'r1',
      review: 'One line is wrong.',
      startedAtMs: 0,
      completedAtMs: 1,
    } as const;
    const [whole, unfinished] = [[exited, sample.agent('a1', 'One line is wrong.')], [exited]];
    assert.deepEqual(shown(sample.state([sample.turn('t1', { items: whole })])), ['agentMessage', 'turnEnd']);
    assert.deepEqual(shown(sample.state([sample.runningTurn('t1', unfinished)])), ['exitedReviewMode']);
  });

  it('offer the steps of a turn of which only a summary is known', () => {
    const items = [sample.user('u1', 'x'), sample.agent('a1', 'y')];
    assert.deepEqual(shown(sample.state([sample.turn('t1', { items, itemsView: 'summary' })])), [
      'userMessage',
      'steps',
      'agentMessage',
      'turnEnd',
    ]);
    assert.deepEqual(shown(sample.state([sample.turn('t1', { itemsView: 'notLoaded' })])), ['steps', 'turnEnd']);
  });

  it('stay the same objects while their items do', () => {
    const state = sample.state([
      sample.turn('t0', { items: [sample.agent('a0', 'x')] }),
      sample.runningTurn('t1', [sample.user('u', 'x'), sample.agent('a1', 'x', sample.open)]),
    ]);
    const later = reduceThread(state, {
      method: 'item/agentMessage/delta',
      params: { threadId, turnId: 't1', itemId: 'a1', delta: 'y' },
    });
    const [before, after] = [rowsIn(state), rowsIn(later)];
    assert.deepEqual(
      before.map((row, index) => row === after[index]),
      [true, true, true, false],
    );
  });

  it('have keys of their own', () => {
    const items = [sample.user('same', 'x'), sample.agent('same', 'y'), sample.command('same', 'z')];
    const keys = rowsIn(sample.state([sample.turn('t1', { items }), sample.turn('t2', { items })])).map(
      (row) => row.key,
    );
    assert.equal(new Set(keys).size, keys.length);
  });
});

describe('the activity', () => {
  const ready = { type: 'ready' } as const;
  const working = (items: Parameters<typeof sample.runningTurn>[1]) => {
    const activity = activityOf(sample.state([sample.runningTurn('t1', items)]), ready, WRITER_HERE);
    assert.equal(activity.type, 'working');
    return activity.type === 'working' ? activity.text : '';
  };

  it('says what the open item does', () => {
    assert.equal(working([sample.user('u', 'x')]), 'Waiting for the model');
    assert.equal(working([sample.reasoning('r', ['x'], sample.open)]), 'Thinking');
    assert.equal(working([sample.command('c', 'npm test', sample.open)]), 'Running npm test');
    assert.equal(working([patch('inProgress')]), 'Editing a.ts');
    assert.equal(working([sample.tool('d', ['read_file', { path: 'src/a.ts' }, ''], sample.open)]), 'Reading src/a.ts');
    assert.equal(working([sample.agent('a', 'x', sample.open)]), 'Writing');
  });

  it('waits for the user before anything else', () => {
    const state = openRequest(sample.state([sample.runningTurn('t1', [patch('inProgress')])]), request);
    const activity = activityOf(state, ready, WRITER_HERE);
    assert.ok(activity.type === 'approval');
    assert.equal(activity.text, 'Waiting for your approval');
  });

  it('is idle without a turn, and broken without a server', () => {
    assert.deepEqual(activityOf(null, ready, WRITER_HERE), { type: 'idle' });
    assert.deepEqual(activityOf(sample.state([sample.turn('t1')]), ready, WRITER_HERE), { type: 'idle' });
    assert.deepEqual(activityOf(null, { type: 'stopped', detail: 'Gone.' }, WRITER_HERE), {
      type: 'broken',
      text: 'Gone.',
      isRestarting: false,
    });
  });
});

const answersOf = (asked: ApprovalRequest) =>
  choicesOf(asked).map(({ does }) => (does.type === 'answer' ? does.answer : does.offered));

describe('the choices of an approval', () => {
  it('always hold a plain no', () => {
    const command: ApprovalRequest = {
      id: 1,
      method: 'item/commandExecution/requestApproval',
      params: {
        kind: 'command',
        threadId,
        turnId: 't1',
        itemId: 'c1',
        startedAtMs: 0,
        environmentId: null,
        availableDecisions: ['accept', 'cancel'],
      },
    };
    assert.deepEqual(answersOf(command), [{ decision: 'accept' }, { decision: 'decline' }, { decision: 'cancel' }]);
    assert.deepEqual(answersOf(request), [
      { decision: 'accept' },
      { decision: 'decline' },
      { decision: 'acceptForSession' },
      { decision: 'cancel' },
    ]);
  });
});
