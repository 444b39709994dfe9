// Loading ahead: not while the first requests are answered, at once when a thread begins, and once.
import { equal } from 'node:assert/strict';
import { createWarming } from '../../server/warming.ts';
import { ManualClock } from './adapters/store/fixture.ts';

describe('loading ahead', () => {
  let warmed = 0;
  let warmedSandbox: boolean | null;
  let clock = new ManualClock();
  const create = () =>
    createWarming(clock, async (inSandbox) => {
      warmed += 1;
      warmedSandbox = inSandbox;
    });
  beforeEach(() => {
    warmed = 0;
    warmedSandbox = null;
    clock = new ManualClock();
  });

  it('leaves the first requests for threads alone', () => {
    create().soon(true);
    clock.advance(100);
    equal(warmed, 0);
    clock.advance(100);
    equal(warmed, 1);
  });

  it('does not wait when a turn is next, and happens once', () => {
    const warming = create();
    warming.soon(true);
    warming.now(false);
    clock.advance(1);
    equal(warmed, 1);
    equal(warmedSandbox, false, 'as the one that comes next needs it');
    warming.now(false);
    warming.soon(true);
    clock.advance(1000);
    equal(warmed, 1);
  });

  it('ends with the server', () => {
    const warming = create();
    warming.soon(true);
    warming.stop();
    clock.advance(1000);
    equal(warmed, 0);
  });
});
