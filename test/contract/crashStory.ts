// One crash: a server is killed at a chosen byte of a turn's wire, and whatever its client saw must be there after the restart.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import type { ServerNotification } from '../../server/protocol/methods.ts';
import type { ThreadItem } from '../../server/protocol/schema/item.ts';
import type { Thread } from '../../server/protocol/schema/thread.ts';
import { openItems } from '../../server/protocol/state/select.ts';
import { reduceThread } from '../../server/protocol/state/threadReducer.ts';
import { threadStateOf } from '../../server/protocol/state/threadState.ts';
import { seeded } from '../support/modelChunks.ts';
import { lastUserText } from '../support/modelRequest.ts';
import { answer, command, interleaved, patch, reasoning, text } from '../support/modelScript.ts';
import { setStage, startThread, startTurn, type RunningServer, type Stage } from '../support/story.ts';
import type { Incoming, Line, WireClient } from '../support/wireClient.ts';

/** What an open item may lose: so many characters, ... */
const MOST_LOST = 4096;
/** ... and none that is older than this. The saver's interval is 250 ms; the rest is for a machine that is busy with other things. */
const OLDEST_LOST_MS = 1000;
const GONE_WITHIN_MS = 10_000;

const LONG = Array.from({ length: 2000 }, (_, index) => `word${index} `).join('');
const FILE = ['*** Begin Patch', '*** Add File: notes.txt', ...LONG.match(/.{1,80}/g)!.map((line) => `+${line}`)];

/** A turn with everything in it: thoughts, text, a growing patch, commands side by side, a background terminal, an open question. */
function writeScript(stage: Stage): void {
  stage.model.when(
    (request) => lastUserText(request) === ALL,
    answer([
      reasoning({ summary: ['**Looking** at it', LONG.slice(0, 2000)], content: ['raw thoughts'] }),
      text(LONG, { phase: 'commentary' }),
      patch([...FILE, '*** End Patch'].join('\n')),
      command('for i in 1 2 3 4 5 6 7 8; do echo "one $i"; done', ASKED),
      command('for i in 1 2 3 4 5 6 7 8; do echo "two $i"; sleep 0.02; done; echo done > two.txt', ASKED),
      command('echo waiting; sleep 600 & wait', { ...ASKED, yield_time_ms: 250 }),
    ]),
    answer([
      interleaved(text(LONG.slice(0, 6000)), reasoning({ summary: ['Nearly there'] })),
      command(LAST_COMMAND, ASKED),
    ]),
  );
  stage.model.otherwise(answer(text('Going on.')));
}

/** Outside of the sandbox, so that each is asked about. */
const ASKED = { sandbox_permissions: 'require_escalated', justification: 'Needed.' };
/** What the user asks for. */
const ALL = 'do it all';
/** The question about it is never answered: there the turn stands still. */
const LAST_FILE = 'never.txt';
const LAST_COMMAND = `touch ${LAST_FILE}`;

/** How far a turn has come on the wire. */
export interface Progress {
  readonly bytes: number;
  /** Messages of the server other than growing text: there the states change, and there are few of them among many bytes. */
  readonly landmarks: number;
}

interface Watched {
  readonly stage: Stage;
  readonly server: RunningServer;
  readonly client: WireClient;
  readonly threadId: string;
  progress(): Progress;
  /** Calls back once, in the middle of reading, when the turn has come so far. */
  when(isReached: (progress: Progress) => boolean, listener: () => void): void;
  /** Resolves when the turn stands at its last question. */
  readonly stands: Promise<void>;
}

/** How far the turn comes, up to its open question. */
export async function wholeTurn(): Promise<Progress> {
  await using watched = await startWatched();
  await watched.stands;
  return watched.progress();
}

/** The moment that a seed names: every other one by its bytes, the others by landmarks. */
export function momentOf(seed: number, whole: Progress): Partial<Progress> {
  const part = seeded(seed)();
  return seed % 2 === 0 ? { bytes: Math.ceil(part * whole.bytes) } : { landmarks: Math.ceil(part * whole.landmarks) };
}

/** Kills the server when the turn has come to this moment, starts it anew, and compares. */
export async function crashAt({ bytes = Infinity, landmarks = Infinity }: Partial<Progress>): Promise<void> {
  await using watched = await startWatched();
  const { stage, server, client, threadId } = watched;
  const killed = Promise.withResolvers<void>();
  const kill = (): void => {
    server.process?.kill('SIGKILL');
    killed.resolve();
  };
  watched.when((progress) => progress.bytes >= bytes || progress.landmarks >= landmarks, kill);
  await Promise.race([killed.promise, watched.stands]);
  // a turn that was a little shorter this time stands still by now
  kill();
  await client.closed;
  await server.stop();
  await compareAfterRestart(stage, threadId, client.lines);
}

