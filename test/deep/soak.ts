// Ten minutes of everything at once on one home: many threads, clients that come and go, servers that are killed. Fails when anything is lost.
// Usage: npm run test:soak -- [--minutes 10] [--seed N] [--threads 50]
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { Thread } from '../../server/protocol/schema/thread.ts';
import { seeded } from '../support/modelChunks.ts';
import { Ledger } from '../support/soak/ledger.ts';
import { actOnce, oneOf, type SoakScene } from '../support/soak/soakActions.ts';
import { checkGrowth, checkNobodyLeft, checkThreads, checkTurns, growthOf } from '../support/soak/soakChecks.ts';
import { startSoakModel } from '../support/soak/soakModel.ts';
import { SoakServers } from '../support/soak/soakServers.ts';
import { BINARY, providerConfig } from '../support/story.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    threads: { type: 'string', default: '50' },
  },
});
const ACTORS = 10;
const MORTALS = 2;
const SOCKET_CLIENTS = 2;
const PAUSE_MS = 150;
const LIFE_MS = { least: 10_000, more: 20_000 };
const VISIT_MS = { least: 5_000, more: 10_000 };
const SAMPLE_MS = 1_000;
/** Of the samples, one in so many is printed. */
const COURSE_EVERY = 20;

const random = seeded(Number(values.seed));
const forMs = Number(values.minutes) * 60_000;
const base = mkdtempSync(join(realpathSync(tmpdir()), 'bowline-soak-'));
const home = join(base, 'home');
const workspace = join(base, 'work');
for (const folder of [home, workspace]) mkdirSync(folder);
console.log(`seed ${values.seed}, ${values.minutes} minutes, ${values.threads} threads`);

const ledger = new Ledger();
const model = await startSoakModel(random);
const settings = 'approval_policy = "untrusted"\nsandbox_mode = "danger-full-access"\n';
writeFileSync(
  join(home, 'config.toml'),
  providerConfig(model.url).replace('[model_providers', `${settings}[model_providers`),
);
const servers = new SoakServers({ home, socketFolder: base, ledger, random });
const scene: SoakScene = {
  ledger,
  random,
  workspace,
  threads: [],
  sent: [],
  anyClient: () => oneOf(servers.clients, random),
};

try {
  await servers.startAnchor();
  await makeThreads(Number(values.threads));
  const fromMs = Date.now();
  await soak(fromMs + forMs);
  const growth = growthOf(servers.samples, fromMs, Date.now());
  await servers.end();
  await checkNobodyLeft(workspace, ledger);
  const threads = await readAll();
  checkThreads(threads, ledger);
  checkTurns(model.asked, ledger);
  if (forMs >= 5 * 60_000) checkGrowth(growth, ledger);
  checkHealth();
  report(threads, growth);
} finally {
  await model.close();
  rmSync(base, { recursive: true, force: true });
}
assert.deepEqual(ledger.faults, [], `seed ${values.seed}`);
process.exit(0);

async function makeThreads(count: number): Promise<void> {
  const client = await servers.joinAnchor();
  for (let made = 0; made < count; made += 1) {
    const started = await client.ask('thread/start', { cwd: workspace });
    assert.ok(started !== null, 'no thread can be started');
    scene.threads.push(started.thread.id);
  }
}

async function soak(untilMs: number): Promise<void> {
  const isOver = (): boolean => Date.now() >= untilMs;
  const rest = (ms: number): Promise<void> => delay(Math.max(0, Math.min(ms, untilMs - Date.now())));
  const actors = Array.from({ length: ACTORS }, async () => {
    while (!isOver()) {
      await actOnce(scene);
      await rest(random() * PAUSE_MS);
    }
  });
  const mortals = Array.from({ length: MORTALS }, async () => {
    while (!isOver()) {
      const { kill } = await servers.startMortal();
      await rest(LIFE_MS.least + random() * LIFE_MS.more);
      // the last ones end in another way
      if (!isOver()) kill();
    }
  });
  const visitors = Array.from({ length: SOCKET_CLIENTS }, async () => {
    while (!isOver()) {
      const client = await servers.joinAnchor();
      await rest(VISIT_MS.least + random() * VISIT_MS.more);
      if (!isOver()) servers.drop(client);
    }
  });
  const sampling = (async () => {
    while (!isOver()) {
      servers.sample();
      await rest(SAMPLE_MS);
    }
  })();
  await Promise.all([...actors, ...mortals, ...visitors, sampling]);
}

/** By a server that has seen nothing of it. */
async function readAll(): Promise<Thread[]> {
  const afterwards = new SoakServers({ home, socketFolder: base, ledger, random });
  const { client } = await afterwards.startMortal();
  const threads: Thread[] = [];
  for (const threadId of scene.threads) {
    const read = await client.ask('thread/read', { threadId, includeTurns: true });
    // a thread without a turn, whose server has ended, is not kept
    if (read !== null) threads.push(read.thread);
    else if ([...ledger.done.values()].some((item) => item.threadId === threadId)) ledger.fault(`gone: ${threadId}`);
  }
  await afterwards.end();
  return threads;
}

function checkHealth(): void {
  const { status, stdout } = spawnSync(BINARY, ['doctor'], {
    env: { ...process.env, BOWLINE_HOME: home },
    encoding: 'utf8',
  });
  if (status !== 0) ledger.fault(`bowline doctor: ${stdout}`);
}

function report(threads: readonly Thread[], growth: ReturnType<typeof growthOf>): void {
  const megabytes = (bytes: number): string => `${Math.round(bytes / 1e5) / 10} MB`;
  for (const [what, count] of [...ledger.counts].toSorted(([left], [right]) => left.localeCompare(right)))
    console.log(`${what}: ${count}`);
  const turns = threads.reduce((sum, thread) => sum + thread.turns.length, 0);
  console.log(
    `${threads.length} threads, ${ledger.turns.size} turns begun, ${turns} stored, ${model.requests} model requests`,
  );
  console.log(`${ledger.done.size} items told to be done; ${servers.started} servers begun, ${servers.killed} killed`);
  const anchor = servers.samples.filter(({ server }) => server === 'anchor');
  const course = anchor.filter((_, index) => index % COURSE_EVERY === 0).map(({ bytes }) => Math.round(bytes / 1e6));
  console.log(`the server that lives through it, in MB: ${course.join(' ')}`);
  for (const { what, middle, last } of growth)
    console.log(`${what}: ${megabytes(middle)} -> ${megabytes(last)}, ${(last / middle).toFixed(3)}x`);
}
