// The queue of a thread: one request at a time, in order for each client, the clients in turn.
import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { ThreadQueue } from '../../../server/app/threadQueue.ts';

describe('the queue of a thread', () => {
  const [one, two, three] = [{}, {}, {}];

  it('runs one at a time, in order', async () => {
    const queue = new ThreadQueue();
    const order: number[] = [];
    let running = 0;
    const tasks = [1, 2, 3].map((n) =>
      queue.run(one, async () => {
        equal((running += 1), 1);
        await Promise.resolve();
        order.push(n);
        running -= 1;
        return n;
      }),
    );
    deepEqual(await Promise.all(tasks), [1, 2, 3]);
    deepEqual(order, [1, 2, 3]);
    ok(queue.isIdle);
  });

  it('lets the clients take turns, however many requests one of them has', async () => {
    const queue = new ThreadQueue();
    const order: string[] = [];
    const ask = (client: object, name: string): Promise<void> => queue.run(client, async () => void order.push(name));
    const asked = Array.from({ length: 1_000 }, (_, n) => ask(one, `a${n}`));
    for (let n = 0; n < 3; n += 1) asked.push(ask(two, `b${n}`), ask(three, `c${n}`));
    await Promise.all(asked);
    deepEqual(order.slice(0, 9), ['a0', 'a1', 'b0', 'c0', 'a2', 'b1', 'c1', 'a3', 'b2']);
    deepEqual(
      order.filter((name) => name.startsWith('a')),
      Array.from({ length: 1_000 }, (_, n) => `a${n}`),
    );
  });

  it('goes on after one that fails, and settles when all before are answered', async () => {
    const queue = new ThreadQueue();
    const done: string[] = [];
    const failing = queue.run(one, () => Promise.reject(new Error('no')));
    const next = queue.run(two, async () => void done.push('next'));
    const settled = queue.settled().then(() => done.push('settled'));
    await rejects(failing, /no/);
    await Promise.all([next, settled]);
    deepEqual(done, ['next', 'settled']);
  });
});
