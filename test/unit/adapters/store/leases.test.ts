// One writer per thread: between stores, between processes, by heartbeat, and by takeover.
import { deepEqual, equal, ok, throws } from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Liveness } from '../../../../server/adapters/store/liveness.ts';
import { processLiveness } from '../../../../server/adapters/store/liveness.ts';
import type { Lease, LeaseOutcome, LeaseOwner, ThreadStore } from '../../../../server/core/thread/threadStore.ts';
import { Writer } from './children.ts';
import { isKind, NEWEST, ownerOf, recordOf, Scratch, Script } from './fixture.ts';

const script = new Script('a');

function held(outcome: LeaseOutcome): Lease {
  ok(outcome.type === 'held', 'the lease is held');
  return outcome.lease;
}

const hashOf = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex');

/** Processes of machines that cannot be looked into. */
const elsewhere: Liveness = {
  mark: (pid) => ({ pid, machine: 'elsewhere', start: null }),
  check: () => 'unknown',
};

describe('leases', () => {
  let scratch: Scratch;
  let first: ThreadStore;
  let second: ThreadStore;

  beforeEach(async () => {
    scratch = new Scratch();
    first = await scratch.store();
    second = await scratch.store();
    first.create(recordOf('a'), null);
  });
  afterEach(() => scratch.dispose());

  it('are held by one store, which may ask again', () => {
    const lease = held(first.acquire('a', ownerOf('first'), false));
    equal(held(first.acquire('a', ownerOf('first'), false)), lease);
    deepEqual(second.acquire('a', ownerOf('second'), false), { type: 'taken', by: ownerOf('first') });
    throws(() => second.append('a', script.turn('t1')), isKind('threadHeld'));
    throws(() => second.append('a', []), /already has an active writer: first \(process \d+ on .*, since 20/);
    lease.release();
    held(second.acquire('a', ownerOf('second'), false));
  });

  it('are taken over on request, and the loser is told at its next append', async () => {
    const lease = held(first.acquire('a', ownerOf('first'), false));
    const told = new Promise<LeaseOwner>((resolve) => lease.onLost(resolve));
    first.append('a', [script.started('t1')]);
    held(second.acquire('a', ownerOf('second'), true));
    throws(() => first.append('a', [script.completed('t1')]), isKind('leaseLost'));
    deepEqual(await told, ownerOf('second'));
    equal(second.turns('a', NEWEST).data[0]?.status, 'interrupted', 'the new writer closed what the old one left open');
    lease.release();
    deepEqual(first.acquire('a', ownerOf('first'), false), { type: 'taken', by: ownerOf('second') });
  });

  it('tell the loser without an append, and once only', async () => {
    const lease = held(first.acquire('a', ownerOf('first'), false));
    let count = 0;
    const told = new Promise<LeaseOwner>((resolve) => {
      lease.onLost((by) => {
        count += 1;
        resolve(by);
      });
    });
    const taken = held(second.acquire('a', ownerOf('second'), true));
    taken.release();
    scratch.clock.advance(5_000);
    equal((await told).client, 'another process');
    scratch.clock.advance(5_000);
    held(first.acquire('a', ownerOf('first'), false));
    equal(count, 1);
  });

  it('write nothing while they are merely held', function () {
    if (processLiveness.mark(process.pid).start === null) this.skip();
    held(first.acquire('a', ownerOf('first'), false));
    const files = () =>
      readdirSync(scratch.home)
        .filter((name) => !name.endsWith('-shm'))
        .map((name) => [name, hashOf(join(scratch.home, name))]);
    const before = files();
    for (let beat = 0; beat < 10; beat += 1) scratch.clock.advance(5_000);
    deepEqual(files(), before);
  });

  it('need no timer when nothing is held', () => {
    equal(scratch.clock.timers, 0);
    const lease = held(first.acquire('a', ownerOf('first'), false));
    equal(scratch.clock.timers, 1);
    lease.release();
    equal(scratch.clock.timers, 0);
  });

  it('of machines that cannot be looked into live by their heartbeat', async () => {
    const remote = await scratch.store({ liveness: elsewhere });
    const lease = held(remote.acquire('a', { ...ownerOf('remote'), host: 'far' }, false));
    scratch.clock.advance(60_000);
    equal(second.acquire('a', ownerOf('second'), false).type, 'taken');
    lease.release();
    const silent = await scratch.store({
      liveness: elsewhere,
      clock: { nowMs: () => scratch.clock.nowMs(), after: () => () => undefined },
    });
    held(silent.acquire('a', { ...ownerOf('silent'), host: 'far' }, false));
    scratch.clock.advance(19_000);
    equal(second.acquire('a', ownerOf('second'), false).type, 'taken');
    scratch.clock.advance(2_000);
    held(second.acquire('a', ownerOf('second'), false));
  });

  it('say who else writes a thread, where it can be spoken to, and how sure that is', async () => {
    const door = { address: '/run/x.sock', secret: 's' };
    held(first.acquire('a', { ...ownerOf('first'), door }, false));
    const isCertain = processLiveness.mark(process.pid).start !== null;
    const owner = { by: ownerOf('first'), door, state: isCertain ? 'alive' : 'presumed' };
    deepEqual(second.foreignOwner('a'), owner);
    deepEqual([...second.foreignOwners()], [['a', owner]]);
    deepEqual(
      [first.foreignOwner('a'), first.foreignOwners().size, second.foreignOwner('b')],
      [undefined, 0, undefined],
    );
    deepEqual(
      second.acquire('a', ownerOf('second'), false),
      { type: 'taken', by: ownerOf('first') },
      'no secret in it',
    );
    const far = await scratch.store({ liveness: elsewhere });
    held(far.acquire('far', { ...ownerOf('far'), host: 'far' }, false));
    deepEqual([second.foreignOwner('far')?.state, second.foreignOwner('far')?.door], ['elsewhere', null]);
    const unsure: Liveness = { mark: processLiveness.mark, check: () => 'unknown' };
    const third = await scratch.store({ liveness: unsure });
    equal(third.foreignOwner('a')?.state, 'presumed');
  });

  it('may be held before the thread is created', () => {
    held(first.acquire('new', ownerOf('first'), false));
    first.create(recordOf('new'), null);
    first.append('new', new Script('new').turn('t1'));
    equal(second.turns('new', NEWEST).data.length, 1);
    first.remove('new');
    held(second.acquire('new', ownerOf('second'), false));
  });

  it('end with the store that holds them', () => {
    held(first.acquire('a', ownerOf('first'), false));
    first.close();
    held(second.acquire('a', ownerOf('second'), false));
  });

  describe('between processes', () => {
    let writer: Writer | undefined;
    afterEach(() => writer?.kill());

    it('name the owner, show its turn as running, and end when it is killed', async () => {
      first.remove('a');
      writer = new Writer(scratch.home, 'hold');
      await writer.said((line) => line === 'ready');
      const outcome = first.acquire('a', ownerOf('first'), false);
      ok(outcome.type === 'taken');
      deepEqual([outcome.by.pid, outcome.by.client, outcome.by.host], [writer.pid, 'writer', hostname()]);
      equal(first.turns('a', NEWEST).data[0]?.status, 'inProgress');
      await writer.kill();
      const [turn] = first.turns('a', NEWEST).data;
      equal(turn?.status, 'interrupted');
      held(first.acquire('a', ownerOf('first'), false));
      deepEqual(first.turns('a', NEWEST).data[0], turn, 'what reading computed is what the next writer wrote');
      equal(first.events('a').at(-1)?.event.method, 'turn/completed');
    });

    it('are taken over by one process from another, which is told', async () => {
      writer = new Writer(scratch.home, 'hold');
      await writer.said((line) => line === 'ready');
      held(first.acquire('a', ownerOf('first'), true));
      equal(await writer.said((line) => line.startsWith('lost')), 'lost to first');
    });
  });

  it('tell a living process from a dead one, and from another with its pid', () => {
    const own = processLiveness.mark(process.pid);
    if (own.start === null) return;
    equal(processLiveness.check(own), 'alive');
    equal(processLiveness.check({ ...own, start: '1' }), 'dead');
    equal(processLiveness.check({ ...own, pid: 2 ** 22 + 1 }), 'dead');
    equal(processLiveness.check({ ...own, machine: 'elsewhere' }), 'unknown');
  });
});
