// The delta queue: events are handed on once per tick, in order, neighbouring deltas joined and no character lost.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ServerNotification } from '../../../server/protocol/methods.ts';
import { reduceThread } from '../../../server/protocol/state/threadReducer.ts';
import { createDeltaQueue, joinDeltas } from '../../../webview-ui/session/deltaQueue.ts';
import * as sample from '../../support/chatSamples.ts';

const threadId = sample.THREAD_ID;
const turnId = 't1';

const agentDelta = (itemId: string, delta: string): ServerNotification => ({
  method: 'item/agentMessage/delta',
  params: { threadId, turnId, itemId, delta },
});
const summaryDelta = (summaryIndex: number, delta: string): ServerNotification => ({
  method: 'item/reasoning/summaryTextDelta',
  params: { threadId, turnId, itemId: 'r1', delta, summaryIndex },
});
const outputDelta = (delta: string): ServerNotification => ({
  method: 'item/commandExecution/outputDelta',
  params: { threadId, turnId, itemId: 'c1', delta },
});

describe('the delta queue', () => {
  it('hands on what has gathered once per tick', () => {
    const ticks: (() => void)[] = [];
    const delivered: ServerNotification[][] = [];
    const queue = createDeltaQueue(
      (run) => {
        ticks.push(run);
        return () => {};
      },
      (events) => delivered.push(events),
    );
    queue.push([agentDelta('a', 'x')]);
    queue.push([agentDelta('a', 'y'), agentDelta('b', 'z')]);
    assert.equal(ticks.length, 1);
    ticks[0]?.();
    assert.deepEqual(delivered, [[agentDelta('a', 'xy'), agentDelta('b', 'z')]]);
  });

  it('hands on at once when it is flushed, and never after it is cleared', () => {
    const delivered: ServerNotification[][] = [];
    let cancelled = 0;
    const queue = createDeltaQueue(
      () => () => (cancelled += 1),
      (events) => delivered.push(events),
    );
    queue.push([agentDelta('a', 'x')]);
    queue.flush();
    queue.push([agentDelta('a', 'y')]);
    queue.clear();
    queue.flush();
    assert.deepEqual(delivered, [[agentDelta('a', 'x')]]);
    assert.equal(cancelled, 2);
  });

  it('joins so that the state comes out the same', () => {
    const event = fc.oneof(
      fc.tuple(fc.constantFrom('a1', 'a2'), fc.string()).map(([id, text]) => agentDelta(id, text)),
      fc.tuple(fc.nat(2), fc.string()).map(([index, text]) => summaryDelta(index, text)),
      fc.string().map(outputDelta),
    );
    const items = [
      sample.agent('a1', '', sample.open),
      sample.agent('a2', '', sample.open),
      sample.reasoning('r1', [], sample.open),
      sample.command('c1', 'x', sample.open),
    ];
    const start = sample.state([sample.turn(turnId, { status: 'inProgress', items })]);
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), (events) => {
        assert.deepEqual(joinDeltas(events).reduce(reduceThread, start), events.reduce(reduceThread, start));
      }),
    );
  });
});
