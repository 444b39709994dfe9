// Tests of when an open item is saved: after a moment, or at once when it grew by much.
import { deepEqual, equal } from 'node:assert/strict';
import { PartialSaver } from '../../../../server/core/thread/partialSaver.ts';
import type { ThreadItem } from '../../../../server/protocol/schema/item.ts';
import { createHandClock } from '../../../support/handClock.ts';

describe('partial saver', () => {
  function setup() {
    const clock = createHandClock();
    const saved: string[] = [];
    const open = new Set(['a', 'b']);
    const itemOf = (id: string): ThreadItem => ({ type: 'reasoning', id, summary: [], content: [] });
    const saver = new PartialSaver({
      clock,
      current: (_turnId, itemId) => (open.has(itemId) ? itemOf(itemId) : undefined),
      save: (turnId, item) => saved.push(`${turnId} ${item.id}`),
    });
    return { clock, saved, open, saver };
  }

  it('saves once for all that came within a moment', () => {
    const { clock, saved, saver } = setup();
    for (let n = 0; n < 5; n += 1) saver.touched('t', 'a', 10);
    deepEqual(saved, []);
    deepEqual(clock.delays, [250]);
    clock.timers[0]!.run();
    deepEqual(saved, ['t a']);
    equal(clock.timers.length, 0);
  });

  it('saves at once after 4096 characters, in many steps or in the first', () => {
    const { clock, saved, saver } = setup();
    saver.touched('t', 'a', 4095);
    deepEqual(saved, []);
    saver.touched('t', 'a', 1);
    saver.touched('t', 'b', 20_000);
    deepEqual(saved, ['t a', 't b']);
    equal(clock.timers.length, 0);
  });

  it('lets an item that is long already double before it is saved again, so that a flood is not written again and again', () => {
    const { clock, saved, saver } = setup();
    for (let n = 0; n < 1024; n += 1) saver.touched('t', 'a', 8192);
    // each of 9 pieces, then at 144 KiB, 288, 576, 1,152, 2,304 and 4,608
    equal(saved.length, 9 + 6);
    deepEqual(clock.delays.at(-1), 1000);
    saver.closed('a');
    saver.touched('t', 'a', 4096);
    equal(saved.length, 16);
    deepEqual(clock.delays.at(-1), 250);
  });

  it('forgets what was completed, and saves the rest at the end', () => {
    const { clock, saved, open, saver } = setup();
    saver.touched('t', 'a', 1);
    saver.touched('t', 'b', 1);
    open.delete('a');
    saver.closed('a');
    saver.flush();
    deepEqual(saved, ['t b']);
    equal(clock.timers.length, 0);
  });
});
