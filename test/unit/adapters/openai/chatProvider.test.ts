// The Chat Completions API over real HTTP: the same answers, told in its dialect and in those of common servers.
import assert from 'node:assert/strict';
import type { ModelEvent } from '../../../../server/core/turn/modelPort.ts';
import {
  answer,
  command,
  event,
  patch,
  raw,
  reasoning,
  status,
  text,
  type Part,
  type Reply,
} from '../../../support/modelScript.ts';
import { startModelServer, type ModelServer } from '../../../support/modelServer.ts';
import { ask, harness, joined, type Harness, type Outcome } from './modelHarness.ts';

const delta = (value: Record<string, unknown>, finish: string | null = null): Part =>
  event({ choices: [{ index: 0, delta: value, finish_reason: finish }] });

/** An answer made of chunks alone. */
const chunks = (...parts: Part[]): Reply => answer(parts, { ending: { type: 'cut' } });
const DONE = raw('data: [DONE]\n\n');

const USAGE = {
  totalTokens: 120,
  inputTokens: 100,
  cachedInputTokens: 10,
  cacheWriteInputTokens: 0,
  outputTokens: 20,
  reasoningOutputTokens: 5,
};

describe('a provider of the Chat Completions API', () => {
  let model: ModelServer;
  let provider: Harness;
  const askFor = async (reply: Reply): Promise<Outcome> => {
    model.script(reply);
    return ask(provider);
  };
  const itemsOf = ({ events }: Outcome): unknown[] =>
    events.flatMap((each) => (each.type === 'itemDone' ? each.item : []));

  beforeEach(async () => {
    model = await startModelServer();
    provider = harness(model.url, { wireApi: 'chat', requestMaxRetries: 1 });
  });
  afterEach(async () => {
    provider.close();
    await model.close();
  });

  it('asks at its own path', async () => {
    await askFor(answer(text('x')));
    const [request] = model.requests;
    assert.equal(request?.path, '/v1/chat/completions');
    assert.deepEqual(request.input, [
      { role: 'system', content: 'You are Bowline.' },
      { role: 'user', content: 'Say hello' },
    ]);
  });

  it('streams thoughts, text and calls as items in this order', async () => {
    const words = 'Grüße 👋🏽';
    const parts = [
      reasoning({ content: ['hmm, 漢'] }),
      text(words),
      command('ls', {}, { callId: 'a' }),
      patch('*** "p"\n', { callId: 'b' }),
    ];
    const { events, failure } = await askFor(answer(parts));
    assert.equal(failure, null);
    const custom = { type: 'custom_tool_call', call_id: 'b', name: 'apply_patch' } as const;
    const plain = { type: 'function_call', call_id: 'a', name: 'exec_command' } as const;
    const expected: ModelEvent[] = [
      { type: 'itemAdded', index: 0, item: { type: 'reasoning', summary: [], content: [] } },
      { type: 'reasoningDelta', index: 0, contentIndex: 0, delta: 'hmm, 漢' },
      {
        type: 'itemDone',
        index: 0,
        item: { type: 'reasoning', summary: [], content: [{ type: 'reasoning_text', text: 'hmm, 漢' }] },
      },
      { type: 'itemAdded', index: 1, item: { type: 'message', role: 'assistant', content: [] } },
      { type: 'textDelta', index: 1, delta: words },
      {
        type: 'itemDone',
        index: 1,
        item: { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: words }] },
      },
      { type: 'itemAdded', index: 2, item: { ...plain, arguments: '' } },
      { type: 'inputDelta', index: 2, delta: '{"cmd":"ls"}' },
      { type: 'itemAdded', index: 3, item: { ...custom, input: '' } },
      { type: 'inputDelta', index: 3, delta: '*** "p"\n' },
      { type: 'itemDone', index: 2, item: { ...plain, arguments: '{"cmd":"ls"}' } },
      { type: 'itemDone', index: 3, item: { ...custom, input: '*** "p"\n' } },
      { type: 'completed', usage: USAGE },
    ];
    assert.deepEqual(joined(events), expected);
  });

  it('tells calls apart that share a position, and takes arguments as an object', async () => {
    const piece = (id: string, args: unknown): unknown => ({
      index: 0,
      id,
      function: { name: 'exec_command', arguments: args },
    });
    const outcome = await askFor(
      chunks(
        delta({ tool_calls: [piece('a', '{"cmd":'), piece('b', { cmd: 'y' })] }),
        delta({ tool_calls: [piece('a', '"x"}')] }),
        delta({}, 'stop'),
        DONE,
      ),
    );
    assert.deepEqual(itemsOf(outcome), [
      { type: 'function_call', call_id: 'a', name: 'exec_command', arguments: '{"cmd":"x"}' },
      { type: 'function_call', call_id: 'b', name: 'exec_command', arguments: '{"cmd":"y"}' },
    ]);
  });

  it('names a call that has no id', async () => {
    const outcome = await askFor(
      chunks(
        delta({ tool_calls: [{ function: { name: 'exec_command', arguments: '{}' } }] }),
        delta({}, 'tool_calls'),
        DONE,
      ),
    );
    assert.deepEqual(itemsOf(outcome), [
      { type: 'function_call', call_id: 'call_id1', name: 'exec_command', arguments: '{}' },
    ]);
  });

  it('tells whole calls apart that have neither an id nor a position', async () => {
    const whole = (cmd: string): unknown => ({
      function: { name: 'exec_command', arguments: JSON.stringify({ cmd }) },
    });
    const outcome = await askFor(
      chunks(delta({ tool_calls: [whole('x')] }), delta({ tool_calls: [whole('y')] }), delta({}, 'stop'), DONE),
    );
    assert.deepEqual(itemsOf(outcome), [
      { type: 'function_call', call_id: 'call_id1', name: 'exec_command', arguments: '{"cmd":"x"}' },
      { type: 'function_call', call_id: 'call_id2', name: 'exec_command', arguments: '{"cmd":"y"}' },
    ]);
  });

  it('waits for a name that comes after the id and the first arguments', async () => {
    const pieces = [
      { index: 0, id: 'a' },
      { index: 0, function: { arguments: '{"in' } },
      { index: 0, function: { name: 'apply_patch' } },
      { index: 0, function: { arguments: 'put":"*** B"}' } },
      // some repeat the name with each piece
      { index: 1, id: 'b', function: { name: 'exec_command', arguments: '{"cm' } },
      { index: 1, function: { name: 'exec_command', arguments: 'd":"x"}' } },
      { index: 2, id: 'c', function: { arguments: '{}' } },
    ];
    const outcome = await askFor(
      chunks(...pieces.map((piece) => delta({ tool_calls: [piece] })), delta({}, 'tool_calls'), DONE),
    );
    assert.deepEqual(itemsOf(outcome), [
      { type: 'custom_tool_call', call_id: 'a', name: 'apply_patch', input: '*** B' },
      { type: 'function_call', call_id: 'b', name: 'exec_command', arguments: '{"cmd":"x"}' },
      { type: 'function_call', call_id: 'c', name: '', arguments: '{}' },
    ]);
    const inputs = outcome.events.filter((each) => each.type === 'inputDelta' && each.index === 0);
    assert.equal(inputs.map((each) => ('delta' in each ? each.delta : '')).join(''), '*** B');
    const added = outcome.events.flatMap((each) => (each.type === 'itemAdded' ? each.index : []));
    assert.deepEqual(added, [0, 1, 2]);
  });

  it('takes content in parts, thoughts among them, and usage after the last choice', async () => {
    const content = [
      { type: 'thinking', thinking: [{ type: 'text', text: 'hm' }] },
      { type: 'text', text: 'Yes' },
    ];
    const usage = { choices: [], usage: { prompt_tokens: 7, completion_tokens: 3 } };
    const outcome = await askFor(chunks(delta({ content }), delta({}, 'stop'), event(usage), DONE));
    assert.deepEqual(itemsOf(outcome), [
      { type: 'reasoning', summary: [], content: [{ type: 'reasoning_text', text: 'hm' }] },
      { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Yes' }] },
    ]);
    const end = outcome.events.at(-1);
    assert.ok(end?.type === 'completed');
    assert.deepEqual([end.usage?.inputTokens, end.usage?.totalTokens], [7, 10]);
  });

  it('takes a bare custom input as it is', async () => {
    const calls = [{ index: 0, id: 'p', function: { name: 'apply_patch', arguments: '*** Begin Patch\n' } }];
    const outcome = await askFor(chunks(delta({ tool_calls: calls }), delta({}, 'tool_calls'), DONE));
    assert.deepEqual(itemsOf(outcome), [
      { type: 'custom_tool_call', call_id: 'p', name: 'apply_patch', input: '*** Begin Patch\n' },
    ]);
  });

  it("understands Ollama's word for thoughts, and an end without [DONE]", async () => {
    const { events } = await askFor(chunks(delta({ reasoning: 'hm' }), delta({ content: 'x' }), delta({}, 'stop')));
    assert.deepEqual(
      events.map((each) => each.type),
      ['itemAdded', 'reasoningDelta', 'itemDone', 'itemAdded', 'textDelta', 'itemDone', 'completed'],
    );
  });

  it('says when an answer was cut by its length', async () => {
    const { events } = await askFor(
      answer(text('half'), { ending: { type: 'incomplete', reason: 'max_output_tokens' } }),
    );
    assert.deepEqual(events.at(-1), { type: 'incomplete', reason: 'max_output_tokens', usage: USAGE });
  });

  it('knows a stream that breaks, and one that tells an error', async () => {
    const cut = await askFor(answer(text('half'), { ending: { type: 'cut' } }));
    assert.deepEqual(cut.failure?.info, { responseStreamDisconnected: { httpStatusCode: null } });
    const told = await askFor(
      answer(text('half'), { ending: { type: 'error', code: 'context_length_exceeded', message: 'long' } }),
    );
    assert.equal(told.failure?.info, 'contextWindowExceeded');
    const garbage = await askFor(answer(raw('data: <html>\n\n')));
    assert.match(garbage.failure?.message ?? '', /Chat Completions/);
  });

  it('suggests the other API where there is none', async () => {
    const { failure } = await askFor(status(404, 'page not found'));
    assert.match(failure?.message ?? '', /wire_api = "responses"/);
  });
});
