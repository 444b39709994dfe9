// The items of a rollout as the wire shows them: what the reference wrote as `item_completed`.
import type { CommandAction, FileUpdateChange, ThreadItem, UserInput } from '../../protocol/schema/item.ts';
import { quoteArgv } from '../../core/command/shellQuote.ts';
import { reviewOf as reviewText } from '../../core/review/reviewAnswer.ts';
import { isRecord, listOf, recordOf, stringOf, type JsonRecord } from '../openai/json.ts';
import { itemOf as wireItemOf, jsonOf } from '../store/row.ts';
import { camelMembers, camelWord, durationOf, pathOf, textsOf, wholeOrNull } from './wireWords.ts';

/** When an item began and ended, in Unix milliseconds. */
export interface ItemTimes {
  readonly startedAtMs: number | null;
  readonly completedAtMs: number | null;
}

type Made = Omit<JsonRecord, 'startedAtMs' | 'completedAtMs'>;

/** The item; null for what has no type or no id. `isKnown` is false for a kind that nobody here has met. */
export function coreItem(item: JsonRecord, times: ItemTimes): { item: ThreadItem; isKnown: boolean } | null {
  const type = stringOf(item['type']);
  const id = stringOf(item['id']);
  if (type === null || id === null) return null;
  const make = MAKERS[type];
  const made: Made = make === undefined ? camelMembers(item) : make(item);
  const whole = { ...made, type: camelWord(type), id, ...times };
  return { item: wireItemOf(JSON.stringify(whole)), isKnown: make !== undefined };
}

const MAKERS: Readonly<Record<string, (item: JsonRecord) => Made>> = {
  UserMessage: (item) => ({ clientId: stringOf(item['client_id']), content: userInputs(item['content']) }),
  AgentMessage: (item) => ({
    text: listOf(item['content'])
      .map((part) => stringOf(recordOf(part)['text']) ?? '')
      .join(''),
    ...agentExtras(item),
  }),
  Reasoning: (item) => ({ summary: textsOf(item['summary_text']), content: textsOf(item['raw_content']) }),
  Plan: (item) => ({ text: stringOf(item['text']) ?? '' }),
  CommandExecution: commandParts,
  FileChange: patchParts,
  McpToolCall: mcpParts,
  DynamicToolCall: (item) => dynamicParts(item, camelMembers(item)),
  CollabAgentToolCall: collabParts,
  WebSearch: (item) => ({ query: stringOf(item['query']) ?? '', action: searchAction(item['action']) }),
  ImageView: (item) => ({ path: pathOf(item['path']) }),
  EnteredReviewMode: (item) => ({ review: stringOf(item['user_facing_hint']) ?? '' }),
  ExitedReviewMode: (item) => ({ review: reviewOf(item['review_output']) }),
  ContextCompaction: () => ({}),
  HookPrompt: camelMembers,
  SubAgentActivity: camelMembers,
  Sleep: camelMembers,
  ImageGeneration: camelMembers,
  FunctionCallOutput: camelMembers,
};

/** What the wire has on every agent message. */
export function agentExtras(item: JsonRecord): Made {
  const citation = item['memory_citation'];
  return {
    phase: stringOf(item['phase']),
    moderation: null,
    memoryCitation: isRecord(citation) ? camelMembers(citation) : null,
    delivery: null,
    questions: null,
  };
}

export function userInputs(value: unknown): UserInput[] {
  return listOf(value).flatMap((part) => {
    const input = userInput(recordOf(part));
    return input === null ? [] : [input];
  });
}

const DETAILS = ['auto', 'low', 'high', 'original'] as const;

type TextElement = Extract<UserInput, { type: 'text' }>['text_elements'][number];

function textElements(value: unknown): TextElement[] {
  return listOf(value).flatMap((element) => {
    const { byte_range: range, placeholder } = recordOf(element);
    const { start, end } = recordOf(range);
    if (typeof start !== 'number' || typeof end !== 'number') return [];
    return [{ byteRange: { start, end }, placeholder: stringOf(placeholder) }];
  });
}

function userInput(part: JsonRecord): UserInput | null {
  const text = (name: string): string => stringOf(part[name]) ?? '';
  const detail = DETAILS.find((known) => known === part['detail']);
  const seen = detail === undefined ? {} : { detail };
  switch (part['type']) {
    case 'text':
      return { type: 'text', text: text('text'), text_elements: textElements(part['text_elements']) };
    case 'image':
      return { type: 'image', url: text('image_url') || text('url'), ...seen };
    case 'local_image':
      return { type: 'localImage', path: text('path'), ...seen };
    case 'skill':
      return { type: 'skill', name: text('name'), path: text('path') };
    case 'mention':
      return { type: 'mention', name: text('name'), path: text('path') };
    default:
      // shown as what it is: nothing of a message is left out in silence
      return { type: 'text', text: JSON.stringify(part), text_elements: [] };
  }
}

/** Shared by items and by the events of older versions, whose members have the same names. */
export function commandParts(item: JsonRecord): Made {
  const exitCode = wholeOrNull(item['exit_code']);
  const told = stringOf(item['status']);
  const output =
    stringOf(item['aggregated_output']) ?? `${stringOf(item['stdout']) ?? ''}${stringOf(item['stderr']) ?? ''}`;
  return {
    pluginId: null,
    scriptPath: null,
    command: quoteArgv(textsOf(item['command'])),
    cwd: pathOf(item['cwd']),
    processId: stringOf(item['process_id']),
    source: camelWord(stringOf(item['source']) ?? 'agent'),
    status: actionStatus(told ?? (exitCode === 0 ? 'completed' : 'failed')),
    commandActions: listOf(item['parsed_cmd']).map((action) => commandAction(recordOf(action))),
    aggregatedOutput: output === '' ? null : output,
    exitCode,
    durationMs: durationOf(item['duration']),
  };
}

