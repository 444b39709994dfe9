// The store of checkpoints: contents by their hash, safe among processes, below its quota.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCheckpointStore } from '../../../../server/adapters/checkpoint/checkpointStore.ts';
import { hashOf, ObjectStore } from '../../../../server/adapters/checkpoint/objectStore.ts';
import type { Manifest, StoredPath } from '../../../../server/core/checkpoint/manifest.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('the store of checkpoints', () => {
  let home = '';
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'bowline-checkpoints-'));
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  const open = (quotaBytes = 2 ** 30, graceMs = 0) =>
    createCheckpointStore({ home, quotaBytes: () => quotaBytes, nowMs: () => Date.now() + 1000, graceMs });
  const objectAt = (hash: string): string => join(home, 'checkpoints/objects', hash.slice(0, 2), hash.slice(2));
  const objects = (): string[] =>
    readdirSync(join(home, 'checkpoints/objects')).flatMap((folder) =>
      readdirSync(join(home, 'checkpoints/objects', folder)).map((name) => folder + name),
    );
  const manifest = (turnId: string, hashes: readonly string[], more: Partial<Manifest> = {}): Manifest => ({
    threadId: 't',
    turnId,
    changedAtMs: Number(turnId),
    isOpen: false,
    limitations: [],
    paths: hashes.map((hash) => pathOf(hash)),
    ...more,
  });
  const pathOf = (hash: string): StoredPath => ({
    path: `/w/${hash.slice(0, 8)}`,
    steps: [{ before: { kind: 'file', mode: 0o644, content: { hash, size: 1 } }, after: null }],
    isIgnored: false,
    movedFrom: null,
  });

  it('gives back what it kept, once for the same bytes, compressed where that pays, for its owner alone', async () => {
    const store = open();
    const noise = crypto.getRandomValues(new Uint8Array(4000));
    for (const content of [bytes(''), bytes('short'), bytes('long '.repeat(2000)), noise]) {
      const hash = await store.keep(content);
      assert.equal(hash, hashOf(content));
      assert.deepEqual(new Uint8Array((await store.load(hash))!), content);
      assert.equal(await store.keep(content), hash);
      assert.equal(statSync(objectAt(hash)).mode & 0o777, 0o600);
    }
    assert.equal(objects().length, 4);
    assert.ok(statSync(objectAt(hashOf(bytes('long '.repeat(2000))))).size < 1000);
    assert.equal(statSync(objectAt(hashOf(noise))).size, 4001);
    assert.equal(statSync(join(home, 'checkpoints/objects')).mode & 0o777, 0o700);
  });

  it('says of what is missing, damaged, cut off or no hash that it is not there', async () => {
    const store = open();
    const hash = await store.keep(bytes('text '.repeat(500)));
    const whole = readFileSync(objectAt(hash));
    for (const damage of [Buffer.of(), Buffer.of(7), whole.subarray(0, 20), Buffer.concat([whole, Buffer.of(1)])]) {
      writeFileSync(objectAt(hash), damage);
      const found = await store.load(hash);
      assert.ok(found === null || Buffer.from(found).equals(bytes('text '.repeat(500))), String(damage.length));
    }
    unlinkSync(objectAt(hash));
    for (const name of [hash, '../../../config.toml', '', 'f'.repeat(64)]) assert.equal(await store.load(name), null);
  });

  it('reads a damaged record as none', async () => {
    const store = open();
    await store.saveManifest(manifest('1', []));
    const file = join(home, 'checkpoints/turns/1.json');
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.equal((await store.manifest('1'))?.turnId, '1');
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replace('"changedAtMs":1', '"changedAtMs":2'));
    assert.equal(await store.manifest('1'), null);
    truncateSync(file, 30);
    assert.equal(await store.manifest('1'), null);
    assert.equal(await store.manifest('../../etc/passwd'), null);
    await assert.rejects(store.saveManifest(manifest('../1', [])));
    await store.cleanUp();
  });

  it('lets the oldest turns go when it is over its quota, and tells of them; what others use stays', async () => {
    const store = open(3_500);
    const contents = ['1', '2', '3'].map((name) =>
      crypto.getRandomValues(new Uint8Array(1000)).fill(Number(name), 0, 1),
    );
    const shared = await store.keep(contents[0]!);
    const [old, middle, young] = await Promise.all([...contents.slice(1), bytes('y')].map((one) => store.keep(one)));
    await store.saveManifest(manifest('1', [shared, old!]));
    await store.saveManifest(manifest('2', [middle!]));
    await store.saveManifest(manifest('3', [shared, young!]));
    await store.cleanUp();
    assert.deepEqual((await store.manifest('1'))?.paths, []);
    assert.match((await store.manifest('1'))?.limitations[0] ?? '', /not kept any more/);
    assert.equal((await store.manifest('3'))?.paths.length, 2);
    assert.notEqual(await store.load(shared), null);
    assert.equal(await store.load(old!), null);

    const { ino } = statSync(join(home, 'checkpoints', 'turns', '1.json'));
    await open(10).cleanUp();
    assert.deepEqual((await store.manifest('3'))?.paths, []);
    assert.equal(
      statSync(join(home, 'checkpoints', 'turns', '1.json')).ino,
      ino,
      'what is evicted is not evicted again',
    );
  });

  it('never lets go of a turn that runs, whoever runs it, but of one whose process has ended', async () => {
    const store = open(10);
    const hash = await store.keep(bytes('content'));
    await store.saveManifest(manifest('1', [hash], { isOpen: true }));
    await store.cleanUp();
    assert.notEqual(await store.load(hash), null);
    assert.equal(await store.isAbandoned('1'), false);
    const program = `import { createCheckpointStore } from ${JSON.stringify(join(import.meta.dirname, '../../../../server/adapters/checkpoint/checkpointStore.ts'))};
      const store = createCheckpointStore({ home: ${JSON.stringify(home)}, quotaBytes: () => 10, nowMs: () => Date.now() });
      await store.saveManifest(${JSON.stringify(manifest('1', [hash], { isOpen: true }))});
      await store.cleanUp();`;
    const other = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: 'inherit' });
    assert.deepEqual(await once(other, 'exit'), [0, null]);
    assert.equal(await store.isAbandoned('1'), true);
    await store.cleanUp();
    assert.equal(await store.load(hash), null);
  });

  it('sweeps what nothing refers to, leftovers of killed writers too, but nothing young', async () => {
    const hash = await open().keep(bytes('content'));
    writeFileSync(`${objectAt(hash)}.99.1.tmp`, 'half');
    await open(2 ** 30, 60_000).cleanUp();
    assert.equal(objects().length, 2);
    await open().cleanUp();
    assert.deepEqual(objects(), []);
  });

  it('keeps what somebody keeps again while it is being removed', async () => {
    const store = new ObjectStore(join(home, 'objects'), 60_000);
    const hash = await store.keep(bytes('content'));
    const path = join(home, 'objects', hash.slice(0, 2), hash.slice(2));
    utimesSync(path, 1, 1);
    const [listed] = await store.list();
    await store.keep(bytes('content'));
    assert.equal(await store.remove(listed!), false);
    assert.notEqual(await store.load(hash), null);
    for (let round = 0; round < 100; round += 1) {
      utimesSync(path, 1, 1);
      const [now] = await store.list();
      await Promise.all([store.remove(now!), store.keep(bytes('content'))]);
      assert.notEqual(await store.load(hash), null);
    }
  });

  it('marks what is kept again, unless it was marked a moment ago', async () => {
    const store = new ObjectStore(join(home, 'objects'), 60_000);
    const hash = await store.keep(bytes('content'));
    const path = join(home, 'objects', hash.slice(0, 2), hash.slice(2));
    const markedAt = async (seconds: number): Promise<number> => {
      utimesSync(path, seconds, seconds);
      await store.keep(bytes('content'));
      return statSync(path).mtimeMs;
    };
    const now = Math.floor(Date.now() / 1000);
    assert.equal(await markedAt(now - 10), (now - 10) * 1000);
    assert.ok((await markedAt(now - 70)) >= now * 1000);
    // a clock that was set back: nobody knows how long ago that was
    assert.ok((await markedAt(now + 3600)) < (now + 3600) * 1000);
  });

  it('forgets a thread, and not another', async () => {
    const store = open();
    const [mine, other] = await Promise.all(['mine', 'other'].map((text) => store.keep(bytes(text))));
    await store.saveManifest(manifest('1', [mine!]));
    await store.saveManifest({ ...manifest('2', [other!]), threadId: 'u' });
    await store.saveRestore({ id: 'r', threadId: 't', turnId: '1', startedAtMs: 1, state: 'done', paths: [] });
    await store.forget('t');
    assert.deepEqual([await store.manifest('1'), await store.restores('t')], [null, []]);
    assert.deepEqual([await store.load(mine!), (await store.load(other!)) !== null], [null, true]);
  });
});
