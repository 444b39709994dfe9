// Bad input on the wire: each kind has a clear answer, the server stays up, and nothing that was open is lost.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { RawServer } from '../support/rawServer.ts';
import { setStage, type Stage } from '../support/story.ts';

describe('bad input', function () {
  this.timeout(60_000);
  let stage: Stage;
  let server: RawServer;

  beforeEach(async () => {
    stage = await setStage();
    server = new RawServer(stage.home);
    await server.initialize();
  });

  afterEach(async () => {
    await stillWorks();
    await server.stop();
    await stage.close();
  });

  async function stillWorks(): Promise<void> {
    deepEqual((await server.ask('thread/list')).result.data, []);
    equal(server.process.exitCode, null);
  }

  const FAULTS: readonly [what: string, line: string | Uint8Array, code: number, words: RegExp][] = [
    ['a line that is no JSON', 'hello', -32700, /not valid JSON/],
    ['half a message', '{"id":1,"method":"thread/list"', -32700, /not valid JSON/],
    ['invalid UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d]), -32700, /not valid UTF-8/],
    ['a number', '42', -32600, /must be a JSON object/],
    ['null', 'null', -32600, /must be a JSON object/],
    ['a batch', '[{"id":1,"method":"thread/list"}]', -32600, /Batches are not supported/],
    ['an object that is nothing', '{"id":77}', -32600, /neither a request/],
    [
      'a request with a fraction as id',
      '{"id":1.5,"method":"thread/list","params":{}}',
      -32600,
      /string or an integer/,
    ],
    ['a request with null as id', '{"id":null,"method":"thread/list","params":{}}', -32600, /string or an integer/],
  ];
  for (const [what, line, code, words] of FAULTS) {
    it(`${what}: ${code} with id null`, async () => {
      await server.write(line);
      await server.write('\n');
      const { error } = await server.find((message) => message.id === null);
      equal(error.code, code);
      match(error.message, words);
      ok(!/\bat .+:\d+:\d+/.test(JSON.stringify(error)), 'no stack trace');
    });
  }

  it('an unknown method: -32601', async () => {
    const { error } = await server.ask('thread/fly');
    deepEqual([error.code, error.message], [-32601, 'Unknown method: thread/fly']);
    for (const method of ['constructor', '__proto__', 'toString']) equal((await server.ask(method)).error.code, -32601);
  });

  it('wrong params: -32602 with the failing path', async () => {
    const wrong: readonly [string, unknown, string][] = [
      ['turn/start', {}, 'threadId'],
      ['turn/start', { threadId: 7, input: [] }, 'threadId'],
      ['turn/start', { threadId: 'x', input: [{ type: 'song' }] }, 'input.0'],
      ['turn/start', { threadId: 'x', input: [], approvalPolicy: 'sometimes' }, 'approvalPolicy'],
      ['thread/list', { limit: 'many' }, 'limit'],
      ['thread/start', { sandbox: 'workspaceWrite' }, 'sandbox'],
    ];
    for (const [method, params, path] of wrong) {
      const { error } = await server.ask(method, params);
      equal(error.code, -32602, method);
      ok(error.data.path.startsWith(path), `${method}: ${JSON.stringify(error)}`);
      match(error.message, /^Invalid params: `/);
    }
    for (const params of ['text', 7, [1], true]) equal((await server.ask('thread/read', params)).error.code, -32602);
  });

  it('unknown ids of threads', async () => {
    for (const method of [
      'thread/resume',
      'thread/read',
      'thread/fork',
      'thread/archive',
      'thread/delete',
      'thread/turns/list',
    ]) {
      for (const threadId of ['', 'nonsense', '01a2b3c4-0000-7000-8000-000000000000', "'; DROP TABLE threads; --"])
        equal((await server.ask(method, { threadId })).error?.code, -32600, `${method} ${threadId}`);
    }
  });

  it('answers to requests that were never made, and notifications that nobody knows: passed over', async () => {
    const before = server.messages.length;
    await server.write('{"id":0,"result":{"decision":"accept"}}\n{"id":"x","error":{"code":1,"message":"no"}}\n');
    await server.write(
      '{"id":null,"error":{"code":1,"message":"no"}}\n{"method":"from/the/future","params":{}}\n{"method":"$/cancelRequest","params":{"id":1}}\n',
    );
    await stillWorks();
    equal(server.messages.length, before + 1);
  });

  it('blank lines, CRLF, unknown members and messages in pieces are no faults', async () => {
    await server.write('\n\r\n  \n');
    for (const byte of Buffer.from(
      '{"jsonrpc":"2.0","id":"pieces","method":"thread/list","extra":1,"params":{"more":2}}\r\n',
    ))
      await server.write(Buffer.from([byte]));
    ok((await server.find((message) => message.id === 'pieces')).result);
    equal(
      server.messages.some((message) => message.id === null),
      false,
    );
  });

  it('ids of every legal kind come back as they were, twice the same id included', async () => {
    for (const id of ['', 'a', -3, 0, Number.MAX_SAFE_INTEGER]) {
      await server.write(`${JSON.stringify({ id, method: 'thread/loaded/list', params: {} })}\n`);
      deepEqual((await server.find((message) => message.id === id)).result, { data: [], nextCursor: null });
    }
    const twice = '{"id":"twin","method":"thread/loaded/list","params":{}}\n';
    await server.write(twice + twice);
    await stillWorks();
    equal(server.messages.filter((message) => message.id === 'twin').length, 2);
  });

  it('every notification carries the time at which it was emitted', async () => {
    await server.ask('thread/start', { cwd: stage.workspace });
    const started = await server.find((message) => message.method === 'thread/started');
    ok(Math.abs(Date.now() - started.emittedAtMs) < 60_000);
    equal('jsonrpc' in started, false);
  });

  it('a line over 32 MiB is skipped without being kept', async () => {
    await stillWorks();
    const before = server.peakMemory();
    const chunk = Buffer.alloc(1024 * 1024, 'x');
    await server.write('{"id":1,"method":"thread/list","params":{"searchTerm":"');
    for (let written = 0; written < 256; written += 1) await server.write(chunk);
    await server.write('"}}\n');
    const { error } = await server.find((message) => message.id === null);
    equal(error.code, -32600);
    match(error.message, /longer than 33554432 bytes/);
    await stillWorks();
    const grownMiB = (server.peakMemory() - before) / 1024 / 1024;
    ok(grownMiB < 64, `the peak grew by ${grownMiB.toFixed(0)} MiB`);
    equal(server.messages.filter((message) => message.id === null).length, 1);
  });

  it('5,000 requests at once are all answered', async () => {
    const lines: string[] = [];
    for (let id = 0; id < 5000; id += 1) lines.push(`{"id":${id},"method":"thread/list","params":{}}`);
    await server.write(`${lines.join('\n')}\n`);
    await server.ask('thread/loaded/list');
    const counts = new Map<number, number>();
    for (let id = 0; id < 5000; id += 1) {
      const { result, error } = await server.find((message) => message.id === id);
      ok(result !== undefined || error.code === -32001);
    }
    for (const { id } of server.messages) if (typeof id === 'number') counts.set(id, (counts.get(id) ?? 0) + 1);
    equal(counts.size, 5000);
    ok([...counts.values()].every((count) => count === 1));
  });

  it('a client that does not read its answers loses none', async () => {
    const { result } = await server.ask('thread/start', { cwd: stage.workspace });
    const threadId: string = result.thread.id;
    server.process.stdout!.pause();
    const lines: string[] = [];
    for (let id = 0; id < 3000; id += 1)
      lines.push(JSON.stringify({ id, method: 'thread/read', params: { threadId } }));
    const written = server.write(`${lines.join('\n')}\n`);
    server.process.stdout!.resume();
    await written;
    for (let id = 0; id < 3000; id += 1) ok((await server.find((message) => message.id === id)).id === id);
  });
});
