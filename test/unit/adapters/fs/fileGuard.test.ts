// What is kept from the model on a real disk: by name, by place, and by .bowlineignore files.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createBowlineIgnore } from '../../../../server/adapters/fs/bowlineIgnore.ts';
import { createFileGuard, machinePlaces } from '../../../../server/adapters/fs/fileGuard.ts';

describe('file guard', () => {
  let root = '';
  beforeEach(() => {
    root = realpathSync(mkdtempSync(join(tmpdir(), 'bowline-guard-')));
    mkdirSync(join(root, 'ws/private/deep'), { recursive: true });
    mkdirSync(join(root, 'ws/src'));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));
  const at = (path: string): string => join(root, path);
  const guard = () =>
    createFileGuard(machinePlaces({ home: at('home'), env: { HOME: at('user') } }), createBowlineIgnore());
  const typeOf = async (path: string) => (await guard().placeOf(at(path))).type;

  it('keeps files by name and credentials by place', async () => {
    assert.equal(await typeOf('ws/.env'), 'kept');
    assert.equal(await typeOf('ws/src/a.ts'), 'free');
    assert.equal(await typeOf('home/auth.json'), 'private');
    assert.equal(await typeOf('user/.ssh/config'), 'credentials');
  });

  it('keeps what a .bowlineignore says, in the syntax of .gitignore, and names it', async () => {
    writeFileSync(at('ws/.bowlineignore'), '# ours\nprivate/\n*.sql\n!schema.sql\n/only-here\n');
    assert.equal(await typeOf('ws/private/deep/a.txt'), 'kept');
    assert.equal(await typeOf('ws/src/dump.sql'), 'kept');
    assert.equal(await typeOf('ws/src/schema.sql'), 'free');
    assert.equal(await typeOf('ws/only-here'), 'kept');
    assert.equal(await typeOf('ws/src/only-here'), 'free');
    assert.equal(await typeOf('ws/.bowlineignore'), 'free');
    const place = await guard().placeOf(at('ws/src/dump.sql'));
    assert.match(place.type === 'kept' ? place.reason : '', /ws\/\.bowlineignore keeps it/);
  });

  it('lets no inner file open what an outer one has closed, nor what is kept anyway', async () => {
    writeFileSync(at('ws/.bowlineignore'), '*.sql\n');
    writeFileSync(at('ws/src/.bowlineignore'), '!*.sql\n!.env\n*.csv\n');
    assert.equal(await typeOf('ws/src/dump.sql'), 'kept');
    assert.equal(await typeOf('ws/src/.env'), 'kept');
    assert.equal(await typeOf('ws/src/data.csv'), 'kept');
    assert.equal(await typeOf('ws/data.csv'), 'free');
  });

  it('sees a .bowlineignore change, and keeps everything below one that cannot be read', async () => {
    const one = guard();
    const path = at('ws/src/dump.sql');
    assert.equal((await one.placeOf(path)).type, 'free');
    writeFileSync(at('ws/.bowlineignore'), '*.sql\n');
    assert.equal((await one.placeOf(path)).type, 'kept');
    writeFileSync(at('ws/.bowlineignore'), '*.txt\n');
    utimesSync(at('ws/.bowlineignore'), 1, 1);
    assert.equal((await one.placeOf(path)).type, 'free');
    mkdirSync(at('ws/src/.bowlineignore'));
    assert.equal((await one.placeOf(path)).type, 'kept');
  });
});
