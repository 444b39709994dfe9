// What is kept of a conversation when it is compacted, and when that is due.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { compactedHistory, newestPart } from '../../../../server/core/compaction/compactedHistory.ts';
import { compactionLimit } from '../../../../server/core/compaction/limit.ts';
import { tokensOf } from '../../../../server/core/compaction/tokens.ts';
import type { ModelItem } from '../../../../server/core/turn/modelPort.ts';

const user = (text: string): ModelItem => ({ type: 'message', role: 'user', content: [{ type: 'input_text', text }] });
const said = (text: string): ModelItem => ({
  type: 'message',
  role: 'assistant',
  content: [{ type: 'output_text', text }],
});
const output = (text: string): ModelItem => ({ type: 'function_call_output', call_id: 'c', output: text });

const textsOf = (items: readonly ModelItem[]): string[] =>
  items.map((item) =>
    item.type === 'message' ? item.content.map((part) => ('text' in part ? part.text : '')).join('|') : item.type,
  );

describe('a compacted history', () => {
  it('has the user’s messages in their order, then the summary', () => {
    const kept = compactedHistory([user('one'), said('a'), output('x'), user('two'), said('b')], 'All of it.');
    deepEqual(textsOf(kept).slice(0, 2), ['one', 'two']);
    equal(kept.length, 3);
    match(textsOf(kept)[2] ?? '', /^<conversation_summary>\n.*\nAll of it\.\n<\/conversation_summary>$/s);
  });

  it('has neither notes nor a former summary', () => {
    const once = compactedHistory([user('one')], 'First summary.');
    const notes = ['<turn_aborted>x</turn_aborted>', '<user_shell_command>\nls', '<user_action>\nx'].map(user);
    const twice = compactedHistory([...once, ...notes, user('two')], 'Second summary.');
    deepEqual(textsOf(twice).slice(0, 2), ['one', 'two']);
    ok(!textsOf(twice).join('').includes('First summary.'));
  });

  it('keeps words for images, and of very long messages the beginning and the end', () => {
    const image: ModelItem = {
      type: 'message',
      role: 'user',
      content: [
        { type: 'input_text', text: 'look' },
        { type: 'input_image', image_url: 'data:image/png;base64,AAAA' },
      ],
    };
    equal(textsOf(compactedHistory([image], 's'))[0], 'look\n[An image that was sent.]');
    const long = `first ${'x'.repeat(400_000)} last`;
    const [cut = ''] = textsOf(compactedHistory([user('oldest'), user(long)], 's'));
    match(cut, /^first x+\n\[\.\.\. about \d+ tokens left out \.\.\.\]\nx+ last$/);
    ok(cut.length <= 80_000);
    equal(compactedHistory([user('oldest'), user(long)], 's').length, 2, 'there is no room for the oldest');
  });
});

describe('the newest part of a conversation', () => {
  it('takes what fits, from the end', () => {
    const history = ['a', 'b', 'c', 'd', 'e', 'f'].map((letter) => user(letter.repeat(40)));
    const letters = textsOf(newestPart(history, 80)).map((text) => text[0]);
    deepEqual(letters, ['c', 'd', 'e', 'f']);
    deepEqual(newestPart(history, 1000), history);
  });

  it('cuts a text that alone would fill it', () => {
    const part = newestPart([output('z'.repeat(100_000)), user('end')], 1000);
    equal(part.length, 2);
    ok(tokensOf(part) <= 1000);
  });
});

describe('the limit of a conversation', () => {
  for (const [what, settings, learned, limit] of [
    ['as configured', { autoCompactTokenLimit: 5000, contextWindow: null }, null, 5000],
    ['a share of the window', { contextWindow: 100_000 }, null, 90_000],
    ['the smaller of both', { autoCompactTokenLimit: 95_000, contextWindow: 100_000 }, null, 90_000],
    ['what a refusal told', { autoCompactTokenLimit: null, contextWindow: null }, 8000, 7200],
    ['the configured window before what a refusal told', { contextWindow: 10_000 }, 8000, 9000],
    ['none where nothing is known', { contextWindow: null }, null, null],
  ] as const) {
    it(`is ${what}`, () => equal(compactionLimit(settings, learned), limit));
  }
});
