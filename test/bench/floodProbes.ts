// What a server costs when much comes at once: output of a command, a patch of many files, threads side by side; and when little comes steadily.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { floodLine, FLOOD_BLOCKS, FLOOD_LINES, PATCH_FOLDER, patchedFile } from '../support/modelModes.ts';
import type { Probe } from './probe.ts';
import { memoryOf } from './processFacts.ts';
import type { Program } from './programs.ts';
import type { Sample } from './report.ts';
import { Session } from './session.ts';
import { withModel } from './turnProbes.ts';

const FILES = 200;
const THREADS = 10;
const DELTAS = 2000;
const PACED_DELTAS = 300;
/** What a server still does when it has answered is no part of what it keeps. */
const SETTLE_MS = 500;
const NANOSECONDS_PER_MS = 1e6;

export const floodProbes: readonly Probe[] = [
  {
    keys: ['output', 'outputLost', 'rssOutput'],
    isLong: true,
    open: (programs) => withModel(programs, { script: 'flood' }, muchOutput),
  },
  {
    keys: ['patch', 'rssPatch'],
    isLong: true,
    open: (programs) => withModel(programs, { script: `patch:${FILES}` }, bigPatch),
  },
  {
    keys: ['tenThreads', 'rssThreads'],
    isLong: true,
    open: (programs) => withModel(programs, { script: `deltas:${DELTAS}` }, threadsAtOnce),
  },
  {
    keys: ['latency', 'rssLatency'],
    isLong: true,
    open: (programs) => withModel(programs, { script: `paced:${PACED_DELTAS}` }, pacedStream),
  },
];

async function muchOutput(program: Program): Promise<Sample> {
  await using session = await Session.start(program);
  const threadId = await session.startThread();
  const pieces: string[] = [];
  const { totalMs, items } = await session.turn(threadId, {
    heard: ({ method, params }) => {
      if (method === 'item/commandExecution/outputDelta') pieces.push(params.delta ?? '');
    },
  });
  const command = items.find(({ type }) => type === 'commandExecution');
  assert.equal(command?.['exitCode'], 0, `${program.name} did not run the command to its end`);
  const written = Array.from({ length: FLOOD_BLOCKS * FLOOD_LINES }, (_, n) => floodLine(n)).join('');
  const heard = pieces.join('');
  // Bowline is held to the very text; the reference loses some, which is told
  if (program.name === 'ours') assert.ok(heard === written, `Bowline lost output: ${heard.length} characters came`);
  await delay(SETTLE_MS);
  return { output: totalMs, outputLost: written.length - heard.length, rssOutput: memoryOf(session.pid).rssMib };
}

async function bigPatch(program: Program): Promise<Sample> {
  // a folder of its own for each sample: where files were just deleted, ext4 looks several times as long for places of new ones
  const workspace = mkdtempSync(join(program.workspace, 'patch-'));
  mkdirSync(join(workspace, PATCH_FOLDER));
  for (let n = 0; n < FILES; n += 2) writeFileSync(join(workspace, patchedFile(n).path), patchedFile(n).before);
  await using session = await Session.start({ ...program, workspace });
  const { totalMs, items } = await session.turn(await session.startThread());
  const changes = items.flatMap((item) => (item.type === 'fileChange' ? (item['changes'] as unknown[]) : []));
  assert.equal(changes.length, FILES, `${program.name} did not show the patch`);
  for (let n = 0; n < FILES; n += 1) {
    const { path, after } = patchedFile(n);
    const file = join(workspace, path);
    assert.ok(existsSync(file) && readFileSync(file, 'utf8') === after, `${program.name} did not write ${path}`);
  }
  await delay(SETTLE_MS);
  return { patch: totalMs, rssPatch: memoryOf(session.pid).rssMib };
}

async function threadsAtOnce(program: Program): Promise<Sample> {
  await using session = await Session.start(program);
  const threadIds: string[] = [];
  for (let n = 0; n < THREADS; n += 1) threadIds.push(await session.startThread());
  const startedAt = performance.now();
  const turns = await Promise.all(threadIds.map((threadId) => session.turn(threadId)));
  const tenThreads = performance.now() - startedAt;
  for (const { text } of turns) assert.equal(text, '12345'.repeat(DELTAS), `${program.name} lost text`);
  await delay(SETTLE_MS);
  return { tenThreads, rssThreads: memoryOf(session.pid).rssMib };
}

/** The deltas say when they were sent, by the clock that all processes of a machine share. */
async function pacedStream(program: Program): Promise<Sample> {
  await using session = await Session.start(program);
  const threadId = await session.startThread();
  const late: number[] = [];
  await session.turn(threadId, {
    heard: ({ method, params }) => {
      if (method !== 'item/agentMessage/delta') return;
      const sentAt = BigInt((params.delta ?? '').trim());
      late.push(Number(process.hrtime.bigint() - sentAt) / NANOSECONDS_PER_MS);
    },
  });
  assert.equal(late.length, PACED_DELTAS, `${program.name} joined deltas`);
  await delay(SETTLE_MS);
  const latency = late.toSorted((a, b) => a - b)[PACED_DELTAS / 2]!;
  return { latency, rssLatency: memoryOf(session.pid).rssMib };
}
