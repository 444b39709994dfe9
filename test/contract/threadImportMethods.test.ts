// Clients import the reference's threads: what there is, the import with its progress, and its stop.
import { deepEqual, equal, ok } from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { answer, text } from '../support/modelScript.ts';
import { writeRollout } from '../support/rollouts.ts';
import { playTurn, story } from '../support/story.ts';
import { talkIn } from '../support/talk.ts';

const ID = '0199bbbb-0000-7000-8000-00000000000';
const LINKED = { kinds: ['linked'] } as const;

describe('thread/import', () => {
  story(
    'tells what there is, imports it with progress, and goes on with it',
    async (stage, kind) => {
      const there = join(stage.home, 'codex');
      for (const at of [1, 2, 3]) writeRollout(there, `${ID}${at}`, [`prompt ${at}`, 'more']);
      writeFileSync(join(there, 'sessions', `rollout-2026-09-21T00-00-00-${ID}4.jsonl`), 'no rollout\n');
      const client = await stage.open(kind, { env: { CODEX_HOME: there } });
      deepEqual(await client.request('thread/import/detect', {}), { folder: there, total: 3, fresh: 3 });
      const from = client.lines.length;
      const result = await client.request('thread/import/start', {});
      deepEqual(
        { ...result, failed: result.failed.length },
        {
          imported: 3,
          updated: 0,
          upToDate: 0,
          skipped: [],
          failed: 1,
          summary: '3 imported, 0 updated, 0 up to date, 0 skipped, 1 failed',
          isStopped: false,
        },
      );
      deepEqual(
        client.incoming(from).map(({ method, params }) => [method, params.done, params.total]),
        [0, 1, 2, 3].map((done) => ['thread/import/progress', done, 3]),
      );
      deepEqual(await client.request('thread/import/detect', { folder: there }), { folder: there, total: 3, fresh: 0 });
      equal((await client.request('thread/import/start', { folder: there })).upToDate, 3);

      const { data } = await client.request('thread/list', { sourceKinds: ['cli'] });
      deepEqual(
        data.map(({ id, source, cliVersion, preview }: any) => [id, source, cliVersion, preview]),
        [3, 2, 1].map((at) => [`${ID}${at}`, 'cli', '0.99.0', `prompt ${at}`]),
      );
      deepEqual((await client.request('thread/list', { sourceKinds: ['vscode'] })).data, []);
      const found = await client.request('thread/search', { searchTerm: 'PROMPT 2' });
      deepEqual(
        found.data.map(({ thread }: any) => thread.id),
        [`${ID}2`],
      );
      await client.request('thread/resume', { threadId: `${ID}2` });
      stage.model.script(answer(text('here')));
      await playTurn(client, `${ID}2`, 'go on');
      deepEqual(talkIn(stage.model.requests.at(-1)!), [
        'user: prompt 2',
        'assistant: PROMPT 2',
        'user: more',
        'assistant: MORE',
        'user: go on',
      ]);
    },
    LINKED,
  );

  story(
    'can be stopped, goes on at the next start, runs once at a time, and says when there is no such folder',
    async (stage, kind) => {
      const there = join(stage.home, 'codex');
      mkdirSync(there);
      const ids = Array.from({ length: 24 }, (_, at) => `0199bbbb-0000-7000-8000-0000000000${at + 10}`);
      for (const id of ids) writeRollout(there, id, ['p'.repeat(50_000)]);
      const client = await stage.open(kind);
      const missing = await client.ask('thread/import/start', { folder: join(there, 'nowhere') });
      equal(missing.error?.message, `there is no folder ${join(there, 'nowhere')}`);
      const running = client.ask('thread/import/start', { folder: there });
      const second = await client.ask('thread/import/start', { folder: there });
      equal(second.error?.data.kind, 'importRunning');
      await client.next('thread/import/progress');
      // it is served while the import runs
      await client.request('thread/import/stop', {});
      const { result } = await running;
      ok(result.isStopped === true && result.imported < 24, JSON.stringify(result));
      const rest = await client.request('thread/import/start', { folder: there });
      equal(rest.isStopped, false);
      equal(result.imported + rest.imported + rest.updated, 24);
      equal((await client.request('thread/list', { limit: 100 })).data.length, 24);
    },
    LINKED,
  );
});
