// The real clock's timers: what shall wait longest does not come first.
import { deepEqual } from 'node:assert/strict';
import { systemClock } from '../../../server/adapters/clock.ts';

describe('the clock', () => {
  it('runs nothing at once that shall wait for longer than a timer can', async () => {
    const ran: string[] = [];
    const cancel = systemClock.after(Number.MAX_SAFE_INTEGER, () => void ran.push('late'));
    const { promise, resolve } = Promise.withResolvers<void>();
    systemClock.after(20, resolve);
    await promise;
    cancel();
    deepEqual(ran, []);
  });
});
