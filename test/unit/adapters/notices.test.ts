// Notices between processes, as files: heard soon, whole, once and in order; bounded; gone with their process.
import { deepEqual, equal, ok } from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../../server/adapters/clock.ts';
import { NoticeFiles } from '../../../server/adapters/notices.ts';
import { processLiveness } from '../../../server/adapters/store/liveness.ts';
import type { ServerNotification } from '../../../server/protocol/methods.ts';

const SILENT = { debug: () => undefined, warn: () => undefined, error: () => undefined };

const named = (threadId: string, threadName: string): ServerNotification => ({
  method: 'thread/name/updated',
  params: { threadId, threadName },
});
const status = (threadId: string, type: 'idle' | 'notLoaded'): ServerNotification => ({
  method: 'thread/status/changed',
  params: { threadId, status: { type } },
});

describe('notices', () => {
  let home: string;
  const made: NoticeFiles[] = [];

  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'bowline-notices-'));
  });
  afterEach(() => {
    for (const notices of made.splice(0)) notices.close();
    rmSync(home, { recursive: true, force: true });
  });

  function opened(): NoticeFiles {
    const notices = new NoticeFiles({ home, clock: systemClock, log: SILENT });
    made.push(notices);
    return notices;
  }

  /** Listens; `heard` resolves when the last of what was told fits. */
  function listening() {
    const told: ServerNotification[] = [];
    const ended: string[] = [];
    const waiting: { fits: () => boolean; resolve: () => void }[] = [];
    const look = (): void => waiting.filter(({ fits }) => fits()).forEach(({ resolve }) => resolve());
    const notices = opened();
    notices.listen({
      told: (event) => {
        told.push(event);
        look();
      },
      ended: (threadIds) => {
        ended.push(...threadIds);
        look();
      },
    });
    const heard = (fits: () => boolean): Promise<void> =>
      fits() ? Promise.resolve() : new Promise((resolve) => waiting.push({ fits, resolve }));
    return { notices, told, ended, heard };
  }

  it('are heard in order and once; of what is told again the last counts', async () => {
    const { told, heard } = listening();
    const other = opened();
    other.tell('a', named('a', 'first'));
    other.tell('b', named('b', 'second'));
    other.tell('a', named('a', 'third'));
    await heard(() => told.length === 2);
    deepEqual(told, [named('b', 'second'), named('a', 'third')]);
    other.tell('c', named('c', 'fourth'));
    await heard(() => told.length > 2);
    deepEqual(told.slice(2), [named('c', 'fourth')]);
  });

  it('of before are known and not told; the status is that of the process that is asked about', async () => {
    const other = opened();
    const { told, heard } = listening();
    other.tell('a', status('a', 'idle'));
    await heard(() => told.length === 1);
    const late = listening();
    deepEqual(late.told, []);
    deepEqual(late.notices.status('a', process.pid), { type: 'idle' });
    equal(late.notices.status('a', process.pid + 1), undefined);
    equal(late.notices.status('b', process.pid), undefined);
  });

  it('end with their process: its threads are named', async () => {
    const { ended, told, heard } = listening();
    const other = opened();
    other.tell('a', status('a', 'idle'));
    other.tell('b', status('b', 'notLoaded'));
    await heard(() => told.length === 2);
    other.close();
    await heard(() => ended.length > 0);
    deepEqual(ended, ['a']);
    deepEqual(
      readdirSync(join(home, 'run')).filter((name) => name.endsWith('.notices')),
      [],
    );
  });

  it('end with a process that was killed and could not take them back', async () => {
    const other = spawn('sleep', ['60']);
    const mark = processLiveness.mark(other.pid!);
    const { ended, told, heard } = listening();
    const notices = [{ seq: 1, threadId: 'a', event: status('a', 'idle') }];
    writeFileSync(join(home, 'run', 'killed.notices'), JSON.stringify({ mark, notices }));
    await heard(() => told.length === 1);
    deepEqual(ended, []);
    other.kill('SIGKILL');
    await heard(() => ended.length > 0);
    deepEqual([ended, readdirSync(join(home, 'run'))], [['a'], []]);
  }).timeout(30_000);

  it('are few, private and whole', async () => {
    const { told, heard } = listening();
    const other = opened();
    for (let n = 0; n < 1_000; n += 1) other.tell(`t${n}`, named(`t${n}`, 'x'));
    await heard(() => told.length > 0);
    deepEqual([told.length, told.at(-1)], [200, named('t999', 'x')]);
    const [name] = readdirSync(join(home, 'run'));
    const file = join(home, 'run', name!);
    deepEqual([statSync(join(home, 'run')).mode & 0o777, statSync(file).mode & 0o777], [0o700, 0o600]);
    ok(JSON.parse(readFileSync(file, 'utf8')).notices.length === 200);
  });

  it('that do not fit the protocol, or are nothing of ours, are left out', async () => {
    const { told, heard, notices } = listening();
    const mark = { pid: process.pid, machine: 'm', start: null };
    const good = { seq: 3, threadId: 'a', event: named('a', 'good') };
    const bad = [
      { seq: 1, threadId: 'a', event: { method: 'no/such', params: {} } },
      { seq: 2, threadId: 'a', event: { method: 'thread/status/changed', params: { threadId: 'a', status: 'idle' } } },
      'nothing',
    ];
    writeFileSync(join(home, 'run', '1-x.notices'), '{ half');
    writeFileSync(join(home, 'run', '2-x.notices'), JSON.stringify({ mark, notices: [...bad, good] }));
    await heard(() => told.length > 0);
    deepEqual(told, [named('a', 'good')]);
    equal(notices.status('a', process.pid), undefined);
  });
});
