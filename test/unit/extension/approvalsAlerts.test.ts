// Alerts about approvals: by the desktop's own program, once for each burst, and in the editor where that cannot be.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { ApprovalRequest } from '../../../server/protocol/methods.ts';
import { ApprovalAlerts, noticeOf } from '../../../src/approvals/alerts.ts';
import { noticeCommand, noticeLine } from '../../../src/approvals/desktopNotifier.ts';
import { approvalWording } from '../../../src/approvals/wording.ts';
import { Emitter, type Disposable } from '../../../src/emitter.ts';
import { approval, QUIET } from './fakePort.ts';

function command(id: string, text: string): ApprovalRequest {
  const request = approval(id, 'a');
  if (request.method !== 'item/commandExecution/requestApproval') throw new Error('not a command');
  return { ...request, params: { ...request.params, command: text } };
}

describe('alerts about approvals', function () {
  if (process.platform !== 'linux') this.pending = true;
  const savedPath = process.env['PATH'];
  let folder: string;
  let asked: Emitter<{ readonly request: ApprovalRequest }>;
  let timers: (() => void)[];
  let inEditor: ApprovalRequest[][];
  let logged: string[];
  let alerts: ApprovalAlerts;
  let isFocused: boolean;
  let isDesktop: boolean;
  let open: Set<string | number>;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bowline-alerts-'));
    process.env['PATH'] = folder;
    asked = new Emitter();
    [timers, inEditor, logged, isFocused, isDesktop, open] = [[], [], [], false, true, new Set()];
    alerts = new ApprovalAlerts({
      onDidAsk: asked.event,
      isOpen: ({ id }) => open.has(id),
      wording: (request) => approvalWording(request, undefined),
      isFocused: () => isFocused,
      mayUseDesktop: () => isDesktop,
      showInEditor: (requests) => inEditor.push([...requests]),
      platform: 'linux',
      log: { ...QUIET, info: (line) => logged.push(line) },
      clock: {
        after: (_delayMs, task): Disposable => {
          timers.push(task);
          return { dispose: () => (timers = timers.filter((timer) => timer !== task)) };
        },
      },
    });
  });
  afterEach(async () => {
    process.env['PATH'] = savedPath;
    alerts.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  const said = (): string => join(folder, 'said');
  /** A program of the desktop that writes down what it was given, one argument a line. */
  async function installProgram(exitCode = 0): Promise<void> {
    const path = join(folder, 'notify-send');
    await writeFile(path, `#!/bin/sh\nprintf '%s\\n' "$@" >> '${said()}'\nexit ${exitCode}\n`);
    await chmod(path, 0o755);
  }

  function ask(...requests: ApprovalRequest[]): void {
    for (const request of requests) {
      open.add(request.id);
      asked.fire({ request });
    }
  }

  /** The burst is over; resolves when the alert was shown. */
  async function elapse(): Promise<'desktop' | 'editor'> {
    const { promise, resolve } = Promise.withResolvers<'desktop' | 'editor'>();
    const listening = alerts.onDidTell(resolve);
    for (const task of timers.splice(0)) task();
    const where = await promise;
    listening.dispose();
    return where;
  }

  it('run the program of the desktop with what waits, as arguments of their own', async () => {
    await installProgram();
    ask(command('a', 'rm -rf "$HOME"; `id` <b>x</b>\nsecond line'));
    equal(await elapse(), 'desktop');
    deepEqual((await readFile(said(), 'utf8')).trimEnd().split('\n'), [
      '--app-name=Bowline',
      '--',
      'Bowline waits for an approval',
      'rm -rf "$HOME"; `id` &lt;b&gt;x&lt;/b&gt;',
    ]);
    deepEqual(inEditor, []);
  });

  it('are one for a burst, about those that still wait', async () => {
    await installProgram();
    ask(command('a', 'one'), command('b', 'two'), command('c', 'three'));
    open.delete('a');
    equal(timers.length, 1);
    await elapse();
    match(await readFile(said(), 'utf8'), /^--app-name=Bowline\n--\nBowline waits for 2 approvals\ntwo\n$/);
  });

  it('are none while the window has the focus, or when all was answered by then', async () => {
    await installProgram();
    isFocused = true;
    ask(command('a', 'one'));
    for (const task of timers.splice(0)) task();
    isFocused = false;
    ask(command('b', 'two'));
    open.clear();
    for (const task of timers.splice(0)) task();
    ask(command('c', 'three'));
    await elapse();
    equal((await readFile(said(), 'utf8')).match(/Bowline waits/g)?.length, 1);
  });

  it('are shown in the editor where the program is missing, which is logged once', async () => {
    ask(command('a', 'one'));
    equal(await elapse(), 'editor');
    ask(command('b', 'two'));
    equal(await elapse(), 'editor');
    deepEqual(
      inEditor.map((requests) => requests.map(({ id }) => id)),
      [['a'], ['b']],
    );
    equal(logged.length, 1);
    match(logged[0] ?? '', /those of the editor are used: .*ENOENT/);
  });

  it('are shown in the editor where the program fails', async () => {
    await installProgram(1);
    ask(command('a', 'one'));
    equal(await elapse(), 'editor');
    equal(logged.length, 1);
  });

  it('never run the program where the user does not sit, or does not want it', async () => {
    await installProgram();
    isDesktop = false;
    ask(command('a', 'one'));
    equal(await elapse(), 'editor');
    equal(await readFile(said(), 'utf8').catch(() => ''), '');
  });

  it('end with their owner', () => {
    ask(command('a', 'one'));
    alerts.dispose();
    deepEqual([timers.length, process.env['PATH']?.includes(delimiter)], [0, false]);
  });
});

describe('the programs of the desktops', () => {
  const notice = { title: '-t "x"', body: `line $(id)\nmore` };

  it('get no option from a text', () =>
    deepEqual(noticeCommand('linux', notice)?.args.slice(-3), ['--', '-t "x"', 'line $(id)…']));

  it('get the texts as arguments of a fixed script on macOS', () => {
    const script = noticeCommand('darwin', notice);
    equal(script?.file, '/usr/bin/osascript');
    deepEqual(script?.args.slice(-2), ['-t "x"', 'line $(id)…']);
    ok(script?.args.slice(0, -2).every((arg) => !arg.includes('id')));
  });

  it('get the texts by the environment on Windows, where arguments would be read as a script', () => {
    const script = noticeCommand('win32', notice);
    ok(script?.args.every((arg) => !arg.includes('$(id)')));
    deepEqual(script?.env, { BOWLINE_NOTICE_TITLE: '-t "x"', BOWLINE_NOTICE_BODY: 'line $(id)…' });
  });

  it('are not guessed', () => equal(noticeCommand('aix', notice), null));

  it('get one line, with nothing hidden in it, of a bounded length', () => {
    equal(noticeLine('a\u202eb\nc'), 'a\\u{202e}b…');
    ok(noticeLine('x'.repeat(9_000)).length <= 161);
  });

  it('say what matters most', () => {
    const risky = command('b', 'dd of=disk');
    if (risky.method !== 'item/commandExecution/requestApproval') throw new Error('not a command');
    const safety = { risk: 'high', tripwire: null, isSandboxed: false, canRehearse: false } as const;
    const requests = [command('a', 'ls'), { ...risky, params: { ...risky.params, safety } }];
    deepEqual(
      noticeOf(requests, (request) => approvalWording(request, undefined)),
      { title: 'Bowline waits for 2 approvals', body: 'dd of=disk' },
    );
  });
});
