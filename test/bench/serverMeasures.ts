// Measures the two servers in pairs: one round is one sample of every measure for each of them.
import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { startModelProcess } from './modelProcess.ts';
import { memoryOf } from './processFacts.ts';
import { findPrograms, type Program, type ProgramName } from './programs.ts';
import type { Sample, Samples } from './report.ts';
import { Session } from './session.ts';

const DELTAS = 20_000;
const COMMANDS = 50;
/** A user does not send in the same millisecond; meanwhile a server may do what it likes, and its memory is read after it. */
const SETTLE_MS = 1000;

/** Takes `runs` samples of each program, one after the other in turn, after one round that does not count. */
export async function measureServers(runs: number, told: (text: string) => void): Promise<Samples> {
  await using text = await startModelProcess('text');
  await using deltas = await startModelProcess(`deltas:${DELTAS}`);
  await using commands = await startModelProcess(`commands:${COMMANDS}`);
  const programs = await findPrograms();
  try {
    const homesOf = (name: ProgramName): Homes => ({
      text: programs.of(name, text.url),
      deltas: programs.of(name, deltas.url),
      commands: programs.of(name, commands.url),
      sandboxed: programs.of(name, commands.url, 'workspace-write'),
    });
    const homes = { ours: homesOf('ours'), reference: homesOf('reference') };
    const samples: Record<ProgramName, Sample[]> = { ours: [], reference: [] };
    for (let round = 0; round <= runs; round += 1) {
      told(round === 0 ? 'warming up' : `round ${round} of ${runs}`);
      // who is first changes, so that a drift of the machine hits both alike
      const order = round % 2 === 0 ? (['ours', 'reference'] as const) : (['reference', 'ours'] as const);
      for (const name of order) {
        const sample = await measureOnce(homes[name]);
        if (round > 0) samples[name].push(sample);
      }
    }
    return samples;
  } finally {
    programs.dispose();
  }
}

interface Homes {
  readonly text: Program;
  readonly deltas: Program;
  readonly commands: Program;
  readonly sandboxed: Program;
}

async function measureOnce(homes: Homes): Promise<Sample> {
  return {
    ...(await firstTurn(homes.text)),
    ...(await manyDeltas(homes.deltas)),
    command: await oneOfManyCommands(homes.commands),
    sandboxedCommand: await oneOfManyCommands(homes.sandboxed),
  };
}

async function firstTurn(program: Program): Promise<Sample> {
  await using session = await Session.start(program);
  await delay(SETTLE_MS);
  const idle = memoryOf(session.pid);
  const threadId = await session.startThread();
  const first = await session.turn(threadId);
  const used = memoryOf(session.pid);
  const second = await session.turn(threadId);
  return {
    initialize: session.initializeMs,
    rssIdle: idle.rssMib,
    pssIdle: idle.pssMib,
    firstDelta: first.firstDeltaMs,
    secondDelta: second.firstDeltaMs,
    rssUsed: used.rssMib,
    pssUsed: used.pssMib,
  };
}

async function manyDeltas(program: Program): Promise<Sample> {
  await using session = await Session.start(program);
  const { totalMs, text, deltas } = await session.turn(await session.startThread());
  assert.equal(text, '12345'.repeat(DELTAS), `${program.name} lost text`);
  assert.equal(deltas, DELTAS, `${program.name} joined deltas`);
  return { deltas: totalMs };
}

async function oneOfManyCommands(program: Program): Promise<number> {
  await using session = await Session.start(program);
  const { totalMs, text, commands } = await session.turn(await session.startThread());
  assert.equal(text, `ran ${COMMANDS} commands`, `${program.name} did not run the commands`);
  assert.equal(commands, COMMANDS, `${program.name} did not show the commands`);
  return totalMs / COMMANDS;
}
