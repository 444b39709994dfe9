// Reads the output items of the Responses API as the items that a conversation keeps.
import type { ModelContent, ModelItem } from '../../core/turn/modelPort.ts';
import { isRecord, listOf, stringOf, type JsonRecord } from './json.ts';

/** The item, or null for a kind that we neither asked for nor could send back. `newCallId` names a call that came without an id. */
export function modelItemOf(value: unknown, newCallId: () => string): ModelItem | null {
  if (!isRecord(value)) return null;
  const id = stringOf(value['id']);
  const named = id === null ? {} : { id };
  switch (value['type']) {
    case 'message': {
      const phase = stringOf(value['phase']);
      const content = listOf(value['content']).flatMap(contentOf);
      return { type: 'message', ...named, role: 'assistant', content, ...(phase === null ? {} : { phase }) };
    }
    case 'reasoning':
      return { type: 'reasoning', ...named, ...reasoningOf(value) };
    case 'function_call': {
      const namespace = stringOf(value['namespace']);
      return {
        type: 'function_call',
        ...named,
        ...callOf(value, newCallId),
        ...(namespace === null ? {} : { namespace }),
        arguments: stringOf(value['arguments']) ?? '',
      };
    }
    case 'custom_tool_call':
      return { type: 'custom_tool_call', ...named, ...callOf(value, newCallId), input: stringOf(value['input']) ?? '' };
    default:
      return null;
  }
}

function callOf(value: JsonRecord, newCallId: () => string): { call_id: string; name: string } {
  return { call_id: stringOf(value['call_id']) ?? newCallId(), name: stringOf(value['name']) ?? '' };
}

/** Annotations and log probabilities are left behind; a refusal is the text that the user gets to see. */
function contentOf(part: unknown): ModelContent[] {
  if (!isRecord(part)) return [];
  const text = stringOf(part['text']) ?? stringOf(part['refusal']);
  return text === null ? [] : [{ type: 'output_text', text }];
}

type Reasoning = Pick<Extract<ModelItem, { type: 'reasoning' }>, 'summary' | 'content' | 'encrypted_content'>;

function reasoningOf(value: JsonRecord): Reasoning {
  const encrypted = stringOf(value['encrypted_content']);
  const content = textsOf(value['content']).map((text) => ({ type: 'reasoning_text' as const, text }));
  return {
    summary: textsOf(value['summary']).map((text) => ({ type: 'summary_text' as const, text })),
    ...(content.length === 0 ? {} : { content }),
    ...(encrypted === null ? {} : { encrypted_content: encrypted }),
  };
}

function textsOf(parts: unknown): string[] {
  return listOf(parts).flatMap((part) => (isRecord(part) ? (stringOf(part['text']) ?? []) : []));
}
