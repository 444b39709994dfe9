// Failures of the model: retried a bounded number of times with the cause told, then a failed turn that can be continued.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { answer, apiError, drop, event, gate, raw, status, text, type Reply } from '../support/modelScript.ts';
import { playTurn, startThread, startTurn, story, type Stage } from '../support/story.ts';
import type { Incoming, WireClient } from '../support/wireClient.ts';

function errors(client: WireClient): Incoming[] {
  return client.incoming().filter(({ method }) => method === 'error');
}

/** A turn that fails; returns its error. Afterwards a new turn must work. */
async function failedTurn(client: WireClient, stage: Stage): Promise<any> {
  const threadId = await startThread(client, stage);
  const { params } = await playTurn(client, threadId, 'go');
  equal(params.turn.status, 'failed');
  const last = errors(client).at(-1);
  equal(last?.params.willRetry, false);
  deepEqual(last?.params.error, params.turn.error);
  equal((await client.request('thread/read', { threadId })).thread.status.type, 'systemError');
  stage.model.otherwise(answer(text('Back.')));
  equal((await playTurn(client, threadId, 'continue')).params.turn.status, 'completed');
  equal((await client.request('thread/read', { threadId })).thread.status.type, 'idle');
  return params.turn.error;
}

describe('a failure of the model', () => {
  story('that one silent retry cures is not told', async (stage, kind) => {
    stage.model.script(status(500), answer(text('ok')));
    const client = await stage.open(kind);
    equal((await playTurn(client, await startThread(client, stage), 'go')).params.turn.status, 'completed');
    deepEqual(errors(client), []);
    equal(stage.model.requests.length, 2);
  });

  story('that stays is retried as configured, with the count, and then final', async (stage, kind) => {
    stage.model.otherwise(status(500, 'out of order'));
    const client = await stage.open(kind);
    const threadId = await startThread(client, stage);
    const { params } = await playTurn(client, threadId, 'go');
    equal(params.turn.status, 'failed');
    equal(stage.model.requests.length, 6, '3 streams of 2 requests');
    deepEqual(
      errors(client).map(({ params: { willRetry } }) => willRetry),
      [true, true, false],
    );
    deepEqual(
      errors(client)
        .slice(0, 2)
        .map(({ params: { error } }) => error.message),
      ['Reconnecting... 1/2', 'Reconnecting... 2/2'],
    );
    match(errors(client)[0]?.params.error.additionalDetails, /500.*Next try in \d/s);
    equal(params.turn.error.codexErrorInfo, 'internalServerError');
  });

  story('in mid text keeps what was written and says it again as a new item', async (stage, kind) => {
    stage.model.script(
      answer([text('Half', { id: 'msg_1', done: false }), gate('mid')], { ending: { type: 'drop' } }),
      answer(text('Whole', { id: 'msg_2' })),
    );
    const client = await stage.open(kind);
    const threadId = await startThread(client, stage);
    await startTurn(client, threadId, 'go');
    await client.next('item/agentMessage/delta');
    stage.model.open('mid');
    equal((await client.turnCompleted(threadId)).params.turn.status, 'completed');
    deepEqual(
      errors(client).map(({ params }) => params.willRetry),
      [true],
    );
    const texts = client
      .incoming()
      .filter(({ method, params }) => method === 'item/completed' && params.item.type === 'agentMessage')
      .map(({ params }) => params.item.text);
    equal(texts.at(-1), 'Whole');
    ok(texts.length === 2 && 'Half'.startsWith(texts[0]), 'every started item is completed');
  });

  const RETRIED: readonly [string, Reply][] = [
    ['a connection that is cut', drop],
    ['a stream without an end', answer(text('x'), { ending: { type: 'cut' } })],
    [
      'response.failed with server_error',
      answer([], { ending: { type: 'failed', code: 'server_error', message: 'oops' } }),
    ],
    [
      'response.failed with rate_limit_exceeded',
      answer([], { ending: { type: 'failed', code: 'rate_limit_exceeded', message: 'slow down' } }),
    ],
    ['an answer that is no stream', status(200, '<html>hello</html>')],
    ['events that are no JSON', answer(raw('data: {not json\n\n'), { ending: { type: 'cut' } })],
  ];
  for (const [what, reply] of RETRIED) {
    story(`${what}: retried, then answered`, async (stage, kind) => {
      stage.model.script(reply, answer(text('ok')));
      const client = await stage.open(kind);
      equal((await playTurn(client, await startThread(client, stage), 'go')).params.turn.status, 'completed');
      ok(errors(client).every(({ params }) => params.willRetry === true));
      equal(stage.model.requests.length, 2);
    });
  }

  const FINAL: readonly [string, Reply, unknown][] = [
    ['400', apiError(400, { message: 'bad input' }), 'other'],
    [
      'a full context window',
      apiError(400, { code: 'context_length_exceeded', message: 'too long' }),
      'contextWindowExceeded',
    ],
    [
      'a used-up quota',
      apiError(429, { type: 'insufficient_quota', code: 'insufficient_quota' }),
      'usageLimitExceeded',
    ],
    ['usage_limit_reached', apiError(429, { type: 'usage_limit_reached' }), 'usageLimitExceeded'],
    [
      'server_is_overloaded',
      answer([], { ending: { type: 'failed', code: 'server_is_overloaded', message: 'busy' } }),
      'serverOverloaded',
    ],
    [
      'an incomplete response',
      answer(text('cut'), { ending: { type: 'incomplete', reason: 'max_output_tokens' } }),
      'other',
    ],
  ];
  for (const [what, reply, info] of FINAL) {
    story(`${what}: final at once, and the thread can go on`, async (stage, kind) => {
      stage.model.script(reply);
      const client = await stage.open(kind);
      const error = await failedTurn(client, stage);
      deepEqual(error.codexErrorInfo, info, JSON.stringify(error));
      equal(errors(client).length, 1);
      ok(error.message.length > 10, error.message);
    });
  }

  story('401 says that the key is wrong', async (stage, kind) => {
    stage.model.otherwise(apiError(401, { message: 'Incorrect API key provided' }));
    const client = await stage.open(kind);
    const error = await failedTurn(client, stage);
    match(JSON.stringify(error), /key/i);
  });

  story('429 with retry-after is retried after that time', async (stage, kind) => {
    stage.model.script(apiError(429, { message: 'slow down' }, { 'retry-after': '0' }), answer(text('ok')));
    const client = await stage.open(kind);
    equal((await playTurn(client, await startThread(client, stage), 'go')).params.turn.status, 'completed');
  });

  story('events of kinds that nobody knows are passed over', async (stage, kind) => {
    stage.model.script(answer([event({ type: 'response.from.the.future', x: 1 }), raw(': comment\n\n'), text('ok')]));
    const client = await stage.open(kind);
    const { params } = await playTurn(client, await startThread(client, stage), 'go');
    equal(params.turn.items[0].text, 'ok');
    deepEqual(errors(client), []);
  });

  story(
    'connection refused: a bounded number of tries with the cause, then failed; it can be continued',
    async (stage, kind) => {
      const port = await freePort();
      const config = {
        'model_providers.gone': {
          name: 'Gone',
          base_url: `http://127.0.0.1:${port}/v1`,
          request_max_retries: 0,
          stream_max_retries: 1,
        },
      };
      const client = await stage.open(kind);
      const threadId = await startThread(client, stage, { modelProvider: 'gone', config });
      const { params } = await playTurn(client, threadId, 'go');
      equal(params.turn.status, 'failed');
      deepEqual(
        errors(client).map(({ params: { willRetry } }) => willRetry),
        [true, false],
      );
      match(errors(client)[0]?.params.error.additionalDetails, /ECONNREFUSED/);
      match(params.turn.error.message, /Gone/);
      equal((await playTurn(client, threadId, 'continue')).params.turn.status, 'failed', 'still gone');
    },
  );

  story('a key that is not set is said by its name', async (stage, kind) => {
    const config = {
      'model_providers.keyed': {
        name: 'Keyed',
        base_url: stage.model.url,
        env_key: 'NO_SUCH_KEY',
        env_key_instructions: 'Get one at the desk.',
      },
    };
    const client = await stage.open(kind);
    const threadId = await startThread(client, stage, { modelProvider: 'keyed', config });
    const { params } = await playTurn(client, threadId, 'go');
    match(params.turn.error.message, /NO_SUCH_KEY.*Get one at the desk\./s);
    equal(stage.model.requests.length, 0);
  });
});

/** A port where nobody listens. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}
