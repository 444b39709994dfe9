// Crashes: a server killed at seeded moments of a turn, and one that is told to end in the middle of it.
import { crashAt, endInOrder, momentOf, wholeTurn, type Progress } from './crashStory.ts';

const MOMENTS = 50;

describe('a server that dies in mid-turn', () => {
  let whole: Progress;

  before(async function () {
    this.timeout(30_000);
    whole = await wholeTurn();
  });

  for (let seed = 1; seed <= MOMENTS; seed += 1) {
    it(`loses nothing that was seen (kill -9, seed ${seed})`, async function () {
      this.timeout(30_000);
      await crashAt(momentOf(seed, whole));
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
