// What putting the server together costs the first request: nothing that it does not need.
import { equal } from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Fanout } from '../../server/app/fanout.ts';
import { ServerRequests } from '../../server/app/serverRequests.ts';
import { compose } from '../../server/composition.ts';
import { silentLog } from './adapters/store/fixture.ts';

describe('the world of the first thread', () => {
  const original = Intl.DateTimeFormat;
  const home = mkdtempSync(join(tmpdir(), 'bowline-composition-'));
  after(() => {
    Reflect.set(Intl, 'DateTimeFormat', original);
    rmSync(home, { recursive: true, force: true });
  });

  it('opens without a look at the time zone, which takes the runtime 20 ms', async () => {
    let looks = 0;
    const counted = new Proxy(original, {
      apply: (target, self, given) => ((looks += 1), Reflect.apply(target, self, given)),
      construct: (target, given, self) => ((looks += 1), Reflect.construct(target, given, self)),
    });
    Reflect.set(Intl, 'DateTimeFormat', counted);
    const composed = compose({ home, env: { ...process.env }, overrides: [], log: silentLog });
    const questions = new ServerRequests(new Fanout(), async () => undefined);
    const store = await composed.app.openStore();
    await composed.app.openTurnWorld(questions, store);
    equal(looks, 0);
    Intl.DateTimeFormat();
    equal(looks, 1, 'looks are counted');
    store.close();
    await composed.dispose();
  });
});
