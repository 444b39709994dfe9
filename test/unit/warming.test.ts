// Loading ahead: not while the first requests are answered, the model's client at once when a thread begins, and each once.
import { deepEqual } from 'node:assert/strict';
import { createWarming } from '../../server/warming.ts';
import { ManualClock } from './adapters/store/fixture.ts';

describe('loading ahead', () => {
  let warmed: string[] = [];
  let clock = new ManualClock();
  const create = () =>
    createWarming(clock, {
      model: async () => void warmed.push('model'),
      all: async () => void warmed.push('all'),
    });
  beforeEach(() => {
    warmed = [];
    clock = new ManualClock();
  });

  it('leaves the first requests for threads alone', () => {
    create().soon();
    clock.advance(100);
    deepEqual(warmed, []);
    clock.advance(100);
    deepEqual(warmed, ['all']);
  });

  it('asks at once for what the next turn begins with, then for the rest, and for each once', () => {
    const warming = create();
    warming.soon();
    warming.now();
    clock.advance(1);
    deepEqual(warmed, ['model']);
    clock.advance(200);
    deepEqual(warmed, ['model', 'all']);
    warming.now();
    warming.soon();
    clock.advance(1000);
    deepEqual(warmed, ['model', 'all']);
  });

  it('ends with the server', () => {
    const warming = create();
    warming.soon();
    warming.now();
    warming.stop();
    clock.advance(1000);
    deepEqual(warmed, []);
  });
});
