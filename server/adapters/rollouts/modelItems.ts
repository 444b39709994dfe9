// What a rollout says that the model was told and said, as this server tells it again.
import type { ModelContent, ModelItem } from '../../core/turn/modelPort.ts';
import { isRecord, listOf, recordOf, stringOf, type JsonRecord } from '../openai/json.ts';

/**
 * `left`: what the reference told about itself (its instructions, its rules, the folder) and this server tells in its own words, and
 * reasoning, which only the account that it was made for can read again. `unknown`: a kind that could not be sent.
 */
export type ReadModelItem =
  | { readonly type: 'item'; readonly item: ModelItem }
  | { readonly type: 'left' }
  | { readonly type: 'unknown'; readonly kind: string };

const LEFT: ReadModelItem = { type: 'left' };

/** Without the ids that the provider gave: it would look for what they belong to. */
export function readModelItem(value: JsonRecord, isClientAuthored: boolean): ReadModelItem {
  const kind = stringOf(value['type']) ?? '';
  switch (kind) {
    case 'message':
      return messageOf(value, isClientAuthored);
    case 'reasoning':
      return LEFT;
    case 'function_call': {
      const namespace = stringOf(value['namespace']);
      const args = stringOf(value['arguments']) ?? '{}';
      return known({ type: kind, ...named(value), ...(namespace === null ? {} : { namespace }), arguments: args });
    }
    case 'local_shell_call': {
      const { command, working_directory: workdir } = recordOf(value['action']);
      const args = JSON.stringify({ command: listOf(command), workdir: stringOf(workdir) });
      return known({ type: 'function_call', call_id: callId(value), name: 'shell', arguments: args });
    }
    case 'custom_tool_call':
      return known({ type: kind, ...named(value), input: stringOf(value['input']) ?? '' });
    case 'function_call_output':
    case 'custom_tool_call_output':
      return known({ type: kind, call_id: callId(value), output: outputOf(value['output']) });
    default:
      return { type: 'unknown', kind };
  }
}

function known(item: ModelItem): ReadModelItem {
  return { type: 'item', item };
}

function named(value: JsonRecord): { call_id: string; name: string } {
  return { call_id: callId(value), name: stringOf(value['name']) ?? '' };
}

function callId(value: JsonRecord): string {
  return stringOf(value['call_id']) ?? stringOf(value['id']) ?? '';
}

function messageOf(value: JsonRecord, isClientAuthored: boolean): ReadModelItem {
  const role = stringOf(value['role']);
  const content = contentsOf(value['content']);
  if (role !== 'user' && role !== 'assistant') {
    if (!isClientAuthored) return LEFT;
    return known({ type: 'message', role: 'developer', content });
  }
  if (role === 'user' && isContext(content)) return LEFT;
  const phase = stringOf(value['phase']);
  return known({ type: 'message', role, content, ...(phase === null ? {} : { phase }) });
}

/** How the messages begin that the reference puts before the user's own. */
const CONTEXT = [
  '<environment_context>',
  '<user_instructions>',
  '<permissions instructions>',
  '<skills_instructions>',
  '<collaboration_mode>',
  '# AGENTS.md instructions',
];

function isContext(content: readonly ModelContent[]): boolean {
  return (
    content.length > 0 &&
    content.every(
      (part) => part.type !== 'input_image' && CONTEXT.some((start) => part.text.trimStart().startsWith(start)),
    )
  );
}

function contentsOf(value: unknown): ModelContent[] {
  return listOf(value).flatMap((part) => contentOf(recordOf(part)));
}

function contentOf(part: JsonRecord): ModelContent[] {
  const text = stringOf(part['text']) ?? stringOf(part['refusal']);
  switch (part['type']) {
    case 'input_text':
      return text === null ? [] : [{ type: 'input_text', text }];
    case 'output_text':
    case 'refusal':
      return text === null ? [] : [{ type: 'output_text', text }];
    case 'input_image': {
      const url = stringOf(part['image_url']);
      const detail = stringOf(part['detail']);
      return url === null ? [] : [{ type: 'input_image', image_url: url, ...(detail === null ? {} : { detail }) }];
    }
    default:
      return [];
  }
}

/** Text, a list of contents, or (in older files) an object around the text. */
function outputOf(value: unknown): string | ModelContent[] {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return contentsOf(value);
  return isRecord(value) ? (stringOf(value['content']) ?? JSON.stringify(value)) : '';
}
