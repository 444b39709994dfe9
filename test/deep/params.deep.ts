// The params of every method, fuzzed at length. BOWLINE_FUZZ_SEED sets the seed, BOWLINE_FUZZ_CASES how many requests.
import { runParams } from '../support/fuzz/runParams.ts';

describe('made-up requests, many', () => {
  it('have one good answer each, and leave the server as it was', async () => {
    const cases = Number(process.env['BOWLINE_FUZZ_CASES'] ?? 100_000);
    const seed = Number(process.env['BOWLINE_FUZZ_SEED'] ?? Date.now() % 1_000_000_000);
    console.log(`seed ${seed}`);
    console.log(await runParams({ cases, seed }));
  });
});
