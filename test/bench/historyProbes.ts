// What a server costs with a long history: 2,000 threads to list and search, and a thread of 2,000 turns to open and fork.
import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { fillHome, numbered, RARE_WORD, type History } from './historyStores.ts';
import { startModelProcess } from './modelProcess.ts';
import type { OpenProbe, Probe } from './probe.ts';
import { memoryOf } from './processFacts.ts';
import type { Program, Programs } from './programs.ts';
import type { Sample } from './report.ts';
import { Session } from './session.ts';

const THREADS = 2000;
const TURNS = 2000;
const FIRST_PAGE = 25;
const PAGE = 100;
/** Every hundredth. */
const HITS = THREADS / 100;
/** What a server still does when it has answered is no part of what it keeps. */
const SETTLE_MS = 500;

interface Stored {
  readonly program: Program;
  readonly threadIds: readonly string[];
}

export const historyProbes: readonly Probe[] = [
  {
    keys: ['listFirst', 'listAll', 'search', 'rssList'],
    isLong: true,
    open: (programs) => withHistory(programs, { threads: THREADS, turns: 1 }, listAndSearch),
  },
  {
    keys: ['resume', 'resumeTurns', 'fork', 'rssResume', 'rssFork'],
    isLong: true,
    open: (programs) => withHistory(programs, { threads: 1, turns: TURNS }, openLongThread),
  },
];

async function withHistory(
  programs: Programs,
  history: History,
  sample: (stored: Stored) => Promise<Sample>,
): Promise<OpenProbe> {
  const model = await startModelProcess('paragraph');
  const filled = async (program: Program): Promise<Stored> => ({
    program,
    threadIds: await fillHome(program, history),
  });
  const stored = {
    ours: await filled(programs.of('ours', model.url)),
    reference: await filled(programs.of('reference', model.url)),
  };
  return {
    sample: (name) => sample(stored[name]),
    [Symbol.asyncDispose]: () => model[Symbol.asyncDispose](),
  };
}

async function listAndSearch({ program, threadIds }: Stored): Promise<Sample> {
  await using session = await Session.start(program);
  const first = await session.request('thread/list', { limit: FIRST_PAGE });
  const listFirst = performance.now() - session.startedAt;
  assert.deepEqual(idsIn(first.read().data), threadIds.slice(-FIRST_PAGE).toReversed(), `${program.name}: first page`);
  const found: string[] = [];
  const startedAt = performance.now();
  for (let cursor: string | null = null, isLast = false; !isLast; isLast = cursor === null) {
    const page = (await session.request('thread/list', { limit: PAGE, cursor })).read();
    found.push(...idsIn(page.data));
    cursor = page.nextCursor;
  }
  const listAll = performance.now() - startedAt;
  assert.deepEqual(found, threadIds.toReversed(), `${program.name}: all pages`);
  const search = await session.request('thread/search', { searchTerm: RARE_WORD, limit: HITS * 2 });
  assert.equal(search.read().data.length, HITS, `${program.name}: what the search found`);
  await delay(SETTLE_MS);
  return { listFirst, listAll, search: search.ms, rssList: memoryOf(session.pid).rssMib };
}

async function openLongThread(stored: Stored): Promise<Sample> {
  const bare = await measureResume(stored, true);
  const whole = await measureResume(stored, false);
  return { resume: bare.ms, resumeTurns: whole.ms, rssResume: whole.rssMib, ...(await measureFork(stored)) };
}

/** A process of its own, which has listed its threads as every client lets it. */
async function measureResume(
  { program, threadIds }: Stored,
  excludeTurns: boolean,
): Promise<{ ms: number; rssMib: number }> {
  await using session = await Session.start(program);
  await session.request('thread/list', { limit: FIRST_PAGE });
  const answer = await session.request('thread/resume', { threadId: threadIds[0], excludeTurns });
  const { turns } = answer.read().thread;
  assert.equal(turns.length, excludeTurns ? 0 : TURNS, `${program.name}: turns of the thread`);
  const said = JSON.stringify(turns.at(-1) ?? '');
  assert.ok(excludeTurns || said.includes(numbered(TURNS - 1)), `${program.name}: the last turn`);
  await delay(SETTLE_MS);
  return { ms: answer.ms, rssMib: memoryOf(session.pid).rssMib };
}

async function measureFork({ program, threadIds }: Stored): Promise<Sample> {
  await using session = await Session.start(program);
  await session.request('thread/list', { limit: FIRST_PAGE });
  const answer = await session.request('thread/fork', { threadId: threadIds[0], excludeTurns: true });
  await delay(SETTLE_MS);
  const { rssMib } = memoryOf(session.pid);
  const threadId = answer.read().thread.id;
  const options = { threadId, limit: TURNS + 1, itemsView: 'full', sortDirection: 'asc' };
  let turns = 0;
  for (let cursor: string | null = null, isLast = false; !isLast; isLast = cursor === null) {
    const page = (await session.request('thread/turns/list', { ...options, cursor })).read();
    turns += page.data.length;
    cursor = page.nextCursor;
  }
  assert.equal(turns, TURNS, `${program.name}: turns of the fork`);
  await session.request('thread/delete', { threadId });
  return { fork: answer.ms, rssFork: rssMib };
}

function idsIn(threads: readonly { id: string }[]): string[] {
  return threads.map(({ id }) => id);
}