/** Ends the server in mid-turn as `end` does; it must take its leave in order. */
export async function endInOrder(end: (server: RunningServer) => void): Promise<void> {
  await using watched = await startWatched();
  const { stage, server, client, threadId } = watched;
  await watched.stands;
  end(server);
  await client.closed;
  await server.stop();
  assert.deepEqual([server.process?.exitCode, server.process?.signalCode], [0, null]);
  await compareAfterRestart(stage, threadId, client.lines, { mayLose: false });
}

async function startWatched(): Promise<Watched & AsyncDisposable> {
  const stage = await setStage();
  writeScript(stage);
  const server = await stage.start('binary');
  const client = await server.connect();
  await client.initialize();
  const threadId = await startThread(client, stage);
  const from = client.lines.length;
  let bytes = 0;
  const progress = (): Progress => ({ bytes, landmarks: client.lines.slice(from).filter(isLandmark).length });
  let watch: { isReached(now: Progress): boolean; listener(): void } | null = null;
  // the client has read the chunk by now: it listened first
  server.process?.stdout?.on('data', (chunk: Uint8Array) => {
    bytes += chunk.length;
    const reached = watch?.isReached(progress()) === true ? watch.listener : null;
    if (reached !== null) watch = null;
    reached?.();
  });
  const stands = Promise.withResolvers<void>();
  const answering = answerAllButTheLast(client, stands.resolve);
  // the answer to turn/start is one of the moments: nobody waits for it here
  const started = startTurn(client, threadId, ALL).catch(() => undefined); // the server may be killed before it answers
  return {
    stage,
    server,
    client,
    threadId,
    progress,
    when: (isReached, listener) => void (watch = { isReached, listener }),
    stands: stands.promise,
    [Symbol.asyncDispose]: async () => {
      server.process?.kill('SIGKILL');
      await Promise.all([started, answering]);
      await stage.close();
    },
  };
}

function isLandmark({ direction, message }: Line): boolean {
  return direction === '<' && 'method' in message && !/[dD]elta$|patchUpdated$/.test(message.method);
}

async function answerAllButTheLast(client: WireClient, stands: () => void): Promise<void> {
  try {
    for (;;) {
      const asked = await client.next('item/commandExecution/requestApproval');
      if (JSON.stringify(asked.params).includes(LAST_COMMAND)) stands();
      else client.answer(asked, { decision: 'accept' });
    }
  } catch {
    // the connection has ended, and with it the questions
  }
}

async function compareAfterRestart(
  stage: Stage,
  threadId: string,
  lines: readonly Line[],
  { mayLose } = { mayLose: true },
): Promise<void> {
  await nobodyLeftIn(stage.workspace);
  assertIntact(stage);
  const client = await stage.open('binary');
  const seen = whatWasSeen(threadId, lines);
  const { data } = await client.request('thread/list', {});
  const isListed = data.some((thread: Thread) => thread.id === threadId);
  if (!isListed) {
    assert.equal(seen.turn, undefined, 'a thread whose turn was seen is gone');
    return;
  }
  const { data: waiting } = await client.request('approval/list', {});
  const { thread } = await client.request('thread/resume', { threadId });
  const [turn, ...others] = (thread as Thread).turns;
  assert.deepEqual(others, []);
  if (seen.turn !== undefined) assert.ok(turn, 'the turn was seen and is gone');
  if (turn !== undefined) {
    const asked = await askedAgain(client, waiting.length);
    assert.deepEqual(
      asked.map(({ id }) => id),
      waiting.map(({ requestId }: { requestId: number }) => requestId),
    );
    for (const { id } of asked) assert.ok(!isResolved(lines, id), 'a question was resolved and is asked again');
    for (const id of openRequests(lines))
      assert.ok(
        asked.some((again) => again.id === id),
        'a question is gone',
      );
    assert.equal(turn.status, asked.length === 0 ? 'interrupted' : 'inProgress');
    assert.deepEqual(
      new Set(openItems(turn).map(({ id }) => id)),
      new Set(asked.map(({ params }) => params.itemId)),
      'other items are open than those that are asked about',
    );
    for (const item of seen.turn?.items ?? []) compareItem(item, turn.items, mayLose ? seen.unsavable : new Map());
  }
  assert.deepEqual(
    seen.turn?.items.map(({ id }) => id),
    turn?.items.slice(0, seen.turn?.items.length).map(({ id }) => id),
    'the items have another order',
  );
  if (waiting.length > 0) {
    client.whenAsked(() => ({ decision: 'decline' }));
    for (const { requestId } of waiting) client.send({ id: requestId, result: { decision: 'decline' } });
    assert.equal((await client.turnCompleted(threadId)).params.turn.status, 'completed');
    assert.ok(!existsSync(join(stage.workspace, LAST_FILE)), 'what was declined has run');
  }
  await startTurn(client, threadId, 'go on');
  const { params } = await client.turnCompleted(threadId);
  assert.equal(params.turn.status, 'completed');
  assertIntact(stage);
}

