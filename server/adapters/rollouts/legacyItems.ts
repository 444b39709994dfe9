// The items of a rollout in the old form: events of the reference's core, most of them without an id.
import type { ThreadItem } from '../../protocol/schema/item.ts';
import { isRecord, listOf, recordOf, stringOf, type JsonRecord } from '../openai/json.ts';
import { itemOf as wireItemOf } from '../store/row.ts';
import {
  agentExtras,
  commandParts,
  mcpResult,
  patchParts,
  reviewOf,
  searchAction,
  userInputs,
  type ItemTimes,
} from './coreItems.ts';
import { durationOf, pathOf, textsOf } from './wireWords.ts';

/** `newId` names an item that has no id of its own. Null: no item is made of this event. */
export function legacyItem(
  event: JsonRecord,
  { times, newId }: { readonly times: ItemTimes; readonly newId: () => string },
): ThreadItem | null {
  const make = MAKERS[stringOf(event['type']) ?? ''];
  const made = make?.(event) ?? null;
  if (made === null) return null;
  const id = stringOf(event['call_id']) ?? newId();
  return wireItemOf(JSON.stringify({ ...made, id, ...times }));
}

type Make = (event: JsonRecord) => JsonRecord | null;

const MAKERS: Readonly<Record<string, Make>> = {
  user_message: (event) => ({ type: 'userMessage', clientId: stringOf(event['client_id']), content: contentOf(event) }),
  agent_message: (event) => {
    const text = stringOf(event['message']) ?? '';
    return text === '' ? null : { type: 'agentMessage', text, ...agentExtras(event) };
  },
  exec_command_end: (event) => ({ type: 'commandExecution', ...commandParts(event) }),
  patch_apply_end: (event) => ({ type: 'fileChange', ...patchParts(event) }),
  mcp_tool_call_end: mcpCall,
  dynamic_tool_call_response: dynamicCall,
  web_search_end: (event) => ({
    type: 'webSearch',
    query: stringOf(event['query']) ?? '',
    action: searchAction(event['action']),
  }),
  view_image_tool_call: (event) => ({ type: 'imageView', path: pathOf(event['path']) }),
  context_compacted: () => ({ type: 'contextCompaction' }),
  entered_review_mode: (event) => ({ type: 'enteredReviewMode', review: stringOf(event['user_facing_hint']) ?? '' }),
  exited_review_mode: (event) => ({ type: 'exitedReviewMode', review: reviewOf(event['review_output']) }),
};

/** The text first, as the reference reads it back. */
function contentOf(event: JsonRecord): JsonRecord[] {
  const text = stringOf(event['message']) ?? '';
  const parts = [
    ...(text.trim() === '' ? [] : [{ type: 'text', text, text_elements: listOf(event['text_elements']) }]),
    ...textsOf(event['images']).map((url) => ({ type: 'image', image_url: url })),
    ...textsOf(event['local_images']).map((path) => ({ type: 'local_image', path })),
  ];
  return userInputs(parts);
}

function mcpCall(event: JsonRecord): JsonRecord {
  const { server, tool, arguments: args } = recordOf(event['invocation']);
  const { Ok: result, Err: message } = recordOf(event['result']);
  const isFailed = !isRecord(result) || result['isError'] === true || result['is_error'] === true;
  return {
    type: 'mcpToolCall',
    server: stringOf(server) ?? '',
    tool: stringOf(tool) ?? '',
    status: isFailed ? 'failed' : 'completed',
    arguments: args ?? null,
    appContext: null,
    mcpAppUi: null,
    pluginId: null,
    readOnlyHint: null,
    result: isRecord(result) ? mcpResult(result) : null,
    error: isRecord(result) ? null : { message: stringOf(message) ?? '' },
    durationMs: durationOf(event['duration']),
  };
}

function dynamicCall(event: JsonRecord): JsonRecord {
  const success = event['success'] !== false;
  const content = event['content_items'];
  return {
    type: 'dynamicToolCall',
    namespace: stringOf(event['namespace']),
    tool: stringOf(event['tool']) ?? '',
    arguments: event['arguments'] ?? null,
    status: success ? 'completed' : 'failed',
    contentItems: Array.isArray(content) ? content : null,
    success,
    durationMs: durationOf(event['duration']),
  };
}
