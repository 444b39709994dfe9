// Loading ahead: not while the first requests are answered, at once when a thread begins, and once.
import { equal } from 'node:assert/strict';
import { createWarming } from '../../server/warming.ts';
import { ManualClock } from './adapters/store/fixture.ts';

describe('loading ahead', () => {
  let warmed = 0;
  let clock = new ManualClock();
  const create = () =>
    createWarming(clock, {
      soonMs: 150,
      warm: async () => {
        warmed += 1;
      },
    });
  beforeEach(() => {
    warmed = 0;
    clock = new ManualClock();
  });

  it('leaves the first requests for threads alone', () => {
    create().soon();
    clock.advance(100);
    equal(warmed, 0);
    clock.advance(100);
    equal(warmed, 1);
  });

  it('does not wait when a turn is next, and happens once', () => {
    const warming = create();
    warming.soon();
    warming.now();
    clock.advance(1);
    equal(warmed, 1);
    warming.now();
    warming.soon();
    clock.advance(1000);
    equal(warmed, 1);
  });

  it('ends with the server', () => {
    const warming = create();
    warming.soon();
    warming.stop();
    warming.soon();
    clock.advance(1000);
    equal(warmed, 0);
  });
});
