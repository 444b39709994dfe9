// The peer over real streams: every line is answered, order is kept, a close leaves nothing hanging.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { ConnectionLost, ProtocolError } from '../../../server/protocol/errors.ts';
import { Reply } from '../../../server/rpc/incoming.ts';
import { jsonlTransport } from '../../../server/rpc/jsonlTransport.ts';
import { linkedPair } from '../../../server/rpc/linkedPair.ts';
import { RawPeer, type PeerHandlers } from '../../../server/rpc/rawPeer.ts';
import { stillHeld } from '../../support/garbage.ts';

type Line = {
  id?: unknown;
  method?: string;
  result?: unknown;
  error?: { code: number; message: string };
  params?: unknown;
};

function serve(handlers: Partial<PeerHandlers> = {}) {
  const input = new PassThrough();
  const output = new PassThrough();
  const peer = new RawPeer(jsonlTransport(input, output), {
    request: async ({ method, params }) => {
      if (method === 'fail') throw new ProtocolError('invalidParams', 'no', { data: { path: 'a' } });
      if (method === 'break') throw new Error('broken');
      return { method, params };
    },
    notification: () => undefined,
    ...handlers,
  });
  peer.listen();
  let text = '';
  const lines: Line[] = [];
  const waiting: (() => void)[] = [];
  output.on('data', (chunk: Buffer) => {
    text += chunk.toString();
    const parts = text.split('\n');
    text = parts.pop() ?? '';
    for (const part of parts) lines.push(JSON.parse(part) as Line);
    for (const wake of waiting.splice(0)) wake();
  });
  const until = async (count: number): Promise<Line[]> => {
    while (lines.length < count) await new Promise<void>((resolve) => waiting.push(resolve));
    return lines;
  };
  return { input, output, peer, until };
}

describe('rpc peer over JSON Lines', () => {
  it('answers two requests that share an id, and requests whose ids look alike', async () => {
    const { input, until } = serve();
    input.write('{"id":1,"method":"a"}\n{"id":1,"method":"b"}\n{"id":"1","method":"c"}\n');
    const lines = await until(3);
    assert.deepEqual(
      lines.map((line) => [line.id, (line.result as { method: string }).method]),
      [
        [1, 'a'],
        [1, 'b'],
        ['1', 'c'],
      ],
    );
  });

  it('answers what is no message with a standard code and id null, and goes on', async () => {
    const { input, until } = serve();
    input.write('{nonsense\n[]\n"text"\n{"id":7}\n{"id":1.5,"method":"a"}\n');
    input.write(Buffer.from([0x7b, 0xff, 0xfe, 0x0a]));
    input.write('\n{"id":2,"method":"ok"}\r\n');
    const lines = await until(7);
    assert.deepEqual(
      lines.map((line) => [line.id, line.error?.code ?? 'ok']),
      [
        [null, -32700],
        [null, -32600],
        [null, -32600],
        [null, -32600],
        [null, -32600],
        [null, -32700],
        [2, 'ok'],
      ],
    );
  });

  it('keeps a message that arrives byte by byte and splits inside a character', async () => {
    const { input, until } = serve();
    for (const byte of Buffer.from('{"id":"ü","method":"größe"}\n')) input.write(Buffer.from([byte]));
    const [line] = await until(1);
    assert.equal(line?.id, 'ü');
    assert.deepEqual(line?.result, { method: 'größe' });
  });

  it('maps errors to codes with a machine-readable kind and never sends a stack', async () => {
    const { input, until } = serve();
    input.write('{"id":1,"method":"fail"}\n{"id":2,"method":"break"}\n');
    const lines = await until(2);
    assert.deepEqual(lines[0]?.error, { code: -32602, message: 'no', data: { kind: 'invalidParams', path: 'a' } });
    assert.deepEqual(lines[1]?.error, { code: -32603, message: 'broken', data: { kind: 'internalError' } });
  });

  it('does what comes after a reply after it, on the wire too', async () => {
    const served = serve({
      request: async ({ method }) => new Reply({ method }, () => served.peer.notify('later', { n: 1 })),
    });
    served.input.write('{"id":1,"method":"a"}\n');
    const lines = await served.until(2);
    assert.equal(lines[0]?.id, 1);
    assert.equal(lines[1]?.method, 'later');
  });

  it('skips a line over the limit without keeping it, says so once, and reads the next', async () => {
    const { input, until } = serve();
    const block = Buffer.alloc(1024 * 1024, 'x');
    for (let written = 0; written < 40; written += 1) if (!input.write(block)) await once(input, 'drain');
    input.write('\n{"id":3,"method":"ok"}\n');
    const lines = await until(2);
    assert.equal(lines[0]?.error?.code, -32600);
    assert.equal(lines[0]?.id, null);
    assert.equal(lines[1]?.id, 3);
  });

  it('answers each of 3,000 requests of one burst, those over the limit as overloaded', async () => {
    const gate = Promise.withResolvers<void>();
    const { input, until } = serve({ request: async () => gate.promise });
    let burst = '';
    for (let id = 0; id < 3000; id += 1) burst += `{"id":${id},"method":"slow"}\n`;
    input.write(burst);
    const overloaded = await until(3000 - 1024);
    assert.ok(overloaded.every((line) => line.error?.code === -32001));
    gate.resolve();
    const all = await until(3000);
    assert.equal(new Set(all.map((line) => line.id)).size, 3000);
  });
});

