// Import of rollouts that nobody's program writes any more, or that are damaged: nothing whole is lost, and one bad file stops no other.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { appendFileSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createThreadImporter } from '../../../../server/adapters/rollouts/threadImporter.ts';
import { fileLines } from '../../../../server/adapters/rollouts/rolloutLines.ts';
import { diagnose } from '../../../../server/adapters/store/doctor.ts';
import { SecretMask } from '../../../../server/core/secrets/secretMask.ts';
import type { ImportOutcome } from '../../../../server/core/thread/threadImport.ts';
import type { ThreadStore } from '../../../../server/core/thread/threadStore.ts';
import { FIRST, recordOf, Scratch, Script, settings, silentLog } from '../store/fixture.ts';

const ID = '0199aaaa-0000-7000-8000-000000000001';
const OTHER = '0199aaaa-0000-7000-8000-000000000002';
const SECRET = { value: 'tp_1234567890abcdef', label: 'test key' };
const OWNER = { pid: process.pid, host: 'here', client: 'importer', sinceMs: 0 };

/** A line of a rollout; each a second after the one before. */
function line(at: number, type: string, payload: object, more: object = {}): string {
  return JSON.stringify({ timestamp: new Date(1_790_000_000_000 + at * 1000).toISOString(), ...more, type, payload });
}

const event = (at: number, type: string, payload: object = {}): string => line(at, 'event_msg', { type, ...payload });
const said = (at: number, role: string, text: string): string =>
  line(at, 'response_item', {
    type: 'message',
    role,
    content: [{ type: role === 'assistant' ? 'output_text' : 'input_text', text }],
  });
const meta = (id: string, more: object = {}): string =>
  line(0, 'session_meta', {
    id,
    timestamp: '2026-09-20T00:00:00.000Z',
    cwd: '/ws',
    originator: 'codex_cli',
    cli_version: '0.40.0',
    source: 'cli',
    ...more,
  });

/** As the oldest versions wrote: a message begins a turn, and nothing says its end. */
const OLD = [
  meta(ID),
  said(1, 'user', '<environment_context>\n<cwd>/ws</cwd></environment_context>'),
  said(2, 'user', 'one'),
  event(2, 'user_message', { message: 'one', kind: 'plain' }),
  event(3, 'agent_reasoning', { text: 'thinking' }),
  event(3, 'agent_reasoning', { text: 'more' }),
  said(4, 'assistant', 'first'),
  event(4, 'agent_message', { message: 'first' }),
  said(5, 'user', 'two'),
  event(5, 'user_message', { message: 'two', images: ['data:image/png;base64,AA=='] }),
  line(6, 'response_item', {
    type: 'function_call',
    name: 'shell',
    arguments: '{"command":["ls"]}',
    call_id: 'c1',
    id: 'fc_1',
  }),
  line(7, 'response_item', { type: 'function_call_output', call_id: 'c1', output: '{"output":"a.txt"}' }),
  event(7, 'exec_command_end', {
    call_id: 'c1',
    command: ['bash', '-lc', 'ls'],
    cwd: '/ws',
    parsed_cmd: [{ type: 'list_files', cmd: 'ls', path: null }],
    aggregated_output: 'a.txt\n',
    exit_code: 0,
    duration: { secs: 1, nanos: 5_000_000 },
  }),
  said(8, 'assistant', 'second'),
  event(8, 'agent_message', { message: 'second' }),
];

