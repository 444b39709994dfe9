// Whatever a server sends, a reader either understands it or says that the answer is broken.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Broken, type AnswerReader } from '../../../../server/adapters/openai/answerReader.ts';
import { ChatReader } from '../../../../server/adapters/openai/chatReader.ts';
import { ResponsesReader } from '../../../../server/adapters/openai/responsesReader.ts';
import type { ModelEvent } from '../../../../server/core/turn/modelPort.ts';

const TYPES = [
  'response.output_item.added',
  'response.output_item.done',
  'response.output_text.delta',
  'response.reasoning_summary_part.added',
  'response.reasoning_summary_text.delta',
  'response.reasoning_text.delta',
  'response.function_call_arguments.delta',
  'response.custom_tool_call_input.delta',
  'response.completed',
  'response.incomplete',
  'response.failed',
  'error',
];

const anything = fc.jsonValue({ maxDepth: 2 });
const item = fc.record(
  {
    type: fc.constantFrom('message', 'reasoning', 'function_call', 'custom_tool_call', 'other'),
    id: anything,
    content: anything,
    summary: anything,
    call_id: anything,
    name: anything,
    arguments: anything,
    input: anything,
  },
  { requiredKeys: ['type'] },
);
const responsesEvent = fc.record(
  {
    type: fc.constantFrom(...TYPES),
    output_index: fc.oneof(fc.nat(3), anything),
    item: fc.oneof(item, anything),
    delta: fc.oneof(fc.string(), anything),
    response: fc.oneof(fc.record({ output: fc.array(fc.oneof(item, anything)), usage: anything }), anything),
  },
  { requiredKeys: ['type'] },
);
const call = fc.record(
  { index: anything, id: anything, function: fc.oneof(fc.record({ name: anything, arguments: anything }), anything) },
  { requiredKeys: [] },
);
const choice = fc.record({
  delta: fc.oneof(
    fc.record(
      { content: anything, reasoning: anything, tool_calls: fc.oneof(fc.array(call), anything) },
      { requiredKeys: [] },
    ),
    anything,
  ),
  finish_reason: fc.constantFrom(null, 'stop', 'length'),
});
const chatEvent = fc.record(
  { choices: fc.oneof(fc.array(choice, { maxLength: 1 }), anything), usage: anything },
  { requiredKeys: [] },
);

/** Feeds everything; the order of events holds for every item. */
function feed(reader: AnswerReader, data: readonly string[]): void {
  const out: ModelEvent[] = [];
  try {
    for (const each of data) if (!reader.isFinished) reader.take(each, '', out);
    if (!reader.isFinished) reader.end(out);
  } catch (error) {
    assert.ok(error instanceof Broken, String(error));
  }
  const open = new Set<number>();
  for (const event of out) {
    if (event.type === 'itemAdded') open.add(event.index);
    else if (event.type === 'itemDone') open.delete(event.index);
    else if ('delta' in event) assert.ok(open.has(event.index) && event.delta !== '');
  }
  assert.equal(
    out.some(({ type }) => type === 'completed' || type === 'incomplete'),
    reader.isFinished,
  );
}

describe('readers of answers', () => {
  const texts = (events: fc.Arbitrary<unknown>): fc.Arbitrary<string[]> =>
    fc.array(
      fc.oneof(
        { weight: 9, arbitrary: events.map((event) => JSON.stringify(event)) },
        { weight: 1, arbitrary: fc.string() },
      ),
    );

  it('survive any Responses events', () => {
    fc.assert(
      fc.property(texts(responsesEvent), (data) => feed(new ResponsesReader(() => 'call'), data)),
      { numRuns: 500 },
    );
  });

  it('survive any chat chunks', () => {
    fc.assert(
      fc.property(texts(chatEvent), (data) => feed(new ChatReader(new Set(['apply_patch']), () => 'call'), data)),
      { numRuns: 500 },
    );
  });
});