function commandAction(action: JsonRecord): CommandAction {
  const command = stringOf(action['cmd']) ?? '';
  const path = stringOf(action['path']);
  switch (action['type']) {
    case 'read':
      return { type: 'read', command, name: stringOf(action['name']) ?? '', path: pathOf(path) };
    case 'list_files':
      return { type: 'listFiles', command, path };
    case 'search':
      return { type: 'search', command, query: stringOf(action['query']), path };
    default:
      return { type: 'unknown', command };
  }
}

const STATUSES = ['inProgress', 'completed', 'failed', 'declined'] as const;

function actionStatus(word: string): (typeof STATUSES)[number] {
  return STATUSES.find((status) => status === camelWord(word)) ?? 'failed';
}

export function patchParts(item: JsonRecord): Made {
  const told = stringOf(item['status']);
  const changes = Object.entries(recordOf(item['changes']))
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([path, change]) => fileChange(pathOf(path), recordOf(change)));
  return { changes, status: actionStatus(told ?? (item['success'] === false ? 'failed' : 'completed')) };
}

function fileChange(path: string, change: JsonRecord): FileUpdateChange {
  const content = stringOf(change['content']) ?? '';
  if (change['type'] === 'add') return { path, kind: { type: 'add' }, diff: content };
  if (change['type'] === 'delete') return { path, kind: { type: 'delete' }, diff: content };
  const to = stringOf(change['move_path']);
  const diff = stringOf(change['unified_diff']) ?? '';
  return {
    path,
    kind: { type: 'update', move_path: to === null ? null : pathOf(to) },
    diff: to === null ? diff : `${diff}\n\nMoved to: ${pathOf(to)}`,
  };
}

function mcpParts(item: JsonRecord): Made {
  const result = item['result'];
  const hint = item['readOnlyHint'];
  return {
    server: stringOf(item['server']) ?? '',
    tool: stringOf(item['tool']) ?? '',
    status: toolStatus(item['status']),
    arguments: item['arguments'] ?? null,
    appContext: null,
    mcpAppUi: null,
    pluginId: stringOf(item['pluginId']) ?? stringOf(item['plugin_id']),
    readOnlyHint: typeof hint === 'boolean' ? hint : null,
    result: isRecord(result) ? mcpResult(result) : null,
    error: isRecord(item['error']) ? item['error'] : null,
    durationMs: durationOf(item['duration']),
  };
}

export function mcpResult(result: JsonRecord): Made {
  return {
    content: listOf(result['content']),
    structuredContent: result['structuredContent'] ?? result['structured_content'] ?? null,
    _meta: result['_meta'] ?? null,
  };
}

function toolStatus(value: unknown): string {
  const word = actionStatus(stringOf(value) ?? 'completed');
  return word === 'declined' ? 'failed' : word;
}

/** `named`: the same with the wire's names. */
function dynamicParts(item: JsonRecord, named: JsonRecord): Made {
  const content = named['contentItems'];
  const success = item['success'];
  return {
    namespace: stringOf(item['namespace']),
    tool: stringOf(item['tool']) ?? '',
    arguments: item['arguments'] ?? null,
    status: toolStatus(item['status']),
    contentItems: Array.isArray(content) ? jsonOf(JSON.stringify(content)) : null,
    success: typeof success === 'boolean' ? success : null,
    durationMs: durationOf(item['duration']),
  };
}

function collabParts(item: JsonRecord): Made {
  const { agents_states: states, receiver_agents: _agents, ...rest } = item;
  const agents = Object.entries(recordOf(states)).map(([id, state]) => [id, agentState(state)]);
  const named = camelMembers(rest);
  const orNull = (name: string): unknown => named[name] ?? null;
  return {
    ...named,
    prompt: orNull('prompt'),
    model: orNull('model'),
    reasoningEffort: orNull('reasoningEffort'),
    agentsStates: Object.fromEntries(agents),
  };
}

/** `"running"`, or `{"completed": "what it said"}`. */
function agentState(state: unknown): Made {
  if (typeof state === 'string') return { status: camelWord(state), message: null };
  const [told] = Object.entries(recordOf(state));
  return { status: camelWord(told?.[0] ?? 'running'), message: stringOf(told?.[1]) };
}

/** With every member that the wire has on it. */
export function searchAction(value: unknown): Made | null {
  if (!isRecord(value)) return null;
  const type = camelWord(stringOf(value['type']) ?? 'other');
  const orNull = (name: string): unknown => value[name] ?? null;
  switch (type) {
    case 'search':
      return { type, query: orNull('query'), queries: orNull('queries') };
    case 'openPage':
      return { type, url: orNull('url') };
    case 'findInPage':
      return { type, url: orNull('url'), pattern: orNull('pattern') };
    default:
      return { type: 'other' };
  }
}

export function reviewOf(value: unknown): string {
  return isRecord(value) ? reviewText(JSON.stringify(value)) : '';
}
