// Which tools of a client a thread can have.
import { equal } from 'node:assert/strict';
import { dynamicToolsProblem } from '../../../../server/core/turn/dynamicTools.ts';
import type { DynamicToolFunction, DynamicToolSpec } from '../../../../server/protocol/schema/dynamicTool.ts';

const tool = (name: string, more: Partial<DynamicToolFunction> = {}): DynamicToolFunction => ({
  type: 'function',
  name,
  description: 'd',
  inputSchema: { type: 'object' },
  ...more,
});
const group = (name: string, ...tools: DynamicToolFunction[]): DynamicToolSpec => ({
  type: 'namespace',
  name,
  description: 'd',
  tools,
});

const ROWS: readonly (readonly [specs: DynamicToolSpec[], problem: string | null])[] = [
  [[tool('a'), tool('b'), group('ns', tool('a'), tool('c', { deferLoading: true }))], null],
  [[tool('')], 'dynamic tool name must not be empty'],
  [[tool('a b')], 'dynamic tool name must match ^[a-zA-Z0-9_-]+$ to match Responses API: a b'],
  [
    [tool('x'.repeat(129))],
    `dynamic tool name must be at most 128 characters to match Responses API: ${'x'.repeat(129)}`,
  ],
  [[tool('a'), tool('a')], 'duplicate dynamic tool name: a'],
  [[tool('own')], 'dynamic tool name is taken by a built-in tool: own'],
  [[tool('a', { deferLoading: true })], 'deferred dynamic tool must include a namespace: a'],
  [[tool('a', { inputSchema: 'no' })], 'dynamic tool input schema is not supported for a: it must be an object'],
  [[tool('a', { inputSchema: [] })], 'dynamic tool input schema is not supported for a: it must be an object'],
  [[group('ns')], 'dynamic tool namespace must contain at least one tool: ns'],
  [[group('ns', tool('a'), tool('a'))], 'duplicate dynamic tool name in namespace ns: a'],
  [[group('n s', tool('a'))], 'dynamic tool namespace must match ^[a-zA-Z0-9_-]+$ to match Responses API: n s'],
  [
    [group('functions', tool('a'))],
    'dynamic tool namespace collides with a reserved Responses API namespace: functions',
  ],
];

describe('the tools of a client', () => {
  for (const [specs, problem] of ROWS) {
    it(`${JSON.stringify(specs).slice(0, 60)}: ${problem?.slice(0, 60) ?? 'fit'}`, () =>
      equal(dynamicToolsProblem(specs, new Set(['own'])), problem));
  }
});
