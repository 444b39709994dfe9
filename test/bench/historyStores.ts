// Fills the homes of both programs with the same history: what each of them wrote for two turns, many times with other ids, and read in by itself.
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { uuidV7Ids } from '../../server/adapters/ids.ts';
import { openThreadStore } from '../../server/adapters/store/openThreadStore.ts';
import type { StoreEntry } from '../../server/core/thread/threadStore.ts';
import type { Program } from './programs.ts';
import { Session } from './session.ts';

/** In the user's words of a thread or turn, so that each is another one. */
export const numbered = (n: number): string => `question ${String(n).padStart(5, '0')}`;
/** What the agent of the template says has this word; in all copies but some it becomes another one. */
export const RARE_WORD = 'halyard';
const COMMON_WORD = 'forward';
const EVERY_NTH_IS_RARE = 100;

const TEMPLATE_NUMBER = 99_999;
const UUID = /[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[\da-f]{4}-[\da-f]{12}/g;
const SECOND_MS = 1000;

const clock = { nowMs: () => Date.now(), after: () => () => undefined };
const ids = uuidV7Ids(clock);

/** One of the copies. */
interface Copy {
  readonly number: number;
  /** Ids that stay as they are. */
  readonly kept: ReadonlySet<string>;
}

/** The text with other ids, each of which becomes the same one wherever it stands. */
function copied(text: string, { number, kept }: Copy): string {
  const fresh = new Map<string, string>();
  const idFor = (id: string): string => {
    const known = fresh.get(id) ?? (kept.has(id) ? id : ids.next());
    fresh.set(id, known);
    return known;
  };
  const word = number % EVERY_NTH_IS_RARE === 0 ? RARE_WORD : COMMON_WORD;
  return text
    .replaceAll(UUID, idFor)
    .replaceAll(/"msg_\d+_0"/g, `"msg_${number}_0"`)
    .replaceAll(numbered(TEMPLATE_NUMBER), numbered(number))
    .replaceAll(RARE_WORD, word);
}

/** A thread of two turns, written by the program itself; the model must answer with what `modelModes.ts` calls `paragraph`. */
async function playTemplate(program: Program): Promise<string> {
  await using session = await Session.start(program);
  const threadId = await session.startThread();
  for (let turn = 0; turn < 2; turn += 1) {
    const { text } = await session.turn(threadId, { text: `${numbered(TEMPLATE_NUMBER)} about the boat` });
    assert.ok(text.includes(RARE_WORD), `${program.name} did not say what the copies are made of`);
  }
  return threadId;
}

export interface History {
  readonly threads: number;
  /** Of each thread. */
  readonly turns: number;
}

/** Gives the ids of the threads, oldest first. */
export async function fillHome(program: Program, history: History): Promise<string[]> {
  const template = await playTemplate(program);
  return program.name === 'ours'
    ? await fillOurs(program, template, history)
    : await fillReference(program, template, history);
}

async function fillOurs({ home }: Program, template: string, { threads, turns }: History): Promise<string[]> {
  const log = { debug: () => undefined, warn: () => undefined, error: () => undefined };
  const store = await openThreadStore({ home, clock, log });
  try {
    const record = store.get(template);
    assert.ok(record !== undefined);
    const written = store.turns(template, { cursor: null, limit: 2, direction: 'asc' }).data.map(({ id }) => {
      const events = store.events(template).filter(({ event }) => JSON.stringify(event).includes(id));
      const model = store.turnModelItems(template, id).map((item) => ({ type: 'model', turnId: id, item }));
      return JSON.stringify([...events.map((event) => ({ type: 'event', ...event })), ...model]);
    });
    const made: string[] = [];
    for (let number = 0; number < threads; number += 1) {
      const id = ids.next();
      const atMs = Date.now() - (threads - number) * SECOND_MS;
      const times = { createdAtMs: atMs, updatedAtMs: atMs, recencyAtMs: atMs };
      const preview = `${numbered(number)} about the boat`;
      store.create({ ...record, ...times, id, sessionId: id, preview }, null);
      for (let turn = 0; turn < turns; turn += 1) {
        const text = (turn === 0 ? written[0]! : written[1]!).replaceAll(template, id);
        const copy = copied(text, { number: number + turn, kept: new Set([id]) });
        store.append(id, JSON.parse(copy) as StoreEntry[]);
      }
      made.push(id);
    }
    store.remove(template);
    return made;
  } finally {
    store.close();
  }
}

async function fillReference(program: Program, template: string, { threads, turns }: History): Promise<string[]> {
  const sessions = join(program.home, 'sessions');
  const file = readdirSync(sessions, { recursive: true, encoding: 'utf8' }).find((path) => path.includes(template));
  assert.ok(file !== undefined);
  const lines = readFileSync(join(sessions, file), 'utf8').trimEnd().split('\n');
  const begins = lines.flatMap((line, index) => (line.includes('"type":"task_started"') ? [index] : []));
  assert.equal(begins.length, 2);
  const [head, first, second] = [lines.slice(0, begins[0]), lines.slice(begins[0], begins[1]), lines.slice(begins[1])];
  // what it knows is in the files: what it made of them it makes again
  for (const name of readdirSync(program.home))
    if (name.includes('.sqlite')) rmSync(join(program.home, name), { force: true });
  rmSync(sessions, { recursive: true });
  const made: string[] = [];
  for (let number = 0; number < threads; number += 1) {
    const id = ids.next();
    const at = new Date(Date.now() - (threads - number) * SECOND_MS).toISOString();
    const kept = new Set([id]);
    const copyOf = (part: readonly string[], n: number): string[] =>
      copied(part.join('\n').replaceAll(template, id), { number: n, kept }).split('\n');
    const all = [...copyOf(head, number), ...copyOf(first, number)];
    for (let turn = 1; turn < turns; turn += 1) all.push(...copyOf(second, number + turn));
    const text = all
      .map((line, ordinal) => line.replace(/"ordinal":\d+/, `"ordinal":${ordinal}`))
      .map((line) => `${line.replaceAll(/"timestamp":"[^"]+"/g, `"timestamp":"${at}"`)}\n`)
      .join('');
    const [day, time] = at.slice(0, 19).split('T') as [string, string];
    const folder = join(sessions, ...day.split('-'));
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `rollout-${day}T${time.replaceAll(':', '-')}-${id}.jsonl`), text);
    made.push(id);
  }
  // it reads them all before it answers
  await using _session = await Session.start(program);
  return made;
}
