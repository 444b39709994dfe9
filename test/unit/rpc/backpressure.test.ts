// A peer between a fast sender and a slow reader: what it holds is bounded, and every request is answered.
import { deepEqual, equal, ok } from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import type { IncomingRequest } from '../../../server/rpc/incoming.ts';
import { linkedPair } from '../../../server/rpc/linkedPair.ts';
import { RawPeer, type PeerOptions } from '../../../server/rpc/rawPeer.ts';
import { HeldTransport } from './heldTransport.ts';

const LIMITS = { window: 100, answers: 5_000, all: 20_000 };

function serve(request: (request: IncomingRequest) => Promise<unknown>, options: PeerOptions = {}) {
  const transport = new HeldTransport();
  const peer = new RawPeer(transport, { request, notification: () => undefined }, { limits: LIMITS, ...options });
  peer.listen();
  return { transport, peer };
}

/** Lets everything happen that can happen without the other side. */
async function settle(): Promise<void> {
  for (let n = 0; n < 2_000; n += 1) await turn();
}

describe('backpressure', () => {
  it('reads no further than it can answer', async () => {
    let started = 0;
    const { transport } = serve(async () => ((started += 1), 'x'.repeat(1_000)));
    let sent = 0;
    const send = (): void => {
      while (!transport.isPaused && sent < 3_000) transport.arrive({ id: sent++, method: 'big' });
    };
    send();
    await settle();
    ok(transport.isPaused, 'the sender waits');
    ok(started < 20, `${started} requests were taken up for a client that reads nothing`);
    while (transport.sent.length < 3_000) {
      transport.drain();
      send();
      await turn();
    }
    deepEqual(
      transport.sent.map(({ id }) => id),
      Array.from({ length: 3_000 }, (_, id) => id),
    );
  });

  it('answers what is too much with "overloaded", with its outbound queue full too', async () => {
    const gate = Promise.withResolvers<void>();
    const { transport } = serve(async ({ method }) => (method === 'slow' ? gate.promise : 'x'.repeat(6_000)));
    for (let id = 0; id < 1_024; id += 1) transport.arrive({ id, method: 'slow' });
    await settle();
    transport.backlogBytes = 1e9; // the client has stopped reading
    for (let id = 1_024; id < 1_054; id += 1) transport.arrive({ id, method: 'one more' });
    await settle();
    equal(transport.sent.length, 0);
    gate.resolve();
    while (transport.sent.length < 1_054) {
      transport.drain();
      await turn();
    }
    const overloaded = transport.sent.filter(({ error }) => error?.code === -32001).map(({ id }) => id);
    deepEqual(
      overloaded.toSorted((a, b) => a - b),
      Array.from({ length: 30 }, (_, n) => 1_024 + n),
    );
    equal(new Set(transport.sent.map(({ id }) => id)).size, 1_054);
  });

  it('does not hold more than so many bytes of requests', async () => {
    const { transport } = serve(() => new Promise(() => undefined), { limits: { ...LIMITS, window: 1e9 } });
    for (let id = 0; id < 20; id += 1) transport.arrive({ id, method: 'big' }, 8 * 1024 * 1024);
    await settle();
    equal(transport.sent.filter(({ error }) => error?.code === -32001).length, 12);
  });

  it('hears a client that reads slowly: its requests do not wait for notifications to be read', async () => {
    const { transport, peer } = serve(async ({ method }) => method);
    transport.backlogBytes = 1e9;
    for (let n = 0; n < 10; n += 1) peer.notify(`note${n}`, { text: 'x'.repeat(1_000) });
    transport.arrive({ id: 1, method: 'turn/interrupt' });
    await settle();
    equal(transport.isPaused, false);
    transport.drain();
    while (transport.backlogBytes > 0) transport.drain();
    equal(transport.sent.at(-1).result, 'turn/interrupt', 'answered in its place');
  });

  it('ends the connection of who reads no notifications', async () => {
    const told: number[] = [];
    const { transport, peer } = serve(async () => null, { overflowed: (waiting) => told.push(waiting) });
    transport.backlogBytes = 1e9;
    for (let n = 0; n < 50; n += 1) peer.notify(`note${n}`, { text: 'x'.repeat(1_000) });
    await peer.closed;
    ok(transport.isAborted);
    equal(told.length, 1);
    ok(told[0]! > LIMITS.all);
  });

  it('holds over a linked pair too', async () => {
    const [ours, theirs] = linkedPair();
    let started = 0;
    const server = new RawPeer(
      theirs,
      { request: async () => ((started += 1), 'x'.repeat(1_000)), notification: () => undefined },
      { limits: LIMITS },
    );
    server.listen();
    const answers: unknown[] = [];
    ours.listen({ message: (message) => answers.push(message), fault: () => undefined, closed: () => undefined });
    ours.pause();
    for (let id = 0; id < 1_000; id += 1) ours.send({ id, method: 'big' });
    await settle();
    ok(started < 20, `${started} requests were taken up`);
    ours.resume();
    while (answers.length < 1_000) await turn();
  });

  it('gives each connection its turn: one request is answered among the first of a flood', async () => {
    const order: string[] = [];
    const peers = ['flood', 'other'].map((name) =>
      serve(async ({ id }) => (order.push(name), id), { limits: { ...LIMITS, window: 1e9 } }),
    );
    const [flood, other] = peers.map(({ transport }) => transport);
    for (let id = 0; id < 5_000; id += 1) flood!.arrive({ id, method: 'a' });
    for (let id = 0; id < 10; id += 1) other!.arrive({ id, method: 'b' });
    while (flood!.sent.length < 5_000) await turn();
    ok(order.lastIndexOf('other') < 25, `the last of 10 came as number ${order.lastIndexOf('other')}`);
  });
});
