// Damaged thread databases, many. How to set their number and seed: test/support/fuzz/shards.ts.
import { join } from 'node:path';
import { runShards, runWorker, shardsOf } from '../support/fuzz/shards.ts';

const WORKER = join(import.meta.dirname, '../support/fuzz/recoveryWorker.ts');

describe('damaged thread databases, many', () => {
  it('lose nothing that lies in pages which nobody touched', () =>
    runShards(shardsOf(process.env, 100_000), async ({ cases, seed, path }) => {
      const command = [process.execPath, WORKER, String(cases), String(seed), ...(path === null ? [] : [path])];
      const worker = { command, env: process.env, cwd: process.cwd() };
      await runWorker(worker, (line) => console.log(`seed ${seed}: ${line}`));
    }));
});
