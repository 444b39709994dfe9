// The model's side of a conversation is made fit to be sent.
import assert from 'node:assert/strict';
import { withEveryCallAnswered } from '../../../../server/core/thread/history.ts';
import { retryDelayMs } from '../../../../server/core/turn/retry.ts';
import type { ModelItem } from '../../../../server/core/turn/modelPort.ts';
import { base64, textOf } from '../../../../server/core/turn/userMessage.ts';

const call = (id: string): ModelItem => ({ type: 'function_call', call_id: id, name: 'f', arguments: '{}' });
const output = (id: string): ModelItem => ({ type: 'function_call_output', call_id: id, output: 'ok' });

describe('history for the model', () => {
  it('leaves a whole conversation as it is', () => {
    const items = [call('1'), output('1')];
    assert.deepEqual(withEveryCallAnswered(items), items);
  });

  it('answers a call whose output was lost, right after it, in its own form', () => {
    const custom: ModelItem = { type: 'custom_tool_call', call_id: '2', name: 'apply_patch', input: 'x' };
    assert.deepEqual(withEveryCallAnswered([call('1'), custom, output('1')]), [
      call('1'),
      custom,
      { type: 'custom_tool_call_output', call_id: '2', output: 'aborted' },
      output('1'),
    ]);
  });

  it('tells what was said between a call and its output after it', () => {
    const said = (text: string): ModelItem => ({
      type: 'message',
      role: 'user',
      content: [{ type: 'input_text', text }],
    });
    assert.deepEqual(withEveryCallAnswered([call('1'), call('2'), output('1'), said('x'), output('2'), said('y')]), [
      call('1'),
      call('2'),
      output('1'),
      output('2'),
      said('x'),
      said('y'),
    ]);
    const lost = { type: 'function_call_output', call_id: '1', output: 'aborted' };
    assert.deepEqual(withEveryCallAnswered([call('1'), said('x')]), [call('1'), lost, said('x')]);
  });

  it('drops an output without its call', () => {
    assert.deepEqual(withEveryCallAnswered([output('9')]), []);
  });
});

describe('retry delay', () => {
  it('doubles from 200 ms, stays under 33 s, and obeys the provider', () => {
    assert.deepEqual(
      [1, 2, 3].map((attempt) => retryDelayMs(attempt, null, 0.5)),
      [200, 400, 800],
    );
    assert.equal(retryDelayMs(40, null, 1), 33_000);
    assert.equal(retryDelayMs(1, null, 0), 180);
    assert.equal(retryDelayMs(3, 1234, 0), 1234);
  });
});

describe('user message', () => {
  it('encodes base64 as the platform does', () => {
    for (let length = 0; length < 40; length += 1) {
      const bytes = Uint8Array.from({ length }, (_, index) => (index * 37 + length) % 256);
      assert.equal(base64(bytes), Buffer.from(bytes).toString('base64'));
    }
  });

  it('takes its preview from the text parts', () => {
    assert.equal(
      textOf([
        { type: 'text', text: 'a', text_elements: [] },
        { type: 'mention', name: 'x', path: '/x' },
        { type: 'text', text: 'b', text_elements: [] },
      ]),
      'a\nb',
    );
  });
});
