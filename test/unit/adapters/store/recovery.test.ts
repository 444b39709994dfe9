// Thread databases with bits flipped, pages gone and logs of another day: a sample of what `npm run test:deep` tries.
import { ok } from 'node:assert/strict';
import { recoversAnything } from '../../../support/fuzz/storeRecovery.ts';

describe('a damaged thread database', function () {
  this.timeout(120_000);

  it('loses nothing that lies in pages which nobody touched', async () => {
    const { recovered, rows } = await recoversAnything({ cases: 60, seed: 5 });
    ok(recovered > 20 && rows > 500, JSON.stringify({ recovered, rows }));
  });
});
