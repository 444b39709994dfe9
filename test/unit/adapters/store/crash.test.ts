// A writer killed in mid-write, at seeded moments: every item it had told of is there, whole, and nothing is half.
import { deepEqual, equal, ok } from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { Writer } from './children.ts';
import { FIRST, ownerOf, Scratch } from './fixture.ts';

/** After how many told items each writer is killed. */
const KILLED_AFTER = [1, 7, 33];

describe('a store whose writer is killed', () => {
  for (const count of KILLED_AFTER) {
    it(`keeps all of ${count} items and more`, async function () {
      this.timeout(30_000);
      const scratch = new Scratch();
      const writer = new Writer(scratch.home, 'write');
      try {
        await writer.said(() => writer.lines.length >= count);
      } finally {
        await writer.kill();
      }
      try {
        const store = await scratch.store();
        const read = store.turns('a', { ...FIRST, limit: 100_000 }).data;
        const items = read.flatMap((turn) => turn.items);
        const whole = items.filter((item) => item.type === 'agentMessage' && item.text.startsWith(`whole ${item.id} `));
        deepEqual(
          whole.slice(0, writer.lines.length).map((item) => item.id),
          writer.lines,
        );
        ok(items.every((item) => item.completedAtMs !== null));
        ok(read.slice(0, -1).every((turn) => turn.status === 'completed'));
        equal(store.modelItems('a').length, whole.length);
        equal(store.acquire('a', ownerOf('next'), false).type, 'held');
        deepEqual(store.turns('a', { ...FIRST, limit: 100_000 }).data, read);
        const check = new DatabaseSync(join(scratch.home, 'threads.db'));
        equal(check.prepare('PRAGMA integrity_check').get()?.integrity_check, 'ok');
        check.close();
      } finally {
        scratch.dispose();
      }
    });
  }
});
