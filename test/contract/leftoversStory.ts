// One kill: a server ends without a word while its sandboxed commands run, and nothing of it may be left afterwards.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { seeded } from '../support/modelChunks.ts';
import { answer, command, text } from '../support/modelScript.ts';
import { playTurn, setStage, startThread, startTurn, type RunningServer, type Stage } from '../support/story.ts';
import type { WireClient } from '../support/wireClient.ts';

/** Everything that was started must be gone by then, on a machine that is busy with other things too. */
const GONE_WITHIN_MS = 30_000;
/** Between one thing that is told and the next. */
const MOST_LATER_MS = 80;

const CONFIG = [
  'sandbox_mode = "workspace-write"',
  'approval_policy = "never"',
  // the tests of a pipeline run as root
  '[sandbox]',
  'allow_root = true',
  '',
].join('\n');

/** Which notification it is killed after, and how long after. */
export interface Moment {
  readonly told: number;
  readonly laterMs: number;
}

export function momentOf(seed: number, most: number): Moment {
  const random = seeded(seed);
  return { told: Math.floor(random() * most), laterMs: Math.floor(random() * MOST_LATER_MS) };
}

interface Watched {
  readonly stage: Stage;
  readonly client: WireClient;
  readonly server: RunningServer;
  readonly threadId: string;
  /** In the environment, or among the arguments, of every process of this stage. */
  readonly mark: string;
  readonly env: Record<string, string>;
  /** The workspace as it was before. */
  readonly before: readonly string[];
  [Symbol.asyncDispose](): Promise<void>;
}

/** How many notifications the whole turn has, up to where its commands run on in the background; and that they are sandboxed. */
export async function wholeTurn(): Promise<number> {
  await using watched = await startWatched();
  const { client, stage, threadId } = watched;
  stage.model.script(answer(command('ls -A; mkdir .vscode/x 2>&1; true', {}, { callId: 'look' })));
  await playTurn(client, threadId, 'look');
  const looked = JSON.stringify(client.lines);
  assert.match(looked, /Read-only file system/, 'the commands of this test are not sandboxed');
  const from = client.incoming().length;
  writeScript(stage);
  await playTurn(client, threadId, 'go');
  return client.incoming().length - from;
}

/** Kills the server at this moment of the turn; `withJanitor` also what would clean up after it. */
export async function killAt({ told, laterMs }: Moment, withJanitor: boolean): Promise<void> {
  await using watched = await startWatched();
  const { client, server, stage, threadId } = watched;
  writeScript(stage);
  const from = client.incoming().length;
  // the server may be killed before it answers
  const started = startTurn(client, threadId, 'go').catch(() => undefined);
  await toldSoMuch(client, from + told);
  await delay(laterMs); // the moment itself; nothing is expected of it
  const janitors = withJanitor ? processesWith(`bowline-janitor`, watched.mark) : [];
  server.process?.kill('SIGKILL');
  for (const pid of janitors) endProcess(pid);
  await client.closed;
  await server.stop();
  await started;
  if (!withJanitor) {
    await eventually(() => processesWith(watched.mark), 'these processes survived the server');
    await eventually(() => leftIn(watched), 'the server left this behind');
  }
  await startAnewAndEnd(watched);
  assert.deepEqual(leftIn(watched), [], 'the next server left this behind');
}

/** The next server finds what the killed one left, and leaves nothing itself. */
async function startAnewAndEnd({ stage, env, mark }: Watched): Promise<void> {
  const server = await stage.start('binary', { env });
  const client = await server.connect();
  await client.initialize();
  const threadId = await startThread(client, stage);
  stage.model.otherwise(answer(text('Done.')));
  stage.model.script(answer(command('echo again')));
  await playTurn(client, threadId, 'again');
  await server.stop();
  await eventually(() => processesWith(mark), 'these processes survived the next server');
}