describe('what is to be done after an answer', () => {
  it('is told when it fails, and the answer stands', async () => {
    const failed: unknown[] = [];
    const [here, there] = linkedPair();
    const ignore = { request: () => Promise.resolve({}), notification: () => undefined };
    const server = new RawPeer(here, {
      ...ignore,
      request: () => Promise.resolve(new Reply('done', () => assert.fail('after'))),
      failed: (method, error) => failed.push([method, error instanceof Error ? error.message : error]),
    });
    const client = new RawPeer(there, ignore);
    server.listen();
    client.listen();
    assert.equal(await client.ask(1, 'do', {}), 'done');
    assert.deepEqual(failed, [['do', 'after']]);
    client.close();
  });
});

describe('rpc peer over a linked pair', () => {
  it('rejects what is open with ConnectionLost when the connection ends', async () => {
    const [a, b] = linkedPair();
    const silent: PeerHandlers = { request: () => new Promise(() => undefined), notification: () => undefined };
    const client = new RawPeer(a, silent);
    const server = new RawPeer(b, silent);
    client.listen();
    server.listen();
    const open = client.request('x', {});
    const asked = server.ask(0, 'y', {});
    client.close();
    await assert.rejects(open, ConnectionLost);
    await assert.rejects(asked, ConnectionLost);
    await client.closed;
    await server.closed;
    await assert.rejects(client.request('late', {}), ConnectionLost);
  });

  it('carries a request of the server under the id it chose, and forgets it on demand', async () => {
    const [a, b] = linkedPair();
    const client = new RawPeer(a, {
      request: async ({ id, params }) => ({ id, params }),
      notification: () => undefined,
    });
    const server = new RawPeer(b, { request: async () => ({}), notification: () => undefined });
    client.listen();
    server.listen();
    assert.deepEqual(await server.ask(41, 'approve?', { a: 1 }), { id: 41, params: { a: 1 } });
    client.close();
    await server.closed;
    await assert.rejects(server.ask(42, 'too late?', {}), ConnectionLost);
  });

  it('keeps no answer for as long as the connection lives', async () => {
    const [a, b] = linkedPair();
    const handlers: PeerHandlers = { request: async () => ({ large: true }), notification: () => undefined };
    const client = new RawPeer(a, handlers);
    const server = new RawPeer(b, handlers);
    client.listen();
    server.listen();
    const answers = await answersOf([() => client.request('x', {}), () => server.ask(0, 'y', {})]);
    assert.deepEqual(await stillHeld(answers), []);
    client.close();
  });
});

/** What the questions were answered, held by nobody here. */
async function answersOf(questions: readonly (() => Promise<unknown>)[]): Promise<WeakRef<object>[]> {
  const answers = await Promise.all(questions.map((ask) => ask()));
  return answers.map((answer) => {
    assert.ok(typeof answer === 'object' && answer !== null);
    return new WeakRef(answer);
  });
}
