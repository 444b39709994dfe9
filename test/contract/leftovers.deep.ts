// Kills, many: other moments than those of leftovers.test.ts.
import { killAt, momentOf, wholeTurn } from './leftoversStory.ts';

const MOMENTS = 150;
const FIRST_SEED = 1000;

describe('a server that is killed while sandboxed commands run, many moments', () => {
  let most = 0;

  before(async () => {
    most = await wholeTurn();
  });

  for (let seed = FIRST_SEED; seed < FIRST_SEED + MOMENTS; seed += 1) {
    it(`leaves nothing behind (seed ${seed})`, () => killAt(momentOf(seed, most), seed % 4 === 0));
  }
});
