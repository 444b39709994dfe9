// Damaged thread databases, many. BOWLINE_FUZZ_SEED sets the seed, BOWLINE_FUZZ_CASES how many.
import { recoversAnything } from '../support/fuzz/storeRecovery.ts';

describe('damaged thread databases, many', () => {
  it('lose nothing that lies in pages which nobody touched', async () => {
    const cases = Number(process.env['BOWLINE_FUZZ_CASES'] ?? 100_000);
    const seed = Number(process.env['BOWLINE_FUZZ_SEED'] ?? Date.now() % 1_000_000_000);
    console.log(`seed ${seed}`);
    console.log(JSON.stringify(await recoversAnything({ cases, seed })));
  });
});
