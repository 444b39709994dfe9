// Ids: UUIDv7 that sort as they were made, whatever the clock does.
import { deepEqual, equal, match } from 'node:assert/strict';
import { uuidV7Ids } from '../../../server/adapters/ids.ts';

describe('ids', () => {
  it('are UUIDs of version 7 with the time in front', () => {
    const ids = uuidV7Ids({ nowMs: () => 0x01a2040edf50, after: () => () => undefined });
    match(ids.next(), /^01a2040e-df50-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it('sort in the order in which they were made, also when the clock stands or goes back', () => {
    const times = [5, 5, 5, 3, 4, 9];
    const ids = uuidV7Ids({ nowMs: () => 1_795_364_413_000 + (times.shift() ?? 0), after: () => () => undefined });
    const made = Array.from({ length: 20_000 }, () => ids.next());
    deepEqual(made.toSorted(), made);
    equal(new Set(made).size, made.length);
  });
});
