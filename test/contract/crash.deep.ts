// Crashes, many: the moments of crash.test.ts and 85 others.
import { seeded } from '../support/modelChunks.ts';
import { crashAt, lengthOfTurn } from './crashStory.ts';

const MOMENTS = 100;

describe('a server that dies in mid-turn, many moments', () => {
  let length = 0;

  before(async () => {
    length = await lengthOfTurn();
  });

  for (let seed = 1; seed <= MOMENTS; seed += 1) {
    it(`loses nothing that was seen (kill -9, seed ${seed})`, () => crashAt(Math.ceil(seeded(seed)() * length)));
  }
});