async function startWatched(): Promise<Watched> {
  const stage = await setStage(CONFIG);
  const base = dirname(stage.home);
  const env = { XDG_RUNTIME_DIR: join(base, 'run'), TMPDIR: join(base, 'tmp') };
  for (const folder of Object.values(env)) mkdirSync(folder, { mode: 0o700 });
  makeRepositories(stage);
  const server = await stage.start('binary', { env });
  const client = await server.connect();
  await client.initialize();
  const watched = {
    stage,
    client,
    server,
    env,
    threadId: await startThread(client, stage),
    mark: basename(base),
    before: namesIn(stage.workspace),
  };
  return {
    ...watched,
    [Symbol.asyncDispose]: async () => {
      server.process?.kill('SIGKILL');
      await stage.close();
    },
  };
}

/** Much of what is to be protected is not there: each of those is something that could be left behind. */
function makeRepositories(stage: Stage): void {
  for (const folder of ['.', 'lib', 'deep/er/part']) {
    stage.write(join(folder, 'file.txt'), 'text\n');
    execFileSync('git', ['init', '-q', '.'], { cwd: join(stage.workspace, folder) });
    rmSync(join(stage.workspace, folder, '.git/hooks'), { recursive: true, force: true });
  }
}

/** Short commands, long ones, some that go on in the background, and several at once. */
function writeScript(stage: Stage): void {
  const background = { yield_time_ms: 250 };
  stage.model.script(
    answer([
      command('echo one > out-1'),
      command('sleep 600 & setsid sleep 600 & echo waiting; wait', background),
      command('for i in 1 2 3 4 5 6 7 8; do echo $i >> out-2; echo $i; sleep 0.02; done'),
      command('mktemp -d; mktemp'),
    ]),
    answer([
      command('cat file.txt'),
      command('cd lib && nohup sleep 600 > out-3', background),
      command('git status -s'),
    ]),
    answer([command('sleep 600', background), command('true'), command('echo last > out-4')]),
    answer(text('Done.')),
  );
}

async function toldSoMuch(client: WireClient, count: number): Promise<void> {
  while (client.incoming().length <= count) {
    const isOver = client.incoming().some(({ method }) => method === 'turn/completed');
    if (isOver) return;
    await delay(1); // any notification counts, so there is none to wait for by its name
  }
}

/** What was not there before and is no output of a command. */
function leftIn({ stage, before, env, mark }: Watched): string[] {
  const workspace = namesIn(stage.workspace).filter((name) => !before.includes(name) && !/^(lib\/)?out-\d$/.test(name));
  const ofGit = workspace.filter((name) => !/\.git\/index(\.lock)?$/.test(name));
  const missing = before.filter((name) => !namesIn(stage.workspace).includes(name));
  const temporary = namesIn(env['TMPDIR'] ?? '').filter((name) => name.startsWith('bowline-'));
  const runtime = namesIn(env['XDG_RUNTIME_DIR'] ?? '').filter((name) => name.includes('/'));
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .filter((line) => line.includes(mark));
  return [...ofGit, ...missing.map((name) => `gone: ${name}`), ...temporary, ...runtime, ...mounts];
}

function namesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).toSorted();
}

async function eventually(left: () => readonly (string | number)[], words: string): Promise<void> {
  const deadline = Date.now() + GONE_WITHIN_MS;
  for (let now = left(); now.length > 0; now = left()) {
    assert.ok(Date.now() < deadline, `${words}: ${now.map((what) => `${what} ${wordsOf(what)}`).join(', ')}`);
    await delay(20); // they are not our children: no event tells their end
  }
}

function processesWith(...marks: readonly string[]): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => Number.isInteger(pid) && pid !== process.pid && isAlive(pid))
    .filter((pid) => {
      const words = `${textOf(`/proc/${pid}/cmdline`)}\0${textOf(`/proc/${pid}/environ`)}`;
      return marks.every((mark) => words.includes(mark));
    });
}

function isAlive(pid: number): boolean {
  const state = /^State:\s+(\S)/m.exec(textOf(`/proc/${pid}/status`))?.[1];
  return state !== undefined && state !== 'Z' && state !== 'X';
}

function wordsOf(what: string | number): string {
  return typeof what === 'number' ? textOf(`/proc/${what}/cmdline`).replaceAll('\0', ' ').slice(0, 200) : '';
}

function endProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // it has ended by itself
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return ''; // the process has ended
  }
}
