// The folders of the sandbox, and what is removed of a server that is gone.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makePrivateFolders, removeWhatIsLeftOf } from '../../../../server/adapters/sandbox/privateFolders.ts';

describe('the folders of the sandbox', () => {
  let base: string;
  beforeEach(() => (base = realpathSync(mkdtempSync(join(tmpdir(), 'bowline-private-')))));
  afterEach(() => rmSync(base, { recursive: true }));

  it('go with a server that is gone', () => {
    const { own, temporary } = makePrivateFolders({ XDG_RUNTIME_DIR: base });
    assert.ok(existsSync(temporary));
    removeWhatIsLeftOf(own);
    assert.ok(!existsSync(own) && !existsSync(temporary));
  });

  it('are not told apart by what a command may have noted: nothing else is removed', () => {
    const important = join(base, 'bowline-tmp-0123456789abcdef');
    mkdirSync(important);
    for (const text of [
      important,
      base,
      `${tmpdir()}/bowline-tmp-0123456789abcdef/../${important.slice(tmpdir().length + 1)}`,
      '/',
      '',
    ]) {
      const own = join(base, 'own');
      mkdirSync(own);
      writeFileSync(join(own, 'temporary'), text);
      removeWhatIsLeftOf(own);
      assert.ok(!existsSync(own) && existsSync(important), text);
    }
  });
});
