// The params of every method, fuzzed at length. How to set their number and seed: test/support/fuzz/shards.ts.
import { runParams } from '../support/fuzz/runParams.ts';
import { runShards, shardsOf } from '../support/fuzz/shards.ts';

describe('made-up requests, many', () => {
  it('have one good answer each, and leave the server as it was', () =>
    runShards(shardsOf(process.env, 100_000), async ({ cases, seed }) => {
      await runParams({ cases, seed, onLine: (line) => console.log(`seed ${seed}: ${line}`) });
    }));
});
