// What a server costs at its start and in simple turns.
import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { startModelProcess } from './modelProcess.ts';
import type { Probe } from './probe.ts';
import { memoryOf } from './processFacts.ts';
import type { Program, ProgramName, Programs, Sandbox } from './programs.ts';
import type { Sample } from './report.ts';
import { Session } from './session.ts';

const DELTAS = 20_000;
const COMMANDS = 50;
/** A user does not send in the same millisecond; meanwhile a server may do what it likes, and its memory is read after it. */
const SETTLE_MS = 1000;

export const turnProbes: readonly Probe[] = [
  {
    keys: ['initialize', 'rssIdle', 'pssIdle', 'rssUsed', 'pssUsed', 'firstDelta', 'secondDelta'],
    open: (programs) => withModel(programs, { script: 'text' }, firstTurn),
  },
  {
    keys: ['deltas', 'deltasJoined'],
    open: (programs) => withModel(programs, { script: `deltas:${DELTAS}` }, manyDeltas),
  },
  {
    keys: ['command'],
    isLong: true,
    open: (programs) => withModel(programs, { script: `commands:${COMMANDS}` }, oneOfManyCommands('command')),
  },
  {
    keys: ['sandboxedCommand'],
    isLong: true,
    open: (programs) =>
      withModel(
        programs,
        { script: `commands:${COMMANDS}`, sandbox: 'workspace-write' },
        oneOfManyCommands('sandboxedCommand'),
      ),
  },
];

export interface ModelOptions {
  /** Of modelModes.ts. */
  readonly script: string;
  readonly sandbox?: Sandbox;
}

/** One home for each program, all with the same model. */
export async function withModel(
  programs: Programs,
  { script, sandbox }: ModelOptions,
  sample: (program: Program) => Promise<Sample>,
): ReturnType<Probe['open']> {
  const model = await startModelProcess(script);
  const homeOf = (name: ProgramName): Program => programs.of(name, model.url, sandbox);
  const homes = { ours: homeOf('ours'), reference: homeOf('reference') };
  return {
    sample: (name) => sample(homes[name]),
    [Symbol.asyncDispose]: () => model[Symbol.asyncDispose](),
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
  return { deltas: totalMs, deltasJoined: DELTAS - deltas };
}

function oneOfManyCommands(key: string): (program: Program) => Promise<Sample> {
  return async (program) => {
    await using session = await Session.start(program);
    const { totalMs, text, items } = await session.turn(await session.startThread());
    const commands = items.filter(({ type }) => type === 'commandExecution').length;
    assert.equal(text, `ran ${COMMANDS} commands`, `${program.name} did not run the commands`);
    assert.equal(commands, COMMANDS, `${program.name} did not show the commands`);
    return { [key]: totalMs / COMMANDS };
  };
}
