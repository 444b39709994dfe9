// Failures over real HTTP become what the turn needs to know, and nothing is left open.
import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { once } from 'node:events';
import type { ModelEvent } from '../../../../server/core/turn/modelPort.ts';
import { answer, apiError, drop, gate, hang, raw, status, text } from '../../../support/modelScript.ts';
import { startModelServer, type ModelServer } from '../../../support/modelServer.ts';
import { ask, collect, harness, IDLE_MS, modelRequest, type Harness, type HarnessOptions } from './modelHarness.ts';

const USAGE = {
  totalTokens: 120,
  inputTokens: 100,
  cachedInputTokens: 10,
  cacheWriteInputTokens: 0,
  outputTokens: 20,
  reasoningOutputTokens: 5,
};
const COMPLETED: ModelEvent = { type: 'completed', usage: USAGE };

describe('a provider that fails', () => {
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

  describe('failures', () => {
    it('repeats a failed request silently', async () => {
      model.script(status(500), status(503), answer(text('recovered')));
      const provider = at();
      const { events, failure } = await ask(provider);
      assert.equal(failure, null);
      assert.deepEqual(events.at(-1), COMPLETED);
      assert.deepEqual(
        provider.clock.delays.filter((delayMs) => delayMs < 2_000),
        [200, 400],
      );
    });

    it('repeats only so often, and waits as long as the provider asks', async () => {
      model.otherwise(status(503, 'down', { 'retry-after': '1' }));
      const provider = at({ requestMaxRetries: 2 });
      const { failure } = await ask(provider);
      assert.equal(model.requests.length, 3);
      assert.equal(failure!.info, 'internalServerError');
      assert.equal(failure!.retry, 'stream');
      assert.equal(failure!.details, 'HTTP 503: down');
      assert.equal(provider.clock.delays.filter((delayMs) => delayMs === 1_000).length, 2);
    });

    it('leaves a long wait to the turn, which tells it', async () => {
      model.script(status(503, 'down', { 'retry-after': '60' }));
      const { failure } = await ask(at());
      assert.equal(model.requests.length, 1);
      assert.equal(failure!.retry, 'stream');
      assert.equal(failure!.retryAfterMs, 60_000);
    });

    it('repeats a request whose connection was cut before an answer', async () => {
      model.script(drop, answer(text('recovered')));
      const { failure } = await ask(at());
      assert.equal(failure, null);
      assert.equal(model.requests.length, 2);
    });

    it('does not hide that nobody listens', async () => {
      const nobody = createServer().listen(0, '127.0.0.1');
      await once(nobody, 'listening');
      const address = nobody.address();
      assert.ok(address !== null && typeof address === 'object');
      nobody.close();
      await once(nobody, 'close');
      const provider = harness(`http://127.0.0.1:${address.port}/v1`);
      const { failure } = await ask(provider);
      assert.deepEqual(failure!.info, { httpConnectionFailed: { httpStatusCode: null } });
      assert.equal(failure!.retry, 'stream');
      assert.match(failure!.message, /connection refused/);
      assert.match(failure!.details!, /ECONNREFUSED/);
    });

    it('hands over finished items before it says that the stream broke', async () => {
      for (const ending of ['cut', 'drop'] as const) {
        model.script(answer([text('kept'), text('lost', { done: false })], { ending: { type: ending } }));
        const { events, failure } = await ask(at());
        assert.deepEqual(failure!.info, { responseStreamDisconnected: { httpStatusCode: null } }, ending);
        assert.equal(failure!.retry, 'stream');
        assert.equal(events.filter((each) => each.type === 'itemDone').length, 1, ending);
      }
    });

    it('knows the failures that a stream tells', async () => {
      model.script(
        answer(text('x', { done: false }), {
          ending: { type: 'failed', code: 'context_length_exceeded', message: 'too long' },
        }),
        answer([], { ending: { type: 'error', code: 'server_is_overloaded', message: 'busy' } }),
        answer([], { ending: { type: 'failed', code: 'rate_limit_exceeded', message: 'try again in 2s' } }),
      );
      const failures = [await ask(at()), await ask(at()), await ask(at())].map(({ failure }) => failure!);
      assert.deepEqual(
        failures.map(({ info, retry, retryAfterMs }) => ({ info, retry, retryAfterMs })),
        [
          { info: 'contextWindowExceeded', retry: 'never', retryAfterMs: null },
          { info: 'serverOverloaded', retry: 'never', retryAfterMs: null },
          { info: { responseTooManyFailedAttempts: { httpStatusCode: 429 } }, retry: 'stream', retryAfterMs: 2000 },
        ],
      );
    });

    it('knows the failures that a status tells', async () => {
      model.script(
        apiError(401, { code: 'invalid_api_key' }),
        apiError(404, { message: 'The model does not exist' }),
        status(429, {}, { 'retry-after': '3' }),
        status(400, 'raw words'),
      );
      const failures = [await ask(at()), await ask(at()), await ask(at()), await ask(at())].map(
        ({ failure }) => failure!,
      );
      assert.deepEqual(
        failures.map(({ info, retry }) => ({ info, retry })),
        [
          { info: 'unauthorized', retry: 'never' },
          { info: 'modelNotFound', retry: 'never' },
          { info: { responseTooManyFailedAttempts: { httpStatusCode: 429 } }, retry: 'stream' },
          { info: 'other', retry: 'never' },
        ],
      );
      assert.equal(failures[2]!.retryAfterMs, 3000);
      assert.match(failures[3]!.message, /raw words/);
      assert.equal(model.requests.length, 4);
    });

    it('calls garbage garbage', async () => {
      model.script(
        answer(raw('data: {"type": not json\n\n'), { chunking: 'whole' }),
        answer([], { headers: { 'content-type': 'text/html' } }),
        status(200, { error: { message: 'no such model', code: 'model_not_found' } }),
      );
      const failures = [await ask(at()), await ask(at()), await ask(at())].map(({ failure }) => failure!);
      assert.deepEqual(
        failures.map(({ retry, details }) => ({ retry, details: details?.slice(0, 20) })),
        [
          { retry: 'stream', details: '{"type": not json' },
          { retry: 'never', details: 'event: response.crea' },
          { retry: 'never', details: 'model_not_found: no ' },
        ],
      );
    });

    it('gives up on silence before the answer', async () => {
      model.script(hang);
      const provider = at();
      const outcome = ask(provider);
      const request = await model.request(0);
      (await provider.clock.timer(({ delayMs }) => delayMs === IDLE_MS)).run();
      const { failure } = await outcome;
      assert.match(failure!.message, /said nothing for 300 seconds/);
      assert.equal(failure!.retry, 'stream');
      assert.equal(await request.over, 'closed');
      assert.deepEqual(provider.clock.timers, []);
    });

    it('gives up on silence in the middle of an answer, but never while nobody reads', async () => {
      model.script(answer(text('x', { done: false }), { ending: { type: 'hang' }, chunking: 'whole' }));
      const provider = at();
      const stream = provider.provider.stream(modelRequest(), new AbortController().signal)[Symbol.asyncIterator]();
      await stream.next();
      assert.deepEqual(provider.clock.timers, []);
      await stream.next();
      const next = stream.next();
      (await provider.clock.timer(({ delayMs }) => delayMs === IDLE_MS)).run();
      await assert.rejects(next, /said nothing for 300 seconds/);
      assert.equal(await model.requests[0]!.over, 'closed');
    });
  });

  describe('an abort', () => {
    it('ends the stream quietly and closes the connection at once', async () => {
      model.script(answer([text('begun', { done: false }), gate('middle')]));
      const provider = at();
      const controller = new AbortController();
      const seen: ModelEvent[] = [];
      const reading = (async () => {
        for await (const each of provider.provider.stream(modelRequest(), controller.signal)) {
          seen.push(each);
          if (seen.length === 2) controller.abort();
        }
      })();
      await reading;
      assert.equal(seen.length, 2);
      assert.equal(await model.requests[0]!.over, 'closed');
      assert.deepEqual(provider.clock.timers, []);
    });

    it('ends a request that has no answer yet, and a wait between retries', async () => {
      model.script(hang);
      const first = new AbortController();
      const hanging = collect(at().provider.stream(modelRequest(), first.signal));
      const request = await model.request(0);
      first.abort();
      assert.deepEqual(await hanging, { events: [], failure: null });
      assert.equal(await request.over, 'closed');

      model.script(status(500, 'x', { 'retry-after': '20' }));
      const second = new AbortController();
      const provider = at();
      const waiting = collect(provider.provider.stream(modelRequest(), second.signal));
      await model.request(1);
      second.abort();
      assert.deepEqual(await waiting, { events: [], failure: null });
      assert.deepEqual(provider.clock.timers, []);
    });

    it('asks nothing when it came first', async () => {
      const controller = new AbortController();
      controller.abort();
      assert.deepEqual(await collect(at().provider.stream(modelRequest(), controller.signal)), {
        events: [],
        failure: null,
      });
      assert.equal(model.requests.length, 0);
    });

    it('comes from a consumer that stops reading, too', async () => {
      model.script(answer([text('begun', { done: false }), gate('middle')]));
      for await (const each of at().provider.stream(modelRequest(), new AbortController().signal)) {
        if (each.type === 'textDelta') break;
      }
      assert.equal(await model.requests[0]!.over, 'closed');
    });
  });
});
