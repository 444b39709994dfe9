// The tools that a client brought along: told to the model like any other, run by a client, shown as `dynamicToolCall` items.
import { messageOf } from '../../protocol/errors.ts';
import { JsonValue } from '../../protocol/schema/common.ts';
import type { DynamicToolFunction, DynamicToolSpec } from '../../protocol/schema/dynamicTool.ts';
import type { DynamicToolCallItem, DynamicToolContent } from '../../protocol/schema/item.ts';
import type { Approver } from '../ports.ts';
import type { ModelContent } from './modelPort.ts';
import type { Tool, ToolCall, ToolContext, ToolOutput } from './tool.ts';
import type { FunctionSpec } from './toolSpec.ts';
import type { ThreadTools } from './turnWorld.ts';

export interface ToolClients {
  readonly approver: Pick<Approver, 'callTool'>;
  readonly store: { newRequestId(): number };
}

/** The tools of a thread with those of its client. */
export function withDynamicTools(
  own: ThreadTools,
  specs: readonly DynamicToolSpec[] | undefined,
  clients: ToolClients,
): ThreadTools {
  if (specs === undefined || specs.length === 0) return own;
  const tools = specs.flatMap(functionSpecs).map((spec) => dynamicTool(spec, clients));
  return { ...own, tools: [...own.tools, ...tools] };
}

function functionSpecs(spec: DynamicToolSpec): FunctionSpec[] {
  if (spec.type === 'function') return [functionSpec(spec)];
  const { name, description } = spec;
  return spec.tools.map((tool) => ({ ...functionSpec(tool), namespace: { name, description } }));
}

function functionSpec({ name, description, inputSchema }: DynamicToolFunction): FunctionSpec {
  return { type: 'function', name, description, parameters: isObject(inputSchema) ? inputSchema : {} };
}

function dynamicTool(spec: FunctionSpec, clients: ToolClients): Tool {
  return { spec, run: (call, context) => runOnClient(call, { spec, context, clients }) };
}

interface Running {
  readonly spec: FunctionSpec;
  readonly context: ToolContext;
  readonly clients: ToolClients;
}

async function runOnClient(call: ToolCall, { spec, context, clients }: Running): Promise<ToolOutput> {
  const parsed = parsedArguments(call.input);
  if (parsed instanceof Error) return { output: `failed to parse function arguments: ${messageOf(parsed)}` };
  const namespace = spec.namespace?.name ?? null;
  const startedAtMs = context.clock.nowMs();
  const item = context.startItem<DynamicToolCallItem>({
    type: 'dynamicToolCall',
    id: call.callId,
    namespace,
    tool: spec.name,
    arguments: parsed.value,
    status: 'inProgress',
    contentItems: null,
    success: null,
    durationMs: null,
  });
  const { threadId, turnId, signal } = context;
  const answer = await clients.approver.callTool(
    { threadId, turnId, callId: call.callId, namespace, tool: spec.name, arguments: parsed.value },
    { id: clients.store.newRequestId(), signal },
  );
  const { contentItems, success } = answer === 'failed' ? failure(signal) : answer;
  context.completeItem({
    ...item,
    status: success ? 'completed' : 'failed',
    contentItems,
    success,
    durationMs: context.clock.nowMs() - startedAtMs,
  });
  return { output: outputOf(contentItems) };
}

function parsedArguments(input: string): { readonly value: JsonValue } | Error {
  try {
    return { value: JsonValue().parse(JSON.parse(input === '' ? '{}' : input)) };
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** Of a call that no client answered: an interrupted one has nothing to say. */
function failure(signal: AbortSignal): { contentItems: DynamicToolContent[]; success: boolean } {
  const text = 'dynamic tool request failed';
  return { contentItems: signal.aborted ? [] : [{ type: 'inputText', text }], success: false };
}

function outputOf(contentItems: readonly DynamicToolContent[]): ToolOutput['output'] {
  const content = contentItems.map(contentOf);
  const [only] = content;
  if (content.length === 0) return '';
  return content.length === 1 && only?.type === 'input_text' ? only.text : content;
}

function contentOf(item: DynamicToolContent): ModelContent {
  switch (item.type) {
    case 'inputText':
      return { type: 'input_text', text: item.text };
    case 'inputImage':
      return { type: 'input_image', image_url: item.imageUrl };
    case 'inputAudio':
      return { type: 'input_text', text: '[The tool returned audio, which cannot be sent to you.]' };
  }
}

/** What the Responses API takes as a name. */
const TOOL_NAME = /^[a-zA-Z0-9_-]+$/;
const LONGEST_NAME = 128;
/** The Responses API's own groups. */
const RESERVED_NAMESPACES = new Set([
  'functions',
  'multi_tool_use',
  'web',
  'browser',
  'python',
  'container',
  'computer',
]);

/** Why a thread cannot have these tools, in words for the client; null when it can. `taken` are the names of its own tools. */
export function dynamicToolsProblem(specs: readonly DynamicToolSpec[], taken: ReadonlySet<string>): string | null {
  const names = new Set<string>();
  for (const spec of specs) {
    const problem = spec.type === 'function' ? functionProblem(spec, taken) : namespaceProblem(spec);
    if (problem !== null) return problem;
    if (names.has(spec.name)) return `duplicate dynamic tool name: ${spec.name}`;
    names.add(spec.name);
  }
  return null;
}

function functionProblem(spec: DynamicToolFunction, taken: ReadonlySet<string>): string | null {
  if (taken.has(spec.name)) return `dynamic tool name is taken by a built-in tool: ${spec.name}`;
  if (spec.deferLoading === true) return `deferred dynamic tool must include a namespace: ${spec.name}`;
  return toolProblem(spec);
}

function namespaceProblem(spec: Extract<DynamicToolSpec, { type: 'namespace' }>): string | null {
  const problem = nameProblem(spec.name, 'dynamic tool namespace');
  if (problem !== null) return problem;
  if (RESERVED_NAMESPACES.has(spec.name))
    return `dynamic tool namespace collides with a reserved Responses API namespace: ${spec.name}`;
  if (spec.tools.length === 0) return `dynamic tool namespace must contain at least one tool: ${spec.name}`;
  const names = new Set<string>();
  for (const tool of spec.tools) {
    const inTool = toolProblem(tool);
    if (inTool !== null) return inTool;
    if (names.has(tool.name)) return `duplicate dynamic tool name in namespace ${spec.name}: ${tool.name}`;
    names.add(tool.name);
  }
  return null;
}

function toolProblem({ name, inputSchema }: DynamicToolFunction): string | null {
  const problem = nameProblem(name, 'dynamic tool name');
  if (problem !== null) return problem;
  return isObject(inputSchema) ? null : `dynamic tool input schema is not supported for ${name}: it must be an object`;
}

function nameProblem(name: string, what: string): string | null {
  if (name === '') return `${what} must not be empty`;
  if (!TOOL_NAME.test(name)) return `${what} must match ${TOOL_NAME.source} to match Responses API: ${name}`;
  if (name.length > LONGEST_NAME)
    return `${what} must be at most ${LONGEST_NAME} characters to match Responses API: ${name}`;
  return null;
}

function isObject(value: JsonValue): value is { [key: string]: JsonValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