describe('importing rollouts', () => {
  let scratch: Scratch;
  const there = (): string => join(scratch.home, 'codex');

  beforeEach(() => {
    scratch = new Scratch();
    mkdirSync(there());
  });
  afterEach(() => scratch.dispose());

  const fileOf = (id: string, folder = 'sessions/2026/09/20', suffix = ''): string =>
    join(there(), folder, `rollout-2026-09-20T00-00-00-${id}${suffix}.jsonl`);

  function write(path: string, lines: readonly string[], ending = '\n'): string {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, lines.join('\n') + ending);
    return path;
  }

  async function run(signal = new AbortController().signal): Promise<ImportOutcome[]> {
    const outcomes: ImportOutcome[] = [];
    const importer = createThreadImporter({
      home: scratch.home,
      env: {},
      cwd: scratch.home,
      owner: OWNER,
      openStore: () => scratch.store(),
      mask: () => Promise.resolve(new SecretMask({ detector: () => [], known: () => [SECRET] })),
      settingsFor: ({ cwd, model }) => Promise.resolve({ ...settings, cwd, model: model ?? settings.model }),
    });
    await importer.run('codex', { signal, told: (outcome) => void outcomes.push(outcome) });
    return outcomes;
  }

  const typesOf = (outcomes: readonly ImportOutcome[]): string[] =>
    outcomes.map((outcome) =>
      outcome.type === 'skipped' || outcome.type === 'failed' ? `${outcome.type}: ${outcome.reason}` : outcome.type,
    );

  async function inStore<T>(work: (store: ThreadStore) => T): Promise<T> {
    const store = await scratch.store();
    try {
      return work(store);
    } finally {
      store.close();
    }
  }

  async function assertSound(): Promise<void> {
    const diagnosis = await diagnose({ home: scratch.home, clock: scratch.clock, log: silentLog });
    ok(diagnosis.type === 'examined');
    deepEqual(diagnosis.examination.faults, []);
    equal(diagnosis.examination.otherShapes.size, 0, 'what was written fits the protocol');
  }

  const itemsIn = (id: string): Promise<string[][]> =>
    inStore((store) =>
      store.turns(id, FIRST).data.map(({ items }) => items.map(({ id: item, type }) => `${type} ${item}`)),
    );
  const modelIn = (id: string): Promise<string> => inStore((store) => JSON.stringify(store.modelItems(id)));

  it('reads the oldest form: turns begin with messages, and what the model was told belongs to them', async () => {
    write(fileOf(ID), OLD);
    const [outcome] = await run();
    ok(outcome?.type === 'imported');
    deepEqual(outcome.thread, { id: ID, title: 'one', turns: 2, broken: 0, unknown: {}, isCut: false });
    deepEqual(await itemsIn(ID), [
      ['userMessage item-1', 'reasoning item-2', 'agentMessage item-3'],
      ['userMessage item-4', 'commandExecution c1', 'agentMessage item-5'],
    ]);
    await inStore((store) => {
      const record = store.get(ID);
      equal(record?.source, 'cli');
      equal(record?.cliVersion, '0.40.0');
      equal(record?.createdAtMs, Date.parse('2026-09-20T00:00:00.000Z'));
      const [first, second] = store.turns(ID, FIRST).data;
      deepEqual([first?.status, second?.status], ['completed', 'interrupted'], 'nobody wrote the end of the last');
      const command = second?.items[1];
      ok(command?.type === 'commandExecution');
      equal(command.command, 'bash -lc ls');
      equal(command.durationMs, 1005);
      equal(command.aggregatedOutput, 'a.txt\n');
      const told = (turn: string | undefined): string[] => store.turnModelItems(ID, turn ?? '').map(({ type }) => type);
      deepEqual(told(first?.id), ['message', 'message'], 'what the reference told of itself is left there');
      deepEqual(told(second?.id), ['message', 'function_call', 'function_call_output', 'message']);
    });
    ok(!(await modelIn(ID)).includes('fc_1'), 'ids of the provider stay there');
    await assertSound();
  });

  it('masks the secrets in what tools returned, in the items and for the model', async () => {
    const lines = OLD.map((text) => text.replaceAll('a.txt', `key=${SECRET.value}`));
    write(fileOf(ID), lines);
    deepEqual(typesOf(await run()), ['imported']);
    const kept = await inStore((store) => JSON.stringify([store.events(ID), store.modelItems(ID)]));
    ok(!kept.includes(SECRET.value));
    equal(kept.split('key=[secret masked: test key]').length, 3, 'once as output, once for the model');
  });

  it('takes back what was taken back, and tells an error as the end of its turn', async () => {
    const turn = (at: number, id: string, text: string, end: object = {}): string[] => [
      event(at, 'task_started', { turn_id: id, started_at: at }),
      event(at, 'user_message', { message: text }),
      said(at, 'user', text),
      event(at, 'task_complete', { turn_id: id, ...end }),
    ];
    const failed = { error: { message: 'too long', codex_error_info: 'context_window_exceeded' } };
    write(fileOf(ID), [
      meta(ID),
      ...turn(1, 't1', 'kept'),
      ...turn(2, 't2', 'dropped'),
      event(3, 'thread_rolled_back', { num_turns: 1 }),
      ...turn(4, 't4', 'anew', failed),
    ]);
    deepEqual(typesOf(await run()), ['imported']);
    await inStore((store) => {
      const turns = store.turns(ID, FIRST).data;
      deepEqual(
        turns.map(({ id, status, error }) => [id, status, error?.codexErrorInfo ?? null]),
        [
          ['t1', 'completed', null],
          ['t4', 'failed', 'contextWindowExceeded'],
        ],
      );
    });
    const told = await modelIn(ID);
    ok(told.includes('kept') && told.includes('anew') && !told.includes('dropped'), told);
  });

  it('keeps items of kinds that it does not know, names other lines, and passes over broken ones', async () => {
    const started = event(1, 'task_started', { turn_id: 't1', started_at: 1 });
    const of = (item: object): string =>
      event(2, 'item_completed', { turn_id: 't1', item, started_at_ms: 1, completed_at_ms: 2 });
    write(fileOf(ID), [
      meta(ID),
      started,
      of({ type: 'UserMessage', id: 'u', content: [{ type: 'text', text: 'hi' }] }),
      of({ type: 'HologramShown', id: 'h', beam_width: 3 }),
      of({ type: 'ImageGeneration', id: 'g', status: 'completed', revised_prompt: 'a knot', result: 'AA==' }),
      '{"timestamp":"2026-09-20T00:00:02.000Z","type":"event_msg","payload":{"type":"agent_mess',
      'no JSON at all',
      '[1,2]',
      line(3, 'response_item', { type: 'web_search_call', id: 'ws_1' }),
      event(3, 'something_new', { a: 1 }),
      line(3, 'strange', {}),
      of({ type: 'AgentMessage', id: 'a', content: [{ type: 'Text', text: 'whole' }] }),
      event(4, 'task_complete', { turn_id: 't1' }),
    ]);
    const [outcome] = await run();
    ok(outcome?.type === 'imported');
    equal(outcome.thread.broken, 3);
    deepEqual(outcome.thread.unknown, {
      hologramShown: 1,
      'response_item web_search_call': 1,
      something_new: 1,
      strange: 1,
    });
    deepEqual(await itemsIn(ID), [['userMessage u', 'hologramShown h', 'imageGeneration g', 'agentMessage a']]);
    await inStore((store) => {
      const [, unknown] = store.turns(ID, FIRST).data[0]?.items ?? [];
      equal(JSON.parse(JSON.stringify(unknown)).beamWidth, 3);
    });
  });

  it('imports the others when files are empty, are no rollouts, or belong to sub-agents', async () => {
    write(fileOf(ID), OLD);
    write(fileOf('0199aaaa-0000-7000-8000-00000000000a'), [], '');
    write(fileOf('0199aaaa-0000-7000-8000-00000000000b'), ['{"half":']);
    write(fileOf('0199aaaa-0000-7000-8000-00000000000c'), [meta('0199aaaa-0000-7000-8000-00000000000c')]);
    write(fileOf(OTHER), [meta(OTHER, { source: { subagent: 'review' } }), ...OLD.slice(1)]);
    write(join(there(), 'sessions/notes.txt'), ['nothing']);
    deepEqual(typesOf(await run()).toSorted(), [
      'failed: it does not begin with what says which thread it is',
      'failed: the file is empty',
      'imported',
      'skipped: nothing was said in it',
    ]);
  });

  it('reads a last line when it is whole, never twice, and gives a name and an archive that came later', async () => {
    const path = write(fileOf(ID), OLD.slice(0, 4), '');
    deepEqual(typesOf(await run()), ['imported']);
    deepEqual(await itemsIn(ID), [['userMessage item-1']]);
    const half = OLD[7] ?? '';
    appendFileSync(path, `\n${half.slice(0, 40)}`);
    deepEqual(typesOf(await run()), ['upToDate']);
    deepEqual(typesOf(await run()), ['upToDate']);
    appendFileSync(path, `${half.slice(40)}\n`);
    deepEqual(typesOf(await run()), ['updated']);
    deepEqual(await itemsIn(ID), [['userMessage item-1', 'agentMessage item-2']]);
    writeFileSync(join(there(), 'session_index.jsonl'), `${JSON.stringify({ id: ID, thread_name: 'Knots' })}\n`);
    mkdirSync(join(there(), 'archived_sessions'));
    renameSync(path, fileOf(ID, 'archived_sessions'));
    deepEqual(typesOf(await run()), ['upToDate']);
    await inStore((store) => {
      equal(store.get(ID)?.name, 'Knots');
      equal(store.get(ID)?.archived, true);
      store.update(ID, { name: 'Mine', archived: false });
    });
    writeFileSync(join(there(), 'session_index.jsonl'), `${JSON.stringify({ id: ID, thread_name: 'Theirs' })}\n`);
    appendFileSync(fileOf(ID, 'archived_sessions'), `${event(20, 'agent_message', { message: 'late' })}\n`);
    deepEqual(typesOf(await run()), ['updated']);
    await inStore((store) => deepEqual([store.get(ID)?.name, store.get(ID)?.archived], ['Mine', false]));
  });

  it('leaves alone what was continued here, deleted here, is in use, or is another thread', async () => {
    const path = write(fileOf(ID), OLD);
    const grow = (): void => appendFileSync(path, `${event(30, 'agent_message', { message: 'more' })}\n`);
    await run();
    const holder = await scratch.store();
    ok(holder.acquire(ID, { ...OWNER, client: 'bowline-vscode' }, false).type === 'held');
    grow();
    match(typesOf(await run())[0] ?? '', /^skipped: it is in use here \(bowline-vscode, process \d+\)$/);
    holder.close();
    deepEqual(typesOf(await run()), ['updated']);
    await inStore((store) => {
      store.acquire(ID, OWNER, false);
      store.append(ID, new Script(ID).turn('mine'));
    });
    deepEqual(typesOf(await run()), ['upToDate'], 'nothing is new there');
    grow();
    deepEqual(typesOf(await run()), ['skipped: it has changed there, and was continued here']);
    await inStore((store) => store.remove(ID));
    deepEqual(typesOf(await run()), ['skipped: it was imported before and deleted here']);
    write(fileOf(OTHER), [meta(OTHER), ...OLD.slice(1)]);
    await inStore((store) => store.create(recordOf(OTHER), null));
    ok(typesOf(await run()).includes('skipped: a thread with this id is already here'));
  });

  it('replaces a history that was written anew there, and not one that was forked here', async () => {
    const path = write(fileOf(ID), OLD);
    await run();
    write(path, [...OLD.slice(0, 8), event(9, 'agent_message', { message: 'another course' })]);
    deepEqual(typesOf(await run()), ['updated']);
    deepEqual(await itemsIn(ID), [
      ['userMessage item-1', 'reasoning item-2', 'agentMessage item-3', 'agentMessage item-4'],
    ]);
    await inStore((store) => {
      const lastTurnId = store.turns(ID, FIRST).data[0]?.id ?? '';
      store.create(recordOf(OTHER, { forkedFromId: ID }), { threadId: ID, lastTurnId });
    });
    write(path, OLD);
    match(typesOf(await run())[0] ?? '', /^skipped: its history was changed there, and cannot be replaced here/);
  });

  it('loses no whole item, wherever a file is cut, and has all once the rest is there', async function () {
    this.timeout(60_000);
    const whole = Buffer.from(OLD.join('\n') + '\n');
    const step = Math.ceil(whole.length / 60);
    const all: string[] = [];
    for (let at = 1; at < whole.length; at += step) {
      const id = `0199aaaa-0000-7000-8000-${at.toString().padStart(12, '0')}`;
      const text = Buffer.from(whole.toString().replaceAll(ID, id));
      const path = write(fileOf(id), [], '');
      writeFileSync(path, text.subarray(0, at));
      all.push(id);
    }
    const outcomes = await run();
    equal(outcomes.length, all.length);
    for (const [index, id] of all.entries()) {
      const cut = whole.subarray(0, 1 + index * step).toString();
      const lines = cut.split('\n').filter((text) => isJson(text));
      const messages = lines.filter((text) => /"(user|agent)_message"/.test(text)).length;
      const got = (await inStore((store) => (store.get(id) === undefined ? [] : store.turns(id, FIRST).data))).flatMap(
        ({ items }) => items.filter(({ type }) => type.endsWith('Message')),
      );
      equal(got.length, messages, `cut at ${1 + index * step}`);
      writeFileSync(fileOf(id), whole.toString().replaceAll(ID, id));
    }
    ok((await run()).every(({ type }) => type === 'imported' || type === 'updated'));
    for (const id of all) equal((await itemsIn(id)).flat().length, 6);
    await assertSound();
  });

  it('reads lines in pieces, whatever their length, and stops where a part ends', async () => {
    const texts = ['a', '', 'é'.repeat(300_000), 'x'.repeat(262_143), 'end'];
    const path = write(join(there(), 'lines'), texts, '');
    const read: string[] = [];
    let last = 0;
    for await (const { text, end, isEnded } of fileLines(path, 0, null)) {
      read.push(text);
      equal(isEnded, text !== 'end');
      last = end;
    }
    deepEqual(read, texts);
    equal(last, readFileSync(path).length);
    const part: string[] = [];
    for await (const { text } of fileLines(path, 2, 3)) part.push(text);
    deepEqual(part, ['']);
  });

  it('goes on where it was stopped', async () => {
    const big = Array.from({ length: 40 }, (_, index) => [
      event(index, 'user_message', { message: `prompt ${index}` }),
      event(index, 'agent_message', { message: 'y'.repeat(50_000) }),
    ]).flat();
    write(fileOf(ID), [meta(ID), ...big]);
    const stop = new AbortController();
    setImmediate(() => stop.abort());
    await run(stop.signal);
    const partly = (await inStore((store) => (store.get(ID) === undefined ? [] : store.turns(ID, FIRST).data))).length;
    ok(partly < 40, `${partly} turns`);
    deepEqual(typesOf(await run()), [partly === 0 ? 'imported' : 'updated']);
    const turns = await itemsIn(ID);
    equal(turns.length, 40);
    ok(turns.every((items) => items.length === 2));
  });
});

function isJson(text: string): boolean {
  try {
    return typeof JSON.parse(text) === 'object';
  } catch {
    return false; // the line was cut
  }
}
