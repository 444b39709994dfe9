// Crashes: a server killed at seeded moments of a turn, and one that is told to end in the middle of it.
import { seeded } from '../support/modelChunks.ts';
import { crashAt, endInOrder, lengthOfTurn } from './crashStory.ts';

const MOMENTS = 15;

describe('a server that dies in mid-turn', () => {
  let length = 0;

  before(async function () {
    this.timeout(30_000);
    length = await lengthOfTurn();
  });

  for (let seed = 1; seed <= MOMENTS; seed += 1) {
    it(`loses nothing that was seen (kill -9, seed ${seed})`, async function () {
      this.timeout(30_000);
      await crashAt(Math.ceil(seeded(seed)() * length));
    });
  }

  it('takes its leave in order on SIGTERM', async function () {
    this.timeout(30_000);
    await endInOrder((server) => server.process?.kill('SIGTERM'));
  });

  it('takes its leave in order when its input ends', async function () {
    this.timeout(30_000);
    await endInOrder((server) => server.process?.stdin?.end());
  });
});
