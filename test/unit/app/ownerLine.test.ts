// The line to the owner: order is kept around an answer, errors come whole, silence and ends are noticed.
import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { OwnerLine } from '../../../server/app/follow/ownerLine.ts';
import { isConnectionLost, isProtocolError } from '../../../server/protocol/errors.ts';
import type { JsonRpcMessage } from '../../../server/protocol/jsonrpc.ts';
import { linkedPair } from '../../../server/rpc/linkedPair.ts';
import { createHandClock } from '../../support/handClock.ts';

function opened() {
  const [ours, theirs] = linkedPair();
  const clock = createHandClock();
  const told: string[] = [];
  const asked: any[] = [];
  const arrived: (() => void)[] = [];
  theirs.listen({
    message: (message) => {
      asked.push(message);
      arrived.shift()?.();
    },
    fault: () => undefined,
    closed: () => undefined,
  });
  const line = new OwnerLine(ours, clock, {
    notification: (method) => void told.push(method),
    request: (id, method) => void told.push(`${method} ${id}`),
    lost: (reason) => void told.push(`lost: ${reason}`),
  });
  return {
    line,
    clock,
    told,
    asked,
    say: (...messages: JsonRpcMessage[]) => messages.forEach((message) => theirs.send(message)),
    end: () => theirs.close(),
    /** Resolves when one more message is with the owner. */
    nextAsked: () => new Promise<void>((resolve) => arrived.push(resolve)),
  };
}

/** Until what was sent is delivered. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the line to the owner of a thread', () => {
  it('holds back what follows an answer until that is released, and nothing before it', async () => {
    const { line, say, told } = opened();
    const answer = line.requestHolding('turn/start', {});
    say({ method: 'before' }, { id: 0, result: { ok: true } }, { method: 'after' }, { id: 7, method: 'ask' });
    deepEqual(await answer, { ok: true });
    await settled();
    deepEqual(told, ['before']);
    line.release();
    deepEqual(told, ['before', 'after', 'ask 7']);
  });

  it('passes on an error as the owner said it, and holds nothing after it', async () => {
    const { line, say, told } = opened();
    const answer = line.requestHolding('turn/steer', {});
    say(
      { id: 0, error: { code: -32602, message: 'no', data: { kind: 'turnMismatch', more: 1 } } },
      { method: 'after' },
    );
    await rejects(answer, (error) => {
      ok(isProtocolError(error));
      deepEqual([error.code, error.message, error.data], [-32602, 'no', { kind: 'turnMismatch', more: 1 }]);
      return true;
    });
    deepEqual(told, ['after']);
  });

  it('tells what came before the end, then the end, once; open requests are lost', async () => {
    const { line, say, told, end } = opened();
    const held = line.requestHolding('a', {});
    const isLost = rejects(line.request('b', {}), isConnectionLost);
    say({ id: 0, result: {} }, { method: 'last' });
    await held;
    await settled();
    end();
    await isLost;
    deepEqual(told, ['last', 'lost: it has ended']);
    await rejects(line.request('c', {}), isConnectionLost);
  });

  it('says nothing of an end that it made itself', async () => {
    const { line, told } = opened();
    const open = line.request('a', {});
    line.close();
    await rejects(open, isConnectionLost);
    deepEqual([told, line.isOver], [[], true]);
  });

  it('asks an owner that is silent for a sign of life, and gives up one that gives none', async () => {
    const { line, clock, told, asked, nextAsked } = opened();
    const first = nextAsked();
    const isLost = rejects(line.request('slow', {}), isConnectionLost);
    await first;
    const ping = nextAsked();
    clock.forward(10_000);
    clock.timers[0]?.run();
    await ping;
    equal(asked[1].method, 'thread/loaded/list');
    clock.forward(10_000);
    clock.timers[0]?.run();
    await isLost;
    deepEqual([told, clock.timers.length], [['lost: it does not answer'], 0]);
  });

  it('waits as long as it takes for an owner that gives signs of life', async () => {
    const { line, clock, told, say, nextAsked } = opened();
    const open = line.request('slow', {});
    for (let times = 0, id = 1; times < 5; times += 1, id += 1) {
      const ping = nextAsked();
      clock.forward(10_000);
      clock.timers[0]?.run();
      await ping;
      say({ id, result: {} });
      await settled();
    }
    say({ id: 0, result: 'at last' });
    equal(await open, 'at last');
    deepEqual([told, clock.timers.length], [[], 0]);
  });
});
