// Bundles and real servers: a thread that a server wrote goes on in another home, where the model is told all that was said.
import { deepEqual, equal, ok } from 'node:assert/strict';
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../server/adapters/clock.ts';
import { runDoctor } from '../../server/doctorCommand.ts';
import { runThreadCommand } from '../../server/threadCommand.ts';
import type { Log } from '../../server/core/ports.ts';
import { answer, text } from '../support/modelScript.ts';
import { playTurn, startThread, story } from '../support/story.ts';

const LINKED = { kinds: ['linked'] } as const;
const log: Log = { debug: () => undefined, warn: () => undefined, error: () => undefined };

describe('a bundle', () => {
  story(
    'of a thread that a server writes goes on in another home, beside a server that runs there',
    async (stage, kind) => {
      const options = {
        clock: systemClock,
        log,
        env: {},
        cwd: stage.workspace,
        print: () => Promise.resolve(),
        complain: (words: string) => ok(false, words),
      };
      const file = join(stage.workspace, 'thread.jsonl');
      const client = await stage.open(kind);
      const source = await startThread(client, stage);
      stage.model.script(answer(text('it said so')), answer(text('two')), answer(text('3')));
      await playTurn(client, source, 'one');
      const { thread: fork } = await client.request('thread/fork', { threadId: source });
      await playTurn(client, fork.id, 'two');
      const read = async (from: typeof client): Promise<any> =>
        (await from.request('thread/read', { threadId: fork.id, includeTurns: true })).thread;
      equal(
        await runThreadCommand(
          { type: 'exportThread', threadId: fork.id, out: file },
          { ...options, home: stage.home },
        ),
        0,
      );

      const away = join(stage.home, 'away');
      mkdirSync(away);
      copyFileSync(join(stage.home, 'config.toml'), join(away, 'config.toml'));
      const there = await stage.open(kind, { home: away });
      deepEqual((await there.request('thread/list', {})).data, []);
      equal(
        await runThreadCommand(
          { type: 'importThread', file },
          { ...options, home: away, print: () => Promise.resolve() },
        ),
        0,
      );
      deepEqual(
        (await there.request('thread/list', {})).data.map(({ id }: any) => id),
        [fork.id],
      );
      deepEqual((await read(there)).turns, (await read(client)).turns);
      await there.request('thread/resume', { threadId: fork.id });
      equal((await playTurn(there, fork.id, 'three')).params.turn.status, 'completed');
      equal((await read(there)).turns.length, 3);
      for (const home of [stage.home, away]) {
        const { text: report, exitCode } = await runDoctor(false, { home, log, clock: systemClock });
        equal(exitCode, 0, report);
      }

      // and back, where it has gone on: what was told in both turns is what the model is told
      const back = join(stage.workspace, 'back.jsonl');
      equal(
        await runThreadCommand({ type: 'exportThread', threadId: fork.id, out: back }, { ...options, home: away }),
        0,
      );
      let said = '';
      const importing = {
        ...options,
        home: stage.home,
        print: (words: string) => Promise.resolve(void (said += words)),
      };
      equal(await runThreadCommand({ type: 'importThread', file: back }, importing), 0);
      const id = /^imported as (\S+) /.exec(said)?.[1] ?? '';
      await client.request('thread/resume', { threadId: id, modelProvider: 'scripted', model: 'scripted-model' });
      stage.model.script(answer(text('four')));
      await playTurn(client, id, 'four');
      const input = JSON.stringify((await stage.model.request(3)).input);
      for (const words of ['one', 'it said so', 'two', 'three', 'four']) ok(input.includes(words), words);
    },
    LINKED,
  );
});
