// Crashes, many: the moments of crash.test.ts and others.
import { crashAt, momentOf, wholeTurn, type Progress } from './crashStory.ts';

const MOMENTS = 300;

describe('a server that dies in mid-turn, many moments', () => {
  let whole: Progress;

  before(async () => {
    whole = await wholeTurn();
  });

  for (let seed = 1; seed <= MOMENTS; seed += 1) {
    it(`loses nothing that was seen (kill -9, seed ${seed})`, () => crashAt(momentOf(seed, whole)));
  }
});
