// The ledger of changed files: what joins, what is forgotten, what survives, and what commands add to it.
import { deepEqual, equal, ok } from 'node:assert/strict';
import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileUpdateChange, unifiedHunks, type ChangedText } from '../../../server/protocol/fileChange.ts';
import { CommandChanges } from '../../../src/diffs/commandChanges.ts';
import { parseRecords } from '../../../src/diffs/fileRecord.ts';
import { Ledger, type FileEdit } from '../../../src/diffs/ledger.ts';
import { TextStore } from '../../../src/diffs/textStore.ts';
import { WatchedTurns } from '../../../src/diffs/watchedTurns.ts';

const ABSENT: ChangedText = { type: 'absent' };
const PATH = '/ws/a';
const t = (text: string): ChangedText => ({ type: 'text', text });
const turn = (turnId: string) => ({ threadId: 'thread', turnId });
const edit = (turnId: string, before: ChangedText, after: ChangedText, more: Partial<FileEdit> = {}): FileEdit => ({
  turn: turn(turnId),
  path: PATH,
  movedFrom: null,
  before,
  after,
  ...more,
});

describe('the ledger', () => {
  let folder: string;
  let stored: unknown;
  const open = (): Ledger =>
    new Ledger(
      { load: () => stored, save: async (records) => void (stored = structuredClone(records)) },
      new TextStore(join(folder, 'texts')),
    );
  const textsOf = async (ledger: Ledger, path = PATH): Promise<unknown> => {
    const record = ledger.pendingAt(path);
    return record === undefined ? null : [await ledger.text(record.before), await ledger.text(record.after)];
  };

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bowline-ledger-'));
    stored = undefined;
  });
  afterEach(async () => await rm(folder, { recursive: true, force: true }));

  it('keeps the first text before over several turns', async () => {
    const ledger = open();
    await ledger.record(edit('1', t('a\n'), t('b\n')));
    await ledger.record(edit('2', t('b\n'), t('c\n')));
    deepEqual(await textsOf(ledger), [t('a\n'), t('c\n')]);
    deepEqual(
      ledger.ofTurn(turn('1')).map(({ path }) => path),
      [PATH],
    );
    deepEqual(
      ledger.ofTurn(turn('2')).map(({ path }) => path),
      [PATH],
    );
  });

  it('keeps what the user changed between two turns out of what can be rejected', async () => {
    const ledger = open();
    await ledger.record(edit('1', t('1\n2\n3\n4\n5\n'), t('ONE\n2\n3\n4\n5\n')));
    await ledger.record(edit('2', t('ONE\n2\nmine\n4\n5\n'), t('ONE\n2\nmine\n4\nFIVE\n')));
    deepEqual(await textsOf(ledger), [t('1\n2\nmine\n4\n5\n'), t('ONE\n2\nmine\n4\nFIVE\n')]);
  });

  it('forgets a change that was taken back', async () => {
    const ledger = open();
    await ledger.record(edit('1', t('a\n'), t('b\n')));
    await ledger.record(edit('1', t('b\n'), t('a\n')));
    deepEqual(ledger.pending(), []);
    await ledger.record(edit('1', ABSENT, t('new\n')));
    await ledger.record(edit('1', t('new\n'), ABSENT));
    deepEqual(ledger.pending(), []);
  });

  it('follows a file that is moved, and moved on, and moved back', async () => {
    const ledger = open();
    await ledger.record(edit('1', t('a\n'), t('b\n')));
    await ledger.record(edit('1', t('b\n'), t('c\n'), { movedFrom: PATH, path: '/ws/b' }));
    await ledger.record(edit('1', t('c\n'), t('c\n'), { movedFrom: '/ws/b', path: '/ws/c' }));
    deepEqual(
      ledger.pending().map(({ path, movedFrom }) => [path, movedFrom]),
      [['/ws/c', PATH]],
    );
    deepEqual(await textsOf(ledger, '/ws/c'), [t('a\n'), t('c\n')]);
    await ledger.record(edit('1', t('c\n'), t('a\n'), { movedFrom: '/ws/c', path: PATH }));
    deepEqual(ledger.pending(), []);
  });

  it('takes a moved new file for a new file', async () => {
    const ledger = open();
    await ledger.record(edit('1', ABSENT, t('a\n')));
    await ledger.record(edit('1', t('a\n'), t('a\n'), { movedFrom: PATH, path: '/ws/b' }));
    deepEqual(
      ledger.pending().map(({ path, movedFrom, before }) => [path, movedFrom, before.type]),
      [['/ws/b', null, 'absent']],
    );
  });

  it('begins anew after a decision, and keeps what was decided', async () => {
    const ledger = open();
    await ledger.record(edit('1', t('a\n'), t('b\n')));
    const first = ledger.pendingAt(PATH)?.id ?? '';
    await ledger.decide(first, 'accepted');
    await ledger.record(edit('2', t('b\n'), t('c\n')));
    deepEqual(await textsOf(ledger), [t('b\n'), t('c\n')]);
    equal(ledger.byId(first)?.verdict, 'accepted');
    deepEqual(
      ledger.ofTurn(turn('1')).map(({ verdict }) => verdict),
      ['accepted'],
    );
  });

  it('takes a rejection back, unless there is a newer change', async () => {
    const ledger = open();
    await ledger.record(edit('1', t('a\n'), t('b\n')));
    const id = ledger.pendingAt(PATH)?.id ?? '';
    await ledger.decide(id, 'rejected');
    equal(ledger.rejectedAt(PATH)?.id, id);
    await ledger.decide(id, 'pending');
    deepEqual(await textsOf(ledger), [t('a\n'), t('b\n')]);
    await ledger.decide(id, 'rejected');
    await ledger.record(edit('2', t('a\n'), t('x\n')));
    await ledger.decide(id, 'pending');
    equal(ledger.byId(id)?.verdict, 'rejected');
  });

  it('survives a reload, texts included', async () => {
    await open().record(edit('1', t('a\n'), t('b\n')));
    const ledger = open();
    deepEqual(await textsOf(ledger), [t('a\n'), t('b\n')]);
  });

  it('says so when a text is gone or was tampered with', async () => {
    await open().record(edit('1', t('a\n'), t('b\n')));
    for (const name of await readdir(join(folder, 'texts'))) await writeFile(join(folder, 'texts', name), 'other');
    const record = open().pendingAt(PATH);
    ok(record !== undefined);
    equal((await open().text(record.before)).type, 'conflict');
  });

  it('loses nothing when much is recorded and decided at once', async () => {
    const ledger = open();
    await Promise.all(
      Array.from({ length: 30 }, (_, n) => ledger.record(edit('1', ABSENT, t(`${n}`), { path: `/ws/${n}` }))),
    );
    equal(ledger.pending().length, 30);
    await Promise.all(ledger.pending().map(({ id }) => ledger.decide(id, 'accepted')));
    equal(ledger.pending().length, 0);
    equal(ledger.ofTurn(turn('1')).length, 30);
  });

  it('keeps a bounded number of decided records, and every one that waits', async () => {
    const ledger = open();
    await ledger.record(edit('0', t('a'), t('b'), { path: '/ws/waits' }));
    for (let n = 0; n < 103; n += 1) {
      await ledger.record(edit('1', ABSENT, t('x'), { path: `/ws/${n}` }));
      await ledger.decide(ledger.pendingAt(`/ws/${n}`)?.id ?? '', 'accepted');
    }
    equal(ledger.ofTurn(turn('1')).length, 100);
    equal(ledger.pending().length, 1);
  });

  it('removes old texts that nobody refers to', async () => {
    const store = new TextStore(join(folder, 'texts'));
    const [used, unused, fresh] = [await store.put('used'), await store.put('unused'), await store.put('fresh')];
    const longAgo = new Date(0);
    for (const hash of [used, unused]) await utimes(join(folder, 'texts', hash), longAgo, longAgo);
    await store.prune(new Set([used]), Date.now());
    deepEqual((await readdir(join(folder, 'texts'))).toSorted(), [used, fresh].toSorted());
  });

  it('reads nothing but whole records', () => {
    for (const nonsense of [undefined, null, 7, 'x', {}, [null, 1, {}, { id: 'x', path: 7 }]])
      deepEqual(parseRecords(nonsense), []);
  });

  describe('with what commands do', () => {
    const files = new Map<string, ChangedText>();
    const written: string[] = [];
    const setUp = () => {
      files.clear();
      written.length = 0;
      const ledger = open();
      const read = async (path: string): Promise<ChangedText> => files.get(path) ?? ABSENT;
      const commands = new CommandChanges({ ledger, read, onWritten: (path) => void written.push(path) });
      return { ledger, commands, update: (diff: string) => commands.update(diff, turn('1'), '/ws') };
    };
    const section = (name: string, before: string, after: string): string =>
      `diff --git a/${name} b/${name}\n--- a/${name}\n+++ b/${name}\n${unifiedHunks(before, after)}`;

    it('takes in a file that only a command changed', async () => {
      const { ledger, update } = setUp();
      files.set(PATH, t('b\n'));
      await update(section('a', 'a\n', 'b\n'));
      deepEqual(await textsOf(ledger), [t('a\n'), t('b\n')]);
      deepEqual(written, [PATH]);
    });

    it('takes nothing in twice: neither what a patch did nor what was told before', async () => {
      const { ledger, commands, update } = setUp();
      const change = fileUpdateChange({ path: PATH, before: 'a\n', after: 'b\n', movePath: null });
      commands.explained(turn('1'), change, { before: t('a\n'), after: t('b\n') });
      files.set(PATH, t('b\nthe user went on\n'));
      await update(section('a', 'a\n', 'b\n'));
      deepEqual(ledger.pending(), []);
      files.set('/ws/c', t('2\n'));
      const diff = section('a', 'a\n', 'b\n') + section('c', '1\n', '2\n');
      await update(diff);
      await update(diff);
      deepEqual(written, ['/ws/c']);
    });

    it('sees a command go on after a patch', async () => {
      const { ledger, commands, update } = setUp();
      await ledger.record(edit('1', t('a\n'), t('b\n')));
      const change = fileUpdateChange({ path: PATH, before: 'a\n', after: 'b\n', movePath: null });
      commands.explained(turn('1'), change, { before: t('a\n'), after: t('b\n') });
      files.set(PATH, t('b\nformatted\n'));
      await update(section('a', 'a\n', 'b\nformatted\n'));
      deepEqual(await textsOf(ledger), [t('a\n'), t('b\nformatted\n')]);
    });

    it('knows new, deleted and binary files', async () => {
      const { ledger, update } = setUp();
      files.set('/ws/new', t('n\n'));
      files.set('/ws/image', { type: 'conflict', message: 'binary' });
      await update(
        'diff --git a/new b/new\nnew file mode 100644\n--- /dev/null\n+++ b/new\n@@ -0,0 +1 @@\n+n\n' +
          'diff --git a/gone b/gone\ndeleted file mode 100644\n--- a/gone\n+++ /dev/null\n@@ -1 +0,0 @@\n-g\n' +
          'diff --git a/image b/image\nBinary files a/image and b/image differ\n',
      );
      deepEqual(await textsOf(ledger, '/ws/new'), [ABSENT, t('n\n')]);
      deepEqual(await textsOf(ledger, '/ws/gone'), [t('g\n'), ABSENT]);
      equal(ledger.pendingAt('/ws/image')?.before.type, 'conflict');
    });

    it('shows a file that a command renamed as gone here and new there, and leaves a patch’s own move alone', async () => {
      const { ledger, commands, update } = setUp();
      files.set('/ws/there', t('x\n'));
      const renamed = (from: string, to: string): string =>
        `diff --git a/${from} b/${to}\nsimilarity index 100%\nrename from ${from}\nrename to ${to}\n`;
      await update(renamed('here', 'there'));
      deepEqual(await textsOf(ledger, '/ws/here'), [t('x\n'), ABSENT]);
      deepEqual(await textsOf(ledger, '/ws/there'), [ABSENT, t('x\n')]);
      const change = fileUpdateChange({ path: PATH, before: 'a\n', after: 'a\n', movePath: '/ws/moved' });
      commands.explained(turn('1'), change, { before: t('a\n'), after: t('a\n') });
      await update(renamed('here', 'there') + renamed('a', 'moved'));
      equal(ledger.pendingAt('/ws/moved'), undefined);
    });

    it('forgets a file that a command put back', async () => {
      const { ledger, update } = setUp();
      files.set(PATH, t('b\n'));
      await update(section('a', 'a\n', 'b\n'));
      files.set(PATH, t('a\n'));
      await update('');
      deepEqual(ledger.pending(), []);
    });
  });
});

describe('watched turns', () => {
  it('remember over a reload which patches were taken in, and read no nonsense', async () => {
    let stored: unknown = 'nonsense';
    const open = (): WatchedTurns =>
      new WatchedTurns({ load: () => stored, save: async (turns) => void (stored = structuredClone(turns)) });
    const first = open();
    equal(first.has(turn('1')), false);
    await first.begin(turn('1'));
    await first.add(turn('1'), 'item');
    const second = open();
    equal(second.has(turn('1')), true);
    equal(second.knows(turn('1'), 'item'), true);
    equal(second.knows(turn('1'), 'other'), false);
    for (let n = 0; n < 25; n += 1) await second.begin(turn(`later ${n}`));
    equal(second.has(turn('1')), false);
  });
});
