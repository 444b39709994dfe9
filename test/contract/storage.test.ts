// A home that cannot be used and a disk that is full: a clear error, a server that stays up, and nothing lost.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BINARY, playTurn, startThread, story } from '../support/story.ts';

describe('a home that cannot be written', () => {
  story('is said at the first request that needs it; when it is mended the next one works', async (stage, kind) => {
    // not a folder: unlike missing rights this stops root too
    const home = join(stage.home, 'sub');
    writeFileSync(home, 'a file');
    const server = await stage.start(kind, { home });
    const client = await server.connect();
    const { codexHome } = await client.initialize();
    equal(codexHome, home);
    for (const [method, params] of [
      ['thread/list', {}],
      ['thread/start', { cwd: stage.workspace }],
    ] as const) {
      const { error } = await client.ask(method, params);
      equal(error?.code, -32603, method);
      equal(error?.data.kind, 'storeUnavailable');
      ok(error?.message.includes(home), error?.message);
    }
    const login = await client.ask('account/login/start', { type: 'apiKey', apiKey: 'sk-1' });
    equal(login.error?.data.kind, 'keyNotStored');
    equal((await client.ask('model/list', {})).error, undefined);
    rmSync(home);
    mkdirSync(home);
    deepEqual((await client.request('thread/list', {})).data, []);
  });
});

describe('a full disk', () => {
  story(
    'fails the turn with the reason; with room again everything is there',
    async (stage) => {
      const program = join(stage.home, 'bowline');
      writeFileSync(program, `#!/bin/sh\ntrap '' XFSZ\nexec ${BINARY} "$@"\n`);
      chmodSync(program, 0o755);
      const server = await stage.start('binary', { program });
      const client = await server.connect();
      await client.initialize();
      const threadId = await startThread(client, stage);
      await playTurn(client, threadId, 'before');
      const limitFiles = (bytes: string): void =>
        void execFileSync('prlimit', [`--pid=${server.process?.pid}`, `--fsize=${bytes}:`]);
      limitFiles('1');
      const answered = await client.ask('turn/start', {
        threadId,
        input: [{ type: 'text', text: 'while it is full' }],
      });
      if (answered.error === undefined) {
        const { params } = await client.turnCompleted(threadId);
        equal(params.turn.status, 'failed');
        match(params.turn.error.message, /disk|space|store|write/i);
      } else {
        match(answered.error.message, /disk|space|store|write/i);
      }
      const read = await client.request('thread/read', { threadId, includeTurns: true });
      equal(read.thread.turns[0].status, 'completed', 'what was there can be read');
      const fresh = await client.ask('thread/start', { cwd: stage.workspace });
      equal(fresh.error, undefined, 'the server is up');
      limitFiles('unlimited');
      equal((await playTurn(client, threadId, 'after')).params.turn.status, 'completed');
      await server.stop();
      const again = await stage.open('binary');
      const { thread } = await again.request('thread/resume', { threadId });
      const words = thread.turns
        .flatMap((turn: any) => turn.items)
        .flatMap((item: any) => (item.type === 'userMessage' ? [item.content[0].text] : []));
      ok(words.includes('before') && words.includes('after'), words.join());
      equal(thread.turns.at(-1).items.at(-1).type, 'agentMessage');
    },
    { kinds: ['binary'] },
  );
});
