// Threads of the real reference server, imported: they read here as they read there, and go on here.
import { deepEqual, equal, ok } from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ThreadItem } from '../../server/protocol/schema/item.ts';
import type { Thread } from '../../server/protocol/schema/thread.ts';
import type { Turn } from '../../server/protocol/schema/turn.ts';
import { systemClock } from '../../server/adapters/clock.ts';
import { runThreadCommand } from '../../server/threadCommand.ts';
import { answer, text } from '../support/modelScript.ts';
import { startModelServer, type ModelServer } from '../support/modelServer.ts';
import { talkIn } from '../support/talk.ts';
import {
  playConversations,
  referencePlace,
  referenceTurn,
  withReference,
  type ReferencePlace,
} from '../support/referenceHome.ts';
import { playTurn, setStage, type Stage } from '../support/story.ts';
import { openSchemaOracle } from '../support/schemaOracle.ts';
import type { WireClient } from '../support/wireClient.ts';

const LOG = { debug: () => undefined, warn: () => undefined, error: () => undefined };

describe('threads of the reference, imported', function () {
  this.timeout(180_000); // the first time it is installed
  let base: string;
  let model: ModelServer;
  let place: ReferencePlace;
  let ids: Record<string, string>;
  let there: Map<string, any>;
  let pagedThere: unknown;
  let listedThere: Map<string, any>;
  let stage: Stage;
  let client: WireClient;
  let said: string;

  async function run(): Promise<number> {
    said = '';
    return await runThreadCommand(
      { type: 'importThreads', folder: place.home },
      {
        home: stage.home,
        clock: systemClock,
        log: LOG,
        env: {},
        cwd: base,
        print: (words) => Promise.resolve(void (said += words)),
        complain: (words) => void (said += words),
      },
    );
  }

  before(async () => {
    base = mkdtempSync(join(tmpdir(), 'bowline-import-'));
    model = await startModelServer();
    place = referencePlace(base, model);
    ids = await withReference(place, (reference) => playConversations(place, reference));
    await withReference(place, async (reference) => {
      there = await readAll(reference);
      pagedThere = await Promise.all(PAGED.map((name) => pagesOf(reference, ids[name]!)));
      listedThere = await listOf(reference);
    });
    stage = await setStage();
    const files = filesOf(place.home);
    equal(await run(), 0, said);
    deepEqual(filesOf(place.home), files, 'nothing is written there');
    client = await stage.open('linked');
  });
  after(async () => {
    const oracle = await openSchemaOracle();
    await stage.close();
    await model.close();
    rmSync(base, { recursive: true, force: true, maxRetries: 5 });
    deepEqual(
      stage.clients.flatMap(({ lines }) => oracle.violations(lines)),
      [],
    );
  });

  /** Threads as the program reads them from its files, by id. */
  async function readAll(reader: WireClient): Promise<Map<string, any>> {
    const read = new Map<string, any>();
    for (const threadId of Object.values(ids)) {
      const { thread } = await reader.request('thread/read', { threadId, includeTurns: true });
      read.set(threadId, thread);
    }
    return read;
  }

  it('have the same turns and items', async () => {
    ok(
      said.endsWith('7 imported, 0 updated, 0 up to date, 0 skipped, 0 failed; 1 thread of sub-agents left out\n'),
      said,
    );
    const here = await readAll(client);
    for (const [name, id] of Object.entries(ids)) {
      if (name !== 'review') deepEqual(here.get(id).turns.map(plain), there.get(id).turns.map(plain), name);
    }
    const kinds = new Set([...here.values()].flatMap(({ turns }) => turns.flatMap(kindsOf)));
    deepEqual(
      [...kinds].toSorted((left, right) => (left < right ? -1 : 1)),
      [
        'agentMessage',
        'commandExecution',
        'contextCompaction',
        'enteredReviewMode',
        'exitedReviewMode',
        'fileChange',
        'reasoning',
        'userMessage',
      ],
      'what was played is there',
    );
    // there the reviewer's turn is left behind as interrupted; here it is a part of the review's, as in reviews that are done here
    const review = here.get(ids['review']!).turns;
    deepEqual(
      review.map(({ status }: Turn) => status),
      ['completed'],
    );
    deepEqual(kindsOf(review[0]), ['enteredReviewMode', 'userMessage', 'exitedReviewMode', 'agentMessage']);
  });

  it('read the same from pages of turns and of items', async () => {
    deepEqual(await Promise.all(PAGED.map((name) => pagesOf(client, ids[name]!))), pagedThere);
  });

  it('keep what the list says about them', async () => {
    const here = await listOf(client);
    deepEqual([...here.keys()].toSorted(), [...listedThere.keys()].toSorted());
    for (const [name, id] of Object.entries(ids)) {
      const [mine, theirs] = [here.get(id), listedThere.get(id)];
      // there a thread that was reverted counts from its revert on, and is told sometimes by its first message, sometimes by the one after the revert
      if (name === 'reverted') {
        deepEqual(rowOf(mine), { ...rowOf(theirs), preview: 'keep' }, name);
        continue;
      }
      deepEqual(rowOf(mine), rowOf(theirs), name);
      equal(mine.createdAt, theirs.createdAt, name);
    }
    const { data } = await client.request('thread/list', { archived: true });
    deepEqual(
      data.map(({ id }: any) => id),
      [ids['archived']],
    );
    const fork = await client.request('thread/read', { threadId: ids['fork']! });
    equal(fork.thread.forkedFromId, ids['main']);
  });

  it('add nothing when they are imported again', async () => {
    const before = await readAll(client);
    equal(await run(), 0);
    equal(said, '0 imported, 0 updated, 7 up to date, 0 skipped, 0 failed; 1 thread of sub-agents left out\n');
    deepEqual(await readAll(client), before);
  });

  it('follow what they have grown by there, and go on here with the past before the model', async () => {
    const { compacted, reverted } = ids;
    const grown = await withReference(place, async (reference) => {
      for (const threadId of [compacted!, reverted!]) {
        await reference.request('thread/resume', { threadId });
        await referenceTurn(place, reference, {
          threadId,
          input: 'more',
          replies: [answer(text('yes', { id: 'msg_y' }))],
        });
      }
      // and one is taken back over what was imported
      const { turns } = there.get(ids['main']!);
      await reference.request('thread/resume', { threadId: ids['main']! });
      await reference.request('thread/revert', { threadId: ids['main']!, beforeTurnId: turns[2].id });
      await referenceTurn(place, reference, {
        threadId: ids['main']!,
        input: 'anew',
        replies: [answer(text('ok', { id: 'msg_n' }))],
      });
      return await readAll(reference);
    });
    equal(await run(), 0);
    ok(
      said.endsWith('0 imported, 3 updated, 4 up to date, 0 skipped, 0 failed; 1 thread of sub-agents left out\n'),
      said,
    );
    const here = await readAll(client);
    for (const name of ['main', 'compacted', 'reverted'])
      deepEqual(here.get(ids[name]!).turns.map(plain), grown.get(ids[name]!).turns.map(plain), name);

    await client.request('thread/resume', { threadId: reverted! });
    stage.model.script(answer(text('here')));
    await playTurn(client, reverted!, 'and now here');
    const request = stage.model.requests.at(-1)!;
    deepEqual(talkIn(request), [
      'user: keep',
      'assistant: kept',
      'user: instead',
      'assistant: instead!',
      'user: more',
      'assistant: yes',
      'user: and now here',
    ]);
    await client.request('thread/resume', { threadId: compacted! });
    stage.model.script(answer(text('here too')));
    await playTurn(client, compacted!, 'go on');
    const talk = talkIn(stage.model.requests.at(-1)!).join('\n');
    for (const words of ['before', 'SUMMARY of before', 'after', 'more', 'go on']) ok(talk.includes(words), words);
    ok(!talk.includes('environment_context>\n  <cwd>') || talk.split('<environment_context>').length === 2, talk);
    await client.request('thread/resume', { threadId: ids['main']! });
    stage.model.script(answer(text('here three')));
    await playTurn(client, ids['main']!, 'you know the rest');
    deepEqual(
      stage.model.requests.at(-1)!.input.flatMap(({ type }: any) => (type === 'message' ? [] : [type])),
      [
        'function_call',
        'function_call_output',
        'custom_tool_call',
        'custom_tool_call_output',
        'function_call',
        'function_call_output',
      ],
    );

    await withReference(place, async (reference) => {
      await reference.request('thread/resume', { threadId: reverted! });
      await referenceTurn(place, reference, { threadId: reverted!, input: 'both', replies: [answer(text('sides'))] });
    });
    const mine = await client.request('thread/read', { threadId: reverted!, includeTurns: true });
    equal(await run(), 0);
    ok(said.includes(`skipped ${reverted}: it has changed there, and was continued here\n`), said);
    deepEqual(await client.request('thread/read', { threadId: reverted!, includeTurns: true }), mine);
  });
});

