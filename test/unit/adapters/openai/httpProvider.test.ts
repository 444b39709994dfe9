// The Responses API over real HTTP: what is asked, and the events that answers become.
import assert from 'node:assert/strict';
import type { ModelEvent } from '../../../../server/core/turn/modelPort.ts';
import { answer, command, event, interleaved, patch, raw, reasoning, text } from '../../../support/modelScript.ts';
import { startModelServer, type ModelServer } from '../../../support/modelServer.ts';
import { ask, harness, joined, modelRequest, type Harness, type HarnessOptions } from './modelHarness.ts';

const USAGE = {
  totalTokens: 120,
  inputTokens: 100,
  cachedInputTokens: 10,
  cacheWriteInputTokens: 0,
  outputTokens: 20,
  reasoningOutputTokens: 5,
};
const COMPLETED: ModelEvent = { type: 'completed', usage: USAGE };

describe('a provider of the Responses API', () => {
  let model: ModelServer;
  const open: Harness[] = [];
  const at = (options: HarnessOptions = {}): Harness => {
    const made = harness(model.url, options);
    open.push(made);
    return made;
  };

  beforeEach(async () => {
    model = await startModelServer();
  });
  afterEach(async () => {
    for (const each of open.splice(0)) each.close();
    await model.close();
  });

  describe('answers', () => {
    it('streams text, however the bytes are cut', async () => {
      const words = 'Grüße, 漢字 and 👋🏽: "quoted"\nand a new line.';
      for (const chunking of ['awkward', 'event', 'whole'] as const) {
        model.script(answer(text(words, { id: 'msg_1', phase: 'final_answer' }), { chunking }));
        const { events, failure } = await ask(at());
        assert.equal(failure, null);
        const message = { type: 'message', id: 'msg_1', role: 'assistant', phase: 'final_answer' } as const;
        assert.deepEqual(joined(events), [
          { type: 'itemAdded', index: 0, item: { ...message, content: [] } },
          { type: 'textDelta', index: 0, delta: words },
          { type: 'itemDone', index: 0, item: { ...message, content: [{ type: 'output_text', text: words }] } },
          COMPLETED,
        ]);
      }
    });

    it('keeps every delta as it came', async () => {
      model.script(answer(text('abcdef', { deltas: ['a', 'bcd', 'ef'] })));
      const { events } = await ask(at());
      assert.deepEqual(
        events.flatMap((each) => (each.type === 'textDelta' ? each.delta : [])),
        ['a', 'bcd', 'ef'],
      );
    });

    it('streams thoughts with their summaries', async () => {
      model.script(answer(reasoning({ summary: ['**One**', 'Two'], content: ['raw'], encrypted: 'blob', id: 'rs_1' })));
      const { events } = await ask(at());
      assert.deepEqual(joined(events), [
        { type: 'itemAdded', index: 0, item: { type: 'reasoning', id: 'rs_1', summary: [] } },
        { type: 'summaryPartAdded', index: 0, summaryIndex: 0 },
        { type: 'summaryDelta', index: 0, summaryIndex: 0, delta: '**One**' },
        { type: 'summaryPartAdded', index: 0, summaryIndex: 1 },
        { type: 'summaryDelta', index: 0, summaryIndex: 1, delta: 'Two' },
        { type: 'reasoningDelta', index: 0, contentIndex: 0, delta: 'raw' },
        {
          type: 'itemDone',
          index: 0,
          item: {
            type: 'reasoning',
            id: 'rs_1',
            summary: [
              { type: 'summary_text', text: '**One**' },
              { type: 'summary_text', text: 'Two' },
            ],
            content: [{ type: 'reasoning_text', text: 'raw' }],
            encrypted_content: 'blob',
          },
        },
        COMPLETED,
      ]);
    });

    it('streams calls side by side, function and custom', async () => {
      model.script(
        answer(interleaved(command('ls', {}, { callId: 'a' }), patch('*** Begin Patch\n', { callId: 'b' }))),
      );
      const { events } = await ask(at());
      const input = (index: number): string =>
        events.flatMap((each) => (each.type === 'inputDelta' && each.index === index ? each.delta : [])).join('');
      assert.equal(input(0), '{"cmd":"ls"}');
      assert.equal(input(1), '*** Begin Patch\n');
      assert.deepEqual(
        events.flatMap((each) => (each.type === 'itemDone' ? each.item : [])),
        [
          { type: 'function_call', id: 'fc_0_0', call_id: 'a', name: 'exec_command', arguments: '{"cmd":"ls"}' },
          { type: 'custom_tool_call', id: 'ctc_0_1', call_id: 'b', name: 'apply_patch', input: '*** Begin Patch\n' },
        ],
      );
    });

    it('needs no more than the finished item, drops deltas of items that were never added', async () => {
      const stray = event({ type: 'response.output_text.delta', output_index: 0, content_index: 0, delta: 'lost' });
      model.script(answer([stray, text('whole', { added: false, id: 'msg_1' })], { usage: null }));
      const { events } = await ask(at());
      assert.deepEqual(events, [
        {
          type: 'itemDone',
          index: 0,
          item: { type: 'message', id: 'msg_1', role: 'assistant', content: [{ type: 'output_text', text: 'whole' }] },
        },
        { type: 'completed', usage: null },
      ]);
    });

    it('takes items from the final summary when a server tells them there alone', async () => {
      const output = [{ type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'late' }] }];
      model.script(answer(event({ type: 'response.completed', response: { output } }), { ending: { type: 'cut' } }));
      const { events } = await ask(at());
      assert.deepEqual(
        events.map((each) => each.type),
        ['itemDone', 'completed'],
      );
    });

    it('passes over what it does not know', async () => {
      const unknown = {
        type: 'response.output_item.done',
        output_index: 0,
        item: { type: 'web_search_call', id: 'ws' },
      };
      model.script(answer([event({ type: 'response.new_thing' }), event(unknown), raw('data: [DONE]\n\n'), text('x')]));
      const { events, failure } = await ask(at());
      assert.equal(failure, null);
      assert.deepEqual(joined(events).at(-1), COMPLETED);
    });

    it('says when an answer is incomplete', async () => {
      model.script(answer(text('half'), { ending: { type: 'incomplete', reason: 'max_output_tokens' } }));
      const { events } = await ask(at());
      assert.deepEqual(events.at(-1), { type: 'incomplete', reason: 'max_output_tokens', usage: USAGE });
    });
  });

  describe('requests', () => {
    it('sends the whole conversation, headers and query as configured', async () => {
      const provider = at({
        envKey: 'MOCK_KEY',
        headers: { 'X-Team': 'a', 'User-Agent': 'mine' },
        envHeaders: { 'X-From-Env': 'SOME', 'X-Not-Set': 'NONE' },
        queryParams: { 'api-version': '7' },
        env: { MOCK_KEY: ' secret ', SOME: 'value' },
      });
      await ask(provider, { effort: 'high', summary: 'auto', verbosity: 'low', outputSchema: { type: 'object' } });
      const [request] = model.requests;
      assert.ok(request);
      assert.equal(request.path, '/v1/responses');
      assert.deepEqual(request.query, { 'api-version': '7' });
      const { headers } = request;
      assert.equal(headers['authorization'], 'Bearer secret');
      assert.equal(headers['accept'], 'text/event-stream');
      assert.equal(headers['originator'], 'test_client');
      assert.equal(headers['session-id'], 'thread-1');
      assert.equal(headers['thread-id'], 'thread-1');
      assert.equal(headers['x-team'], 'a');
      assert.equal(headers['user-agent'], 'mine');
      assert.equal(headers['x-from-env'], 'value');
      assert.ok(!('x-not-set' in headers));
      const { input, tools } = modelRequest();
      assert.deepEqual(request.body, {
        model: 'scripted-model',
        stream: true,
        store: false,
        input,
        tools: [{ ...tools[0], strict: false }, tools[1]],
        tool_choice: 'auto',
        parallel_tool_calls: true,
        include: ['reasoning.encrypted_content'],
        reasoning: { effort: 'high', summary: 'auto' },
        text: {
          verbosity: 'low',
          format: { type: 'json_schema', strict: true, name: 'bowline_output', schema: { type: 'object' } },
        },
        prompt_cache_key: 'thread-1',
      });
    });

    it('sends no key where none is configured, and names itself', async () => {
      await ask(at());
      const { headers } = model.requests[0]!;
      assert.ok(!('authorization' in headers));
      assert.match(headers['user-agent']!, /^test_client\/1\.2\.3 \(\w+; \w+\) bowline$/);
    });

    it('uses the key of the login, or the one in the configuration', async () => {
      await ask(at({ requiresOpenaiAuth: true, openaiKey: 'login' }));
      await ask(at({ bearerToken: 'written' }));
      assert.deepEqual(
        model.requests.map(({ headers }) => headers['authorization']),
        ['Bearer login', 'Bearer written'],
      );
    });

    it('does not ask at all without the key that it needs', async () => {
      const missing = await ask(at({ envKey: 'MOCK_KEY', envKeyInstructions: 'Get one at example.org.' }));
      assert.match(missing.failure!.message, /^Missing environment variable: `MOCK_KEY`\. Get one/);
      const loggedOut = await ask(at({ requiresOpenaiAuth: true }));
      assert.equal(loggedOut.failure!.info, 'unauthorized');
      assert.equal(loggedOut.failure!.retry, 'never');
      assert.equal(model.requests.length, 0);
    });

    it('uses a connection again', async () => {
      const provider = at();
      for (let n = 0; n < 4; n += 1) {
        model.script(answer(text('x')));
        await ask(provider);
        await provider.clock.idle(); // the body has been read to its end
        await new Promise(setImmediate); // and the runtime has taken the connection back
      }
      assert.equal(await model.connections(), 1);
    });
  });
});
