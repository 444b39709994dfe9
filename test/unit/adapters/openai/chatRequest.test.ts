// A conversation as chat messages.
import assert from 'node:assert/strict';
import { groupedNames } from '../../../../server/adapters/openai/chatNames.ts';
import { ChatReader } from '../../../../server/adapters/openai/chatReader.ts';
import { chatBody, chatMessages, type ChatMessage } from '../../../../server/adapters/openai/chatRequest.ts';
import type { ModelEvent, ModelItem } from '../../../../server/core/turn/modelPort.ts';
import { APPLY_PATCH, EXEC_COMMAND, modelRequest } from './modelHarness.ts';

const message = (role: 'developer' | 'user' | 'assistant', ...texts: string[]): ModelItem => ({
  type: 'message',
  role,
  content: texts.map((text) => ({ type: role === 'assistant' ? 'output_text' : 'input_text', text })),
});
const call = (call_id: string, args = '{"cmd":"ls"}'): ModelItem => ({
  type: 'function_call',
  call_id,
  name: 'exec_command',
  arguments: args,
});
const output = (call_id: string, text: string): ModelItem => ({ type: 'function_call_output', call_id, output: text });
const thought = (text: string): ModelItem => ({
  type: 'reasoning',
  summary: [],
  content: [{ type: 'reasoning_text', text }],
});
const toolCall = (id: string, args = '{"cmd":"ls"}', name = 'exec_command') => ({
  id,
  type: 'function' as const,
  function: { name, arguments: args },
});

interface Row {
  readonly name: string;
  readonly input: readonly ModelItem[];
  readonly messages: readonly ChatMessage[];
}

const PICTURE = 'data:image/png;base64,AA==';

const ROWS: readonly Row[] = [
  {
    name: 'leading developer messages are one system message, neighbours of the user are joined',
    input: [
      message('developer', 'base'),
      message('developer', 'more', 'parts'),
      message('user', 'context'),
      message('user', 'hi'),
    ],
    messages: [
      { role: 'system', content: 'base\n\nmore\n\nparts' },
      { role: 'user', content: 'context\n\nhi' },
    ],
  },
  {
    name: 'a later developer message is the user’s',
    input: [message('user', 'hi'), message('assistant', 'ho'), message('developer', 'now read-only')],
    messages: [
      { role: 'user', content: 'hi' },
      { role: 'assistant', content: 'ho' },
      { role: 'user', content: 'now read-only' },
    ],
  },
  {
    name: 'text and parallel calls are one assistant message, outputs follow',
    input: [
      message('user', 'go'),
      message('assistant', 'I look.'),
      call('a'),
      call('b', ''),
      output('a', 'A'),
      output('b', 'B'),
      message('assistant', 'Done.'),
    ],
    messages: [
      { role: 'user', content: 'go' },
      { role: 'assistant', content: 'I look.', tool_calls: [toolCall('a'), toolCall('b', '{}')] },
      { role: 'tool', tool_call_id: 'a', content: 'A' },
      { role: 'tool', tool_call_id: 'b', content: 'B' },
      { role: 'assistant', content: 'Done.' },
    ],
  },
  {
    name: 'a custom call takes {input}',
    input: [
      message('user', 'go'),
      { type: 'custom_tool_call', call_id: 'p', name: 'apply_patch', input: '*** "x"\n' },
      { type: 'custom_tool_call_output', call_id: 'p', output: 'ok' },
    ],
    messages: [
      { role: 'user', content: 'go' },
      { role: 'assistant', content: null, tool_calls: [toolCall('p', '{"input":"*** \\"x\\"\\n"}', 'apply_patch')] },
      { role: 'tool', tool_call_id: 'p', content: 'ok' },
    ],
  },
  {
    name: 'thoughts go back with the calls of this turn only',
    input: [
      message('user', 'one'),
      thought('old'),
      call('a'),
      output('a', 'A'),
      message('assistant', 'x'),
      message('user', 'two'),
      thought('new'),
      call('b'),
      output('b', 'B'),
    ],
    messages: [
      { role: 'user', content: 'one' },
      { role: 'assistant', content: null, tool_calls: [toolCall('a')] },
      { role: 'tool', tool_call_id: 'a', content: 'A' },
      { role: 'assistant', content: 'x' },
      { role: 'user', content: 'two' },
      { role: 'assistant', content: null, tool_calls: [toolCall('b')], reasoning_content: 'new' },
      { role: 'tool', tool_call_id: 'b', content: 'B' },
    ],
  },
  {
    name: 'thoughts without an answer are left out',
    input: [message('user', 'one'), thought('cut'), message('user', 'two')],
    messages: [{ role: 'user', content: 'one\n\ntwo' }],
  },
  {
    name: 'pictures of the user are parts; those of tools follow as the user’s',
    input: [
      {
        type: 'message',
        role: 'user',
        content: [
          { type: 'input_text', text: 'see' },
          { type: 'input_image', image_url: PICTURE, detail: 'low' },
        ],
      },
      call('a'),
      call('b'),
      { type: 'function_call_output', call_id: 'a', output: [{ type: 'input_image', image_url: PICTURE }] },
      output('b', 'B'),
      message('assistant', 'Seen.'),
    ],
    messages: [
      {
        role: 'user',
        content: [
          { type: 'text', text: 'see' },
          { type: 'image_url', image_url: { url: PICTURE, detail: 'low' } },
        ],
      },
      { role: 'assistant', content: null, tool_calls: [toolCall('a'), toolCall('b')] },
      { role: 'tool', tool_call_id: 'a', content: 'The image follows.' },
      { role: 'tool', tool_call_id: 'b', content: 'B' },
      { role: 'user', content: [{ type: 'image_url', image_url: { url: PICTURE } }] },
      { role: 'assistant', content: 'Seen.' },
    ],
  },
];