/** Those of which the reference reads pages; of old threads it does not. */
const PAGED = ['main', 'fork', 'compacted', 'reverted'];

async function pagesOf(reader: WireClient, threadId: string): Promise<unknown> {
  const turns = await reader.request('thread/turns/list', { threadId, limit: 100, itemsView: 'full' });
  const items = await reader.request('thread/items/list', { threadId, limit: 100 });
  return {
    turns: turns.data.map(plain),
    items: items.data.map(({ turnId, item }: any) => ({ turnId, item: plainItem(item) })),
  };
}

/** All threads as they are listed, archived ones too, by id. */
async function listOf(reader: WireClient): Promise<Map<string, any>> {
  const lists = [false, true].map((archived) => reader.request('thread/list', { limit: 100, archived }));
  return new Map((await Promise.all(lists)).flatMap(({ data }) => data).map((thread: any) => [thread.id, thread]));
}

/** Paths with their times and bytes. The databases of the reference and its logs are its own affair, but nobody opens them either. */
function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted()
    .map((path) => {
      const { mtimeMs, size } = statSync(path);
      return `${path} ${mtimeMs} ${size} ${createHash('sha256').update(readFileSync(path)).digest('hex')}`;
    });
}

/** A turn without what is not compared. */
function plain(turn: Turn): unknown {
  return { ...turn, items: turn.items.map(plainItem) };
}

/** An image has no `detail` here where there it is null; the items of old threads have no times there. */
function plainItem(item: ThreadItem): unknown {
  const { startedAtMs, completedAtMs, ...rest } = item;
  const isOld = /^(item-\d+|lc2)$/.test(item.id);
  const times = isOld ? {} : { startedAtMs, completedAtMs };
  if (rest.type !== 'userMessage') return { ...rest, ...times };
  return {
    ...rest,
    ...times,
    content: rest.content.map((part) => (part.type === 'image' ? { ...part, detail: null } : part)),
  };
}

function kindsOf(turn: Turn): string[] {
  return turn.items.map(({ type }) => type);
}

/** What a row says in both. */
function rowOf(thread: Thread): Partial<Thread> {
  const { id, preview, modelProvider, model, cwd, cliVersion, originator, source, gitInfo, name } = thread;
  return { id, preview, modelProvider, model, cwd, cliVersion, originator, source, gitInfo, name };
}
