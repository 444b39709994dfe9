// Masks the secrets in what tools returned over there: here they are kept neither in the store nor for the model.
import type { SecretMask } from '../../core/secrets/secretMask.ts';
import type { StoreEntry } from '../../core/thread/threadStore.ts';
import type { ModelContent, ModelItem } from '../../core/turn/modelPort.ts';
import type { ThreadItem } from '../../protocol/schema/item.ts';
import { isRecord } from '../openai/json.ts';

export function maskedEntries(entries: readonly StoreEntry[], mask: SecretMask): StoreEntry[] {
  return entries.map((entry) => {
    switch (entry.type) {
      case 'event': {
        const { event } = entry;
        if (event.method !== 'item/completed') return entry;
        const item = maskedItem(event.params.item, mask);
        return { ...entry, event: { ...event, params: { ...event.params, item } } };
      }
      case 'model':
        return { ...entry, item: maskedModelItem(entry.item, mask) };
      case 'modelBase':
        return { ...entry, items: entry.items.map((item) => maskedModelItem(item, mask)) };
      default:
        return entry;
    }
  });
}

function maskedItem(item: ThreadItem, mask: SecretMask): ThreadItem {
  switch (item.type) {
    case 'commandExecution':
      if (item.aggregatedOutput === null) return item;
      return { ...item, aggregatedOutput: mask.mask(item.aggregatedOutput).text };
    case 'dynamicToolCall': {
      const contentItems = item.contentItems?.map((part) =>
        part.type === 'inputText' ? { ...part, text: mask.mask(part.text).text } : part,
      );
      return { ...item, contentItems: contentItems ?? null };
    }
    case 'mcpToolCall':
      return { ...item, result: maskedValue(item.result, mask) };
    default:
      return item;
  }
}

function maskedModelItem(item: ModelItem, mask: SecretMask): ModelItem {
  if (item.type !== 'function_call_output' && item.type !== 'custom_tool_call_output') return item;
  const { output } = item;
  return {
    ...item,
    output: typeof output === 'string' ? mask.mask(output).text : output.map((part) => maskedContent(part, mask)),
  };
}

function maskedContent(part: ModelContent, mask: SecretMask): ModelContent {
  return part.type === 'input_image' ? part : { ...part, text: mask.mask(part.text).text };
}

function maskedValue(value: unknown, mask: SecretMask): unknown {
  if (typeof value === 'string') return mask.mask(value).text;
  if (Array.isArray(value)) return value.map((entry) => maskedValue(entry, mask));
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, maskedValue(entry, mask)]));
}