describe('chatMessages', () => {
  for (const { name, input, messages } of ROWS) it(name, () => assert.deepEqual(chatMessages(input), messages));
});

describe('chatBody', () => {
  it('describes custom tools as functions, with their grammar', () => {
    const { tools } = chatBody(modelRequest({ tools: [EXEC_COMMAND, APPLY_PATCH] }));
    assert.deepEqual(tools, [
      {
        type: 'function',
        function: {
          name: 'exec_command',
          description: 'Runs a command.',
          parameters: EXEC_COMMAND.type === 'function' ? EXEC_COMMAND.parameters : null,
        },
      },
      {
        type: 'function',
        function: {
          name: 'apply_patch',
          description: 'Edits files.\n\nThe input follows this Lark grammar:\nstart: "x"',
          parameters: {
            type: 'object',
            properties: { input: { type: 'string', description: 'The whole input of the tool, as plain text.' } },
            required: ['input'],
            additionalProperties: false,
          },
        },
      },
    ]);
  });

  it('says only what was asked for', () => {
    const body = chatBody(modelRequest({ tools: [], input: [] }));
    assert.deepEqual(body, {
      model: 'scripted-model',
      stream: true,
      stream_options: { include_usage: true },
      messages: [],
    });
  });

  it('passes effort, verbosity and schema on', () => {
    const body = chatBody(modelRequest({ effort: 'low', verbosity: 'high', outputSchema: { type: 'object' } }));
    assert.equal(body['reasoning_effort'], 'low');
    assert.equal(body['verbosity'], 'high');
    assert.deepEqual(body['response_format'], {
      type: 'json_schema',
      json_schema: { name: 'bowline_output', strict: true, schema: { type: 'object' } },
    });
  });
});

describe('a tool of a group', () => {
  const spec = {
    type: 'function',
    name: 'find',
    namespace: { name: 'crm', description: 'Customers' },
    description: 'Finds',
    parameters: {},
  } as const;

  it('is told, called and remembered under the name of its group', () => {
    const past: ModelItem = {
      type: 'function_call',
      call_id: 'c1',
      name: 'find',
      namespace: 'crm',
      arguments: '{}',
    };
    const body = chatBody(modelRequest({ tools: [spec], input: [past] })) as any;
    assert.equal(body.tools[0].function.name, 'crm__find');
    assert.equal(body.messages[0].tool_calls[0].function.name, 'crm__find');
    const reader = new ChatReader(new Set(), () => 'c2', groupedNames([spec]));
    const events: ModelEvent[] = [];
    const piece = { index: 0, id: 'c2', function: { name: 'crm__find', arguments: '{}' } };
    reader.take(JSON.stringify({ choices: [{ delta: { tool_calls: [piece] }, finish_reason: 'stop' }] }), '', events);
    const done = events.find(({ type }) => type === 'itemDone') as any;
    assert.deepEqual(done.item, {
      type: 'function_call',
      call_id: 'c2',
      name: 'find',
      namespace: 'crm',
      arguments: '{}',
    });
  });
});
