// The doors for several clients at once, WebSocket over TCP and over a unix socket, of both forms of the program.
import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { answer, gate, text } from '../support/modelScript.ts';
import { PROGRAMS, runProgram, startSocketServer, type SocketServer } from '../support/socketServer.ts';
import { setStage, startThread, startTurn, type Stage } from '../support/story.ts';

for (const program of PROGRAMS) {
  describe(`${program.name} at its sockets`, function () {
    this.timeout(60_000);
    let stage: Stage;
    let servers: SocketServer[];

    beforeEach(async () => {
      stage = await setStage();
      servers = [];
    });
    afterEach(async () => {
      for (const server of servers) server.process.kill('SIGKILL');
      await stage.close();
    });

    async function start(...args: string[]): Promise<SocketServer> {
      const server = await startSocketServer(program, { home: stage.home, args });
      servers.push(server);
      return server;
    }

    /** What it says when it cannot open its door. */
    async function refused(...args: string[]): Promise<string> {
      const { code, stdout, stderr } = await runProgram(program, { home: stage.home, args: ['app-server', ...args] });
      deepEqual([code, stdout], [69, '']);
      return stderr;
    }

    for (const listen of ['ws://127.0.0.1:0', 'unix://']) {
      it(`${listen}: several clients share the threads, and who leaves does not stop a turn`, async () => {
        stage.model.script(answer([text('begun', { done: false }), gate('mid'), text(' ended')]));
        const server = await start('--listen', listen);
        const [one, two] = [await server.client(), await server.client()];
        const threadId = await startThread(one, stage);
        await two.next('thread/started', ({ thread }) => thread.id === threadId);
        await startTurn(one, threadId, 'go');
        await stage.model.reached('mid');
        one.close();
        await one.closed;
        const joined = await two.request('thread/resume', { threadId });
        equal(joined.thread.status.type, 'active');
        stage.model.open('mid');
        const { params } = await two.turnCompleted(threadId);
        equal(params.turn.status, 'completed');
      });

      it(`${listen}: ends in order at SIGTERM, with clients and a turn under way`, async () => {
        stage.model.script(answer([text('begun', { done: false }), gate('never')]));
        const server = await start('--listen', listen);
        const client = await server.client();
        await startTurn(client, await startThread(client, stage), 'go');
        await stage.model.reached('never');
        const idle = await server.open();
        const closed = once(idle, 'close');
        equal(await server.stop(), 0);
        equal((await closed)[0], 1001, 'a client is told that the server goes away');
        await client.closed;
        deepEqual(socketsBelow(stage.home), []);
      });

      it(`${listen}: a frame that is no message is answered, and the connection stays`, async () => {
        const socket = await (await start('--listen', listen)).open();
        const answers: any[] = [];
        socket.on('message', (data: Buffer) => answers.push(JSON.parse(data.toString())));
        for (const frame of ['hello', '[]', '', Buffer.from('{}')]) socket.send(frame);
        socket.send('{"id":1,"method":"no/such"}');
        while (answers.length < 4) await once(socket, 'message');
        deepEqual(
          answers.map(({ id, error }) => [id, error.code]),
          [
            [null, -32700],
            [null, -32600],
            [null, -32600],
            [1, -32601],
          ],
        );
        socket.close();
      });

      it(`${listen}: a message over 32 MiB closes its own connection only`, async () => {
        const server = await start('--listen', listen);
        const client = await server.client();
        const socket = await server.open();
        const closed = once(socket, 'close');
        socket.send(`"${'x'.repeat(32 * 1024 * 1024)}"`);
        equal((await closed)[0], 1009);
        deepEqual((await client.request('thread/loaded/list', {})).data, []);
      });
    }

    it('ws://: health checks, and no business with web pages', async () => {
      const server = await start('--listen', 'ws://127.0.0.1:0');
      const web = server.url.replace('ws:', 'http:');
      match(server.log(), new RegExp(`readyz: ${web}/readyz\n +healthz: ${web}/healthz\n`));
      const status = async (path: string, init?: RequestInit): Promise<number> => {
        const response = await fetch(`${web}${path}`, init);
        await response.text();
        return response.status;
      };
      const headers = { origin: 'http://example.org' };
      deepEqual(
        await Promise.all([
          status('/readyz'),
          status('/healthz?probe=1'),
          status('/'),
          status('/other'),
          status('//'),
          status('/readyz', { method: 'POST' }),
          status('/readyz', { headers }),
          status('/', { headers }),
        ]),
        [200, 200, 400, 400, 400, 400, 403, 403],
      );
      await rejects(server.open(headers), /^Error: 403 /);
      equal((await server.open()).readyState, 1);
    });

    it('ws://: an address that others can reach, or that is taken, is refused with what to do', async () => {
      for (const host of ['0.0.0.0', '[::]']) {
        match(await refused('--listen', `ws://${host}:0`), /--ws-auth capability-token.*SSH/);
      }
      const { url } = await start('--listen', 'ws://127.0.0.1:0');
      match(await refused('--listen', url), new RegExp(`Cannot listen on ${url}: .*(EADDRINUSE|in use)`));
    });

    it('unix://: the socket is this user’s alone, at the default path and at one of choice', async () => {
      await start('--listen', 'unix://');
      const path = join(stage.home, 'app-server-control', 'app-server-control.sock');
      equal(statSync(path).mode & 0o777, 0o600);
      equal(statSync(dirname(path)).mode & 0o777, 0o700);
      const chosen = join(stage.workspace, 'here.sock');
      const server = await start('--listen', `unix://${chosen}`);
      equal(statSync(chosen).mode & 0o777, 0o600);
      deepEqual(readdirSync(stage.workspace), ['here.sock']);
      equal(await server.stop(), 0);
      equal(existsSync(chosen), false);
      ok(existsSync(path), 'the other server’s socket stays');
    });

    it('unix://: a socket that nobody answers is replaced, a living one is not', async () => {
      const killed = await start('--listen', 'unix://');
      const path = killed.url.slice('unix://'.length);
      const exited = once(killed.process, 'exit');
      killed.process.kill('SIGKILL');
      await exited;
      ok(existsSync(path), 'a killed server leaves its socket');
      const living = await start('--listen', 'unix://');
      match(await refused('--listen', 'unix://'), /is listening at .*app-server-control\.sock already/);
      deepEqual((await (await living.client()).request('thread/loaded/list', {})).data, []);
      deepEqual(readdirSync(dirname(path)), ['app-server-control.sock']);
    });

    it('unix://: of several that start at once one gets the path, and the others say so', async () => {
      const begun = Array.from({ length: 4 }, () =>
        startSocketServer(program, { home: stage.home, args: ['--listen', 'unix://'] }),
      );
      const outcomes = await Promise.allSettled(begun);
      const started = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
      servers.push(...started);
      equal(started.length, 1);
      for (const outcome of outcomes)
        if (outcome.status === 'rejected') match(String(outcome.reason), /is listening at/);
      ok(await started[0]!.client());
    });

    it('unix://: what is no socket, or has too long a path, is refused and left as it is', async () => {
      const file = join(stage.workspace, 'notes');
      writeFileSync(file, 'mine');
      match(await refused('--listen', `unix://${file}`), /exists and is no socket/);
      equal(stage.read('notes'), 'mine');
      const deep = join(stage.workspace, 'd'.repeat(60), 'e'.repeat(60));
      mkdirSync(deep, { recursive: true });
      match(await refused('--listen', `unix://${deep}/s.sock`), /too long for a socket/);
    });

    it('off: serves nobody until it is told to end', async () => {
      const server = await start('--listen', 'off');
      equal(server.url, 'off');
      deepEqual(socketsBelow(stage.home), []);
      equal(await server.stop(), 0);
    });
  });
}

function socketsBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.sock'));
}
