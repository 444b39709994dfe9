// A killed server leaves nothing behind: no process, no mount, no stub in the workspace, no temporary folder.
import { existsSync } from 'node:fs';
import { killAt, momentOf, wholeTurn } from './leftoversStory.ts';

const MOMENTS = 12;
/** Every fourth time what would clean up is killed as well, as by a machine that runs out of memory. */
const WITH_JANITOR = 4;

describe('a server that is killed while sandboxed commands run', function () {
  this.timeout(120_000);
  let most = 0;

  before(async function () {
    if (!existsSync('/usr/bin/bwrap')) this.skip();
    most = await wholeTurn();
  });

  for (let seed = 1; seed <= MOMENTS; seed += 1) {
    it(`leaves nothing behind (seed ${seed})`, async () => {
      await killAt(momentOf(seed, most), seed % WITH_JANITOR === 0);
    });
  }
});