/** So many requests of the server, in the order of their ids. */
async function askedAgain(client: WireClient, count: number): Promise<Incoming[]> {
  const asked: Incoming[] = [];
  while (asked.length < count) asked.push(await client.next('item/commandExecution/requestApproval'));
  return asked.toSorted((left, right) => Number(left.id) - Number(right.id));
}

/** Requests of the server that the client has seen and not answered. */
function openRequests(lines: readonly Line[]): unknown[] {
  const asked = lines.flatMap(({ direction, message }) =>
    direction === '<' && 'method' in message && 'id' in message ? [message.id] : [],
  );
  return asked.filter(
    (id) => !lines.some(({ direction, message }) => direction === '>' && !('method' in message) && message.id === id),
  );
}

function isResolved(lines: readonly Line[], requestId: unknown): boolean {
  return lines.some(
    ({ direction, message }) =>
      direction === '<' &&
      'method' in message &&
      message.method === 'serverRequest/resolved' &&
      JSON.stringify(message.params).includes(`"requestId":${JSON.stringify(requestId)}`),
  );
}

function compareItem(seen: ThreadItem, stored: readonly ThreadItem[], unsavable: ReadonlyMap<string, number>): void {
  const found = stored.find(({ id, type }) => id === seen.id && type === seen.type);
  assert.ok(found, `the ${seen.type} ${seen.id} was seen and is gone`);
  if (seen.completedAtMs !== null) {
    assert.deepEqual(found, seen, 'a completed item has changed');
    return;
  }
  if ('status' in found && found.completedAtMs !== null) assert.match(found.status, /^(failed|completed|declined)$/);
  const before = contentOf(seen);
  const after = contentOf(found);
  assert.ok(before.startsWith(after) || after.startsWith(before), `${seen.type} has another content than was seen`);
  const lost = before.length - after.length;
  assert.ok(lost <= (unsavable.get(seen.id) ?? 0), `${seen.type} lost ${lost} characters`);
}

/** What grows in an item while it is open. */
function contentOf(item: ThreadItem): string {
  switch (item.type) {
    case 'agentMessage':
      return item.text;
    case 'reasoning':
      return [...item.summary, ...item.content].join('');
    case 'commandExecution':
      return item.aggregatedOutput ?? '';
    case 'fileChange':
      return item.changes.map(({ diff }) => diff).join('');
    default:
      return '';
  }
}

/** The turn as the client's own reducer has it, and for each item how many of its last characters may be lost. */
function whatWasSeen(
  threadId: string,
  lines: readonly Line[],
): { turn: ReturnType<typeof threadStateOf>['turns'][number] | undefined; unsavable: Map<string, number> } {
  let state = threadStateOf({ id: threadId, turns: [], status: { type: 'idle' } } as unknown as Thread);
  const grown: { itemId: string; characters: number; atMs: number }[] = [];
  for (const { direction, message } of lines) {
    if (direction !== '<' || !('method' in message) || 'id' in message) continue;
    const before = state;
    const event = message as unknown as ServerNotification & { emittedAtMs: number };
    state = reduceThread(state, event);
    if (!('itemId' in event.params) || state === before) continue;
    const { itemId } = event.params;
    const length = (of: typeof state): number =>
      (of.turns[0]?.items ?? [])
        .filter(({ id }) => id === itemId)
        .reduce((sum, item) => sum + contentOf(item).length, 0);
    grown.push({ itemId, characters: length(state) - length(before), atMs: event.emittedAtMs });
  }
  const endMs = grown.at(-1)?.atMs ?? 0;
  const unsavable = new Map<string, number>();
  for (const { itemId, characters, atMs } of grown) {
    if (atMs < endMs - OLDEST_LOST_MS) continue;
    unsavable.set(itemId, Math.min(MOST_LOST, (unsavable.get(itemId) ?? 0) + characters));
  }
  return { turn: state.turns[0], unsavable };
}

function assertIntact(stage: Stage): void {
  const database = new DatabaseSync(join(stage.home, 'threads.db'));
  try {
    assert.deepEqual({ ...database.prepare('PRAGMA integrity_check').get() }, { integrity_check: 'ok' });
  } finally {
    database.close();
  }
}

/** Whatever the server had started lived in this folder. */
async function nobodyLeftIn(workspace: string): Promise<void> {
  if (process.platform !== 'linux') return;
  const deadline = Date.now() + GONE_WITHIN_MS;
  while (processesIn(workspace).length > 0) {
    assert.ok(Date.now() < deadline, `these survived the server: ${processesIn(workspace).join(', ')}`);
    await delay(20); // they are not our children: no event tells their end
  }
}

function processesIn(folder: string): string[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name) && cwdOf(name) === folder);
}

function cwdOf(pid: string): string | null {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return null; // it has ended since the folder was read, or is a zombie
  }
}
