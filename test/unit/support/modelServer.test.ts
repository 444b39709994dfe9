// The scripted model itself: who gets which answer, gates, the modes of benches, and the program.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { modeOf } from '../../support/modelModes.ts';
import { lastUserText } from '../../support/modelRequest.ts';
import { answer, gate, status, text } from '../../support/modelScript.ts';
import { startModelServer, type ModelServer } from '../../support/modelServer.ts';

const PROGRAM = fileURLToPath(new URL('../../support/modelServer.ts', import.meta.url));

function post(url: string, words: string, more: readonly unknown[] = []): Promise<Response> {
  const input = [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: words }] }, ...more];
  return fetch(`${url}/responses`, { method: 'POST', body: JSON.stringify({ model: 'm', input }) });
}

/** The text of the answer's message. */
async function said(response: Response): Promise<string> {
  const body = await response.text();
  return /"response\.output_text\.done".*?"text":"([^"]*)"/.exec(body)?.[1] ?? '';
}

describe('startModelServer', () => {
  let model: ModelServer;
  beforeEach(async () => {
    model = await startModelServer();
  });
  afterEach(() => model.close());

  it('answers in order, then with the fallback', async () => {
    model.script(answer(text('one')), status(500, 'no'), (request) => answer(text(`got ${lastUserText(request)}`)));
    assert.equal(await said(await post(model.url, 'a')), 'one');
    assert.equal((await post(model.url, 'b')).status, 500);
    assert.equal(await said(await post(model.url, 'c')), 'got c');
    assert.equal(await said(await post(model.url, 'd')), 'default scripted answer');
    assert.deepEqual(model.requests.map(lastUserText), ['a', 'b', 'c', 'd']);
  });

  it('keeps the answers of side-by-side threads apart', async () => {
    model.script(answer(text('for anybody')));
    model.when((request) => lastUserText(request) === 'B', answer(text('for B')));
    assert.equal(await said(await post(model.url, 'A')), 'for anybody');
    assert.equal(await said(await post(model.url, 'B')), 'for B');
  });

  it('waits at a gate until it is opened', async () => {
    model.script(answer([text('before'), gate('g'), text('after')], { chunking: 'event' }));
    const reader = (await post(model.url, 'a')).body!.getReader();
    await model.reached('g');
    let seen = '';
    while (!seen.includes('output_item.done')) seen += Buffer.from((await reader.read()).value!).toString();
    assert.ok(!seen.includes('after'));
    model.open('g');
    for (let part = await reader.read(); !part.done; part = await reader.read())
      seen += Buffer.from(part.value).toString();
    assert.ok(seen.includes('"after"'));
    assert.equal(await model.requests[0]!.over, 'finished');
  });

  it('plays the modes of benches', async () => {
    model.otherwise(modeOf('commands:2', 'whole'));
    const output = { type: 'function_call_output', call_id: 'x', output: '' };
    assert.match(await (await post(model.url, 'go')).text(), /exec_command/);
    assert.match(await (await post(model.url, 'go', [output])).text(), /exec_command/);
    assert.equal(await said(await post(model.url, 'go', [output, output])), 'ran 2 commands');
    model.otherwise(modeOf('echo', 'whole'));
    assert.equal(await said(await post(model.url, 'hello')), 'hello');
    assert.throws(() => modeOf('nonsense', 'whole'), /no script "nonsense"/);
  });

  it('runs as a program that ends with its stdin', async () => {
    const child = spawn(process.execPath, [PROGRAM, '--script', 'deltas:3'], { stdio: ['pipe', 'pipe', 'inherit'] });
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const { url } = JSON.parse((await lines.next()).value as string) as { url: string };
    assert.equal(await said(await post(url, 'go')), '123451234512345');
    assert.equal((JSON.parse((await lines.next()).value as string) as { request: number }).request, 0);
    child.stdin.end();
    assert.deepEqual(await once(child, 'exit'), [0, null]);
  });
});
