// Made-up requests of every method, right, nearly right and nonsense: a sample of what `npm run test:deep` asks.
import { match } from 'node:assert/strict';
import { runParams } from '../support/fuzz/runParams.ts';

describe('made-up requests', function () {
  this.timeout(180_000);

  it('have one good answer each, and leave the server as it was', async () => {
    match(await runParams({ cases: 300, seed: 4 }), /\d+ requests, seed 4/);
  });
});
