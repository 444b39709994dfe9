// `bowline thread export` and `import`: the same history in another home, once, and whole or not at all.
import { deepEqual, equal, match, notEqual, ok } from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseCommandLine } from '../../server/cli.ts';
import type { ThreadStore } from '../../server/core/thread/threadStore.ts';
import { diagnose } from '../../server/adapters/store/doctor.ts';
import { openThreadStore } from '../../server/adapters/store/openThreadStore.ts';
import { runThreadCommand } from '../../server/threadCommand.ts';
import {
  FIRST,
  messageItem,
  modelMessage,
  recordOf,
  Scratch,
  Script,
  settings,
  silentLog,
  wordsOf,
} from './adapters/store/fixture.ts';

const ID = '0199aaaa-0000-7000-8000-000000000001';
const FORK = '0199aaaa-0000-7000-8000-000000000002';
const a = new Script(ID);
const fork = new Script(FORK);

describe('bowline thread', () => {
  let scratch: Scratch;
  let said: string;
  let complained: string;
  const away = (): string => join(scratch.home, 'away');
  const file = (): string => join(scratch.home, 'bundle.jsonl');

  beforeEach(() => {
    scratch = new Scratch();
    mkdirSync(away());
  });
  afterEach(() => scratch.dispose());

  function run(home: string, ...args: string[]): Promise<number> {
    const command = parseCommandLine(['thread', ...args], '1');
    ok(
      command.type === 'exportThread' || command.type === 'importThread' || command.type === 'importThreads',
      JSON.stringify(command),
    );
    said = '';
    complained = '';
    return runThreadCommand(command, {
      home,
      clock: scratch.clock,
      log: silentLog,
      env: {},
      cwd: scratch.home,
      print: (text) => Promise.resolve(void (said += text)),
      complain: (text) => void (complained += text),
    });
  }

  async function fill(): Promise<void> {
    const store = await scratch.store();
    store.create(
      recordOf(ID, {
        name: 'Knots',
        preview: 'prompt t1',
        gitInfo: { sha: 'f00', branch: 'main', originUrl: null },
        settings: { ...settings, approvalPolicy: 'never', sandbox: { type: 'dangerFullAccess' } },
      }),
      null,
    );
    for (const turn of ['t1', 't2', 't3']) store.append(ID, a.turn(turn));
    store.append(ID, [a.diff('t2', 'the diff'), { type: 'modelBase', turnId: 't2', items: [modelMessage('summary')] }]);
    store.append(ID, [a.reverted('t3')]);
    store.create(recordOf(FORK, { forkedFromId: ID, name: 'Fork' }), { threadId: ID, lastTurnId: 't2' });
    store.append(FORK, fork.turn('f1'));
    store.append(FORK, [fork.started('f2'), fork.partial('f2', messageItem('open', 'half a', null))]);
    store.close();
  }

  async function inStore<T>(home: string, work: (store: ThreadStore) => T): Promise<T> {
    const store = await openThreadStore({ home, clock: scratch.clock, log: silentLog });
    try {
      return work(store);
    } finally {
      store.close();
    }
  }

  const history = (store: ThreadStore, id: string): unknown => ({
    turns: store.turns(id, FIRST).data,
    model: wordsOf(store.modelItems(id, store.turns(id, FIRST).data.at(-1)?.id ?? null)),
    first: wordsOf(store.turnModelItems(id, 't1')),
    extras: store.turnExtras(id, 't2'),
    name: store.get(id)?.name,
    gitInfo: store.get(id)?.gitInfo,
  });

  const threadCount = (store: ThreadStore): number =>
    store.list({
      ...FIRST,
      sortKey: 'created_at',
      archived: false,
      cwds: [],
      modelProviders: [],
      excludedIds: [],
      searchTerm: null,
    }).data.length;

  for (const id of [ID, FORK]) {
    it(`carries ${id === ID ? 'a thread' : 'a fork with all that it inherits'} to another home`, async () => {
      await fill();
      equal(await run(scratch.home, 'export', id, '--out', 'bundle.jsonl'), 0, complained);
      equal(statSync(file()).mode & 0o777, 0o600);
      equal(await run(away(), 'import', file()), 0, complained);
      equal(said, `imported as ${id}\n`);
      const there = await inStore(scratch.home, (store) => history(store, id));
      deepEqual(await inStore(away(), (store) => history(store, id)), there);
      const found = await inStore(away(), (store) =>
        store.search({ term: 'answer t1', sortKey: 'created_at', archived: false, ...FIRST }),
      );
      equal(found.data.length, 1);
      const diagnosis = await diagnose({ home: away(), clock: scratch.clock, log: silentLog });
      deepEqual(
        diagnosis.type === 'examined' && [diagnosis.examination.faults, diagnosis.examination.otherShapes.size],
        [[], 0],
      );
    });
  }

  it('leaves the policies at home', async () => {
    await fill();
    await run(scratch.home, 'export', ID);
    ok(!said.includes('never') && !said.includes('dangerFullAccess'));
    writeFileSync(file(), said);
    await run(away(), 'import', file());
    const record = await inStore(away(), (store) => store.get(ID));
    equal(record?.settings.approvalPolicy, 'on-request');
    notEqual(record?.settings.sandbox.type, 'dangerFullAccess');
    equal(record?.settings.cwd, settings.cwd);
  });

  it('makes nothing new of the same bundle, not even when the thread has gone on', async () => {
    await fill();
    await run(scratch.home, 'export', ID, '-o', file());
    for (const home of [scratch.home, away(), away()]) await run(home, 'import', file());
    equal(said, `already here as ${ID}: nothing new\n`);
    await inStore(away(), (store) => store.append(ID, a.turn('later')));
    equal(await run(away(), 'import', file()), 0);
    equal(said, `already here as ${ID}: nothing new\n`);
    equal(await inStore(away(), threadCount), 1);
    equal(await inStore(scratch.home, threadCount), 2);
  });

  it('gives a bundle an id of its own, the same each time, when its id has another history', async () => {
    await fill();
    await run(scratch.home, 'export', ID, '-o', file());
    await inStore(away(), (store) => {
      store.create(recordOf(ID), null);
      store.append(ID, a.turn('other'));
    });
    equal(await run(away(), 'import', file()), 0, complained);
    const id = /^imported as (\S+) \(the id/.exec(said)?.[1] ?? '';
    match(id, /^0199aaaa-0000-7[\da-f]{3}-a[\da-f]{3}-[\da-f]{12}$/);
    await run(away(), 'import', file());
    equal(said, `already here as ${id}: nothing new\n`);
    equal(await inStore(away(), threadCount), 2);
    deepEqual(await inStore(away(), (store) => store.turns(id, FIRST).data.map((turn) => turn.id)), ['t1', 't2']);
    deepEqual(await inStore(away(), (store) => store.turns(ID, FIRST).data.map((turn) => turn.id)), ['other']);
  });

  for (const [what, line, damage] of [
    ['that is no JSON', 4, (lines: string[]) => void (lines[3] = '{"type":"event"')],
    ['that is cut short', 14, (lines: string[]) => void lines.splice(13)],
    ['that lost a line', 0, (lines: string[]) => void lines.splice(3, 1)],
    [
      'with an event of the wrong shape',
      3,
      (lines: string[]) => void (lines[2] = (lines[2] ?? '').replace('"type":"userMessage"', '"type":7')),
    ],
    ['with an event of another thread', 3, (lines: string[]) => void (lines[2] = (lines[2] ?? '').replace(ID, FORK))],
    [
      'with an event that is no history',
      3,
      (lines: string[]) => void (lines[2] = (lines[2] ?? '').replace('item/completed', 'thread/deleted')),
    ],
    [
      'of a format of tomorrow',
      1,
      (lines: string[]) => void (lines[0] = (lines[0] ?? '').replace('"version":1', '"version":2')),
    ],
    ['that is something else', 1, (lines: string[]) => void (lines[0] = '{"a":1}')],
  ] as const) {
    it(`refuses a bundle ${what}, whole`, async () => {
      await fill();
      await run(scratch.home, 'export', ID);
      const lines = said.trimEnd().split('\n');
      damage(lines);
      writeFileSync(file(), `${lines.join('\n')}\n`);
      equal(await run(away(), 'import', file()), 1);
      match(complained, new RegExp(`^bowline thread: line ${line === 0 ? lines.length : line}: `));
      ok(!existsSync(join(away(), 'threads.db')));
    });
  }

  it('says what is not there, and overwrites nothing', async () => {
    equal(await run(away(), 'export', ID), 1);
    match(complained, /there is no thread/);
    ok(!existsSync(join(away(), 'threads.db')));
    await fill();
    writeFileSync(file(), 'mine');
    equal(await run(scratch.home, 'export', ID, '-o', file()), 1);
    match(complained, /EEXIST/);
    equal(readFileSync(file(), 'utf8'), 'mine');
    equal(await run(away(), 'import', join(scratch.home, 'nothing')), 1);
    for (const args of [
      ['thread'],
      ['thread', 'export'],
      ['thread', 'import', 'f', '--out', 'x'],
      ['thread', 'x', 'y'],
    ])
      equal(parseCommandLine(args, '1').type, 'refuse');
  });
});
