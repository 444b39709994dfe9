// What a slow reader is sent: in order, in fewer messages where that loses nothing, and never without bound.
import { deepEqual, equal, ok } from 'node:assert/strict';
import fc from 'fast-check';
import { Outbox } from '../../../server/rpc/outbox.ts';
import { HeldTransport } from './heldTransport.ts';

const LIMITS = { window: 50, answers: 2_000, all: 10_000 };
const ONE = { threadId: 't', turnId: 'u', itemId: 'one' };
const TWO = { ...ONE, itemId: 'two' };

function make(limits = LIMITS) {
  const transport = new HeldTransport();
  const told: string[] = [];
  const outbox = new Outbox(
    transport,
    {
      answersFull: (isFull) => told.push(isFull ? 'full' : 'room'),
      overflowed: (waiting) => told.push(`overflowed ${waiting}`),
    },
    limits,
  );
  const say = (text: string, about: object = ONE, method = 'item/agentMessage/delta'): void =>
    outbox.send({ method, params: { ...about, delta: text }, emittedAtMs: told.length });
  /** More than the window, so that what follows waits. */
  const block = (): void => outbox.send({ id: 0, result: 'x'.repeat(LIMITS.window) });
  const rest = (): any[] => {
    while (transport.backlogBytes > 0) transport.drain();
    return transport.sent.slice(1);
  };
  return { transport, told, outbox, say, block, rest };
}

describe('the outbox of a connection', () => {
  it('sends at once while the other side reads', () => {
    const { transport, outbox } = make();
    outbox.send({ method: 'a' });
    equal(transport.sent.length, 1);
  });

  it('keeps the order of everything', () => {
    const { outbox, block, rest } = make();
    block();
    for (let n = 0; n < 20; n += 1) outbox.send(n % 3 === 0 ? { id: n, result: n } : { method: `m${n}`, params: {} });
    deepEqual(
      rest().map((message) => message.id ?? Number(message.method.slice(1))),
      Array.from({ length: 20 }, (_, n) => n),
    );
  });

  it('tells the deltas of an item in one, of several items side by side too', () => {
    const { say, block, rest } = make();
    block();
    say('a');
    say('x', TWO);
    say('b');
    say('y', TWO);
    deepEqual(
      rest().map(({ params }) => [params.itemId, params.delta]),
      [
        ['one', 'ab'],
        ['two', 'xy'],
      ],
    );
  });

  it('joins nothing over a message that must be told by itself, and nothing to what has been sent', () => {
    const { transport, outbox, say, block, rest } = make();
    block();
    say('a');
    outbox.send({ method: 'item/started', params: {} });
    say('b');
    outbox.send({ id: 1, result: {} });
    say('c');
    transport.drain();
    say('d');
    deepEqual(
      rest().map((message) => message.params?.delta ?? message.method ?? message.id),
      ['a', 'item/started', 'b', 1, 'cd'],
    );
  });

  it('keeps apart what is about different parts of an item', () => {
    const { say, block, rest } = make();
    block();
    say('a', { ...ONE, summaryIndex: 0 }, 'item/reasoning/summaryTextDelta');
    say('b', { ...ONE, summaryIndex: 1 }, 'item/reasoning/summaryTextDelta');
    say('c', ONE, 'item/commandExecution/outputDelta');
    say('d', { ...ONE, threadId: 'other' }, 'item/commandExecution/outputDelta');
    deepEqual(
      rest().map(({ params }) => params.delta),
      ['a', 'b', 'c', 'd'],
    );
  });

  it('tells only the last of what stands for all before it', () => {
    const { outbox, block, rest } = make();
    block();
    for (const diff of ['1', '2', '3'])
      outbox.send({ method: 'turn/diff/updated', params: { threadId: 't', turnId: 'u', diff } });
    deepEqual(
      rest().map(({ params }) => params.diff),
      ['3'],
    );
  });

  it('tells it however long it is, and joins no delta to one that is longer than a client that keeps up is sent', () => {
    const { outbox, say, block, rest } = make({ ...LIMITS, all: 1_000_000 });
    block();
    for (const diff of ['1', '2', '3'])
      outbox.send({ method: 'turn/diff/updated', params: { threadId: 't', turnId: 'u', diff: diff.repeat(100_000) } });
    for (let n = 0; n < 100; n += 1) say(String(n % 10).repeat(1000));
    const [diff, ...deltas] = rest();
    equal(diff.params.diff, '3'.repeat(100_000));
    ok(deltas.length < 20 && deltas.every(({ params }) => params.delta.length <= 8192));
    equal(
      deltas.reduce((sum, { params }) => sum + params.delta.length, 0),
      100_000,
    );
  });

  it('joins bytes as bytes', () => {
    const { outbox, block, rest } = make();
    block();
    for (const part of ['h', 'éll', 'o'])
      outbox.send({
        method: 'command/exec/outputDelta',
        params: { processId: 'p', stream: 'stdout', deltaBase64: Buffer.from(part).toString('base64') },
      });
    const [{ params }] = rest();
    equal(Buffer.from(params.deltaBase64, 'base64').toString(), 'héllo');
  });

  it('never loses or repeats text, however it is read', () => {
    const step = fc.oneof(
      {
        weight: 6,
        arbitrary: fc.record({ item: fc.constantFrom('one', 'two', 'three'), text: fc.string({ maxLength: 9 }) }),
      },
      { weight: 1, arbitrary: fc.constant('barrier' as const) },
      { weight: 2, arbitrary: fc.constant('read' as const) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const { transport, outbox, say } = make({ ...LIMITS, all: 1e9 });
        const expected = new Map<string, string>();
        for (const one of steps) {
          if (one === 'read') transport.drain();
          else if (one === 'barrier') outbox.send({ id: 9, result: null });
          else {
            say(one.text, { ...ONE, itemId: one.item });
            expected.set(one.item, (expected.get(one.item) ?? '') + one.text);
          }
        }
        while (transport.backlogBytes > 0) transport.drain();
        const told = new Map<string, string>();
        for (const { params } of transport.sent)
          if (params !== undefined) told.set(params.itemId, (told.get(params.itemId) ?? '') + params.delta);
        deepEqual(told, expected);
        equal(transport.sent.filter(({ id }) => id === 9).length, steps.filter((one) => one === 'barrier').length);
      }),
      { numRuns: 300 },
    );
  });

  it('says when answers pile up, takes them all the same, and says when there is room again', () => {
    const { outbox, told, block, rest } = make();
    block();
    for (let id = 1; id <= 100; id += 1) outbox.send({ id, result: 'x'.repeat(1000) });
    deepEqual(told, ['full']);
    equal(rest().length, 100);
    deepEqual(told, ['full', 'room']);
  });

  it('gives up on who does not read notifications, drops what waited, and says so once', () => {
    const { transport, outbox, told, say, block } = make();
    block();
    for (let n = 0; n < 100; n += 1) say('y'.repeat(1000), { ...ONE, itemId: String(n) });
    equal(told.length, 1);
    ok(/^overflowed 1\d{4}$/.test(told[0]!), told[0]);
    outbox.send({ id: 1, result: 'late' });
    transport.drain();
    equal(transport.sent.length, 1);
  });

  it('hands over everything when the connection is closed in order', () => {
    const { transport, outbox, say, block } = make();
    block();
    say('a');
    outbox.send({ id: 1, result: {} });
    outbox.flush();
    equal(transport.sent.length, 3);
  });
});
