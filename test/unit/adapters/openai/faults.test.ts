// What a failed exchange says is read from any shape that providers send it in.
import assert from 'node:assert/strict';
import {
  connectionFault,
  retryAfterInWords,
  retryAfterMs,
  sampleOf,
  statusFault,
  toldFault,
} from '../../../../server/adapters/openai/faults.ts';

const headers = (entries: Record<string, string> = {}): Headers => new Headers(entries);

describe('statusFault', () => {
  const bodies: readonly [string, string | null, string][] = [
    ['{"error":{"message":"no","type":"invalid_request_error","code":"bad_thing"}}', 'bad_thing', 'no'],
    ['{"error":{"message":"no","type":"insufficient_quota","code":null}}', 'insufficient_quota', 'no'],
    ['{"error":"model not loaded"}', null, 'model not loaded'],
    ['{"detail":"Not Found"}', null, 'Not Found'],
    ['{"message":"flat","code":"c"}', 'c', 'flat'],
    ['upstream is down', null, 'upstream is down'],
    ['', null, ''],
  ];
  for (const [body, code, words] of bodies) {
    it(`reads ${body === '' ? 'an empty body' : body}`, () => {
      assert.deepEqual(statusFault(500, body, headers()), {
        kind: 'status',
        status: 500,
        code,
        words,
        retryAfterMs: null,
      });
    });
  }
});

describe('toldFault', () => {
  it('reads an error event, flat or nested, and does not take the event type for a code', () => {
    assert.deepEqual(toldFault({ type: 'error', code: 'x', message: 'm' }), { kind: 'told', code: 'x', words: 'm' });
    assert.deepEqual(toldFault({ type: 'error', error: { type: 'slow_down', message: 'm' } }), {
      kind: 'told',
      code: 'slow_down',
      words: 'm',
    });
    assert.deepEqual(toldFault({ type: 'error', message: 'm' }), { kind: 'told', code: null, words: 'm' });
  });

  it('quotes what it does not understand', () => {
    assert.deepEqual(toldFault({ a: 1 }), { kind: 'told', code: null, words: '{"a":1}' });
  });
});

describe('retryAfterMs', () => {
  const nowMs = Date.parse('2026-01-01T00:00:00Z');
  const cases: readonly [Record<string, string>, number | null][] = [
    [{}, null],
    [{ 'retry-after': '2' }, 2000],
    [{ 'retry-after': '0' }, 0],
    [{ 'retry-after': '0.5' }, 500],
    [{ 'retry-after-ms': '120', 'retry-after': '9' }, 120],
    [{ 'retry-after': 'Thu, 01 Jan 2026 00:00:30 GMT' }, 30_000],
    [{ 'retry-after': 'Wed, 31 Dec 2025 00:00:00 GMT' }, 0],
    [{ 'retry-after': 'soon' }, null],
  ];
  for (const [given, wait] of cases) {
    it(`${JSON.stringify(given)} is ${wait}`, () => assert.equal(retryAfterMs(headers(given), nowMs), wait));
  }
});

describe('retryAfterInWords', () => {
  const cases: readonly [string, number | null][] = [
    ['Rate limit reached. Please try again in 1.3s. Visit us.', 1300],
    ['try again in 250ms', 250],
    ['Try again in 2 minutes.', 120_000],
    ['try again in 3 seconds', 3000],
    ['try again later', null],
  ];
  for (const [words, wait] of cases) it(words, () => assert.equal(retryAfterInWords(words), wait));
});

describe('connectionFault', () => {
  it('finds the code of the system in the chain of causes', () => {
    const refused = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), { code: 'ECONNREFUSED' });
    const error = new Error('Connection error.', { cause: new TypeError('fetch failed', { cause: refused }) });
    assert.deepEqual(connectionFault(error), { kind: 'connection', code: 'ECONNREFUSED', words: refused.message });
  });

  it('finds it among several addresses', () => {
    const refused = Object.assign(new Error('connect ECONNREFUSED ::1:1'), { code: 'ECONNREFUSED' });
    const error = new TypeError('fetch failed', { cause: new AggregateError([refused]) });
    assert.deepEqual(connectionFault(error), { kind: 'connection', code: 'ECONNREFUSED', words: 'fetch failed' });
  });

  it("translates Bun's names", () => {
    const error = Object.assign(new Error('Unable to connect.'), { code: 'ConnectionRefused' });
    assert.deepEqual(connectionFault(error), { kind: 'connection', code: 'ECONNREFUSED', words: 'Unable to connect.' });
  });
});

describe('sampleOf', () => {
  it('is one short line', () => {
    assert.equal(sampleOf(' <html>\n  <body> '), '<html> <body>');
    assert.equal(sampleOf('x'.repeat(500)).length, 201);
  });
});
