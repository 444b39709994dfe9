// How many tokens a conversation takes, roughly: for a decision that has to be taken before the provider has counted.
import { utf8Length } from '../command/utf8.ts';
import type { ModelContent, ModelItem } from '../turn/modelPort.ts';

/** A rough measure that holds for every tokenizer. */
const BYTES_PER_TOKEN = 4;
/** What an image costs, whatever its size. */
const IMAGE_TOKENS = 1500;
/** What stands around an item. */
const ITEM_TOKENS = 8;

export function tokensOfText(text: string): number {
  return Math.ceil(utf8Length(text) / BYTES_PER_TOKEN);
}

export function tokensOf(items: readonly ModelItem[]): number {
  return items.reduce((sum, item) => sum + ITEM_TOKENS + tokensOfItem(item), 0);
}

function tokensOfItem(item: ModelItem): number {
  switch (item.type) {
    case 'message':
      return tokensOfContent(item.content);
    case 'reasoning':
      // what is encrypted is longer than what it stands for
      return item.summary.reduce((sum, { text }) => sum + tokensOfText(text), 0);
    case 'function_call':
      return tokensOfText(item.name) + tokensOfText(item.arguments);
    case 'custom_tool_call':
      return tokensOfText(item.name) + tokensOfText(item.input);
    case 'function_call_output':
    case 'custom_tool_call_output':
      return typeof item.output === 'string' ? tokensOfText(item.output) : tokensOfContent(item.output);
  }
}

function tokensOfContent(content: readonly ModelContent[]): number {
  return content.reduce((sum, part) => sum + (part.type === 'input_image' ? IMAGE_TOKENS : tokensOfText(part.text)), 0);
}
