// What is left of a conversation when it has been compacted: the user's own messages, and one message with the summary.
import { truncateMiddle } from '../command/commandOutput.ts';
import type { ModelContent, ModelItem } from '../turn/modelPort.ts';
import { isNote, summaryMessage } from './summaryTexts.ts';
import { tokensOf, tokensOfText } from './tokens.ts';

/** How much of the user's messages is kept, the newest first. In tokens. */
const KEPT_TOKENS = 20_000;
const BYTES_PER_TOKEN = 4;

export function compactedHistory(history: readonly ModelItem[], summary: string): ModelItem[] {
  return [...keptMessages(history), summaryMessage(summary)];
}

/** The user's messages, as text, oldest first; the oldest that still has room is cut in its middle. */
function keptMessages(history: readonly ModelItem[]): ModelItem[] {
  const kept: ModelItem[] = [];
  let room = KEPT_TOKENS;
  for (const item of history.toReversed()) {
    const text = wordsOfUser(item);
    if (text === null) continue;
    const tokens = tokensOfText(text);
    kept.push(userMessage(tokens <= room ? text : truncateMiddle(text, room * BYTES_PER_TOKEN)));
    room -= tokens;
    if (room <= 0) break;
  }
  return kept.toReversed();
}

/** Null for what is no message of the user. */
function wordsOfUser(item: ModelItem): string | null {
  if (item.type !== 'message' || item.role !== 'user') return null;
  const texts = item.content.map((part) => (part.type === 'input_image' ? '[An image that was sent.]' : part.text));
  const [first = ''] = texts;
  return isNote(first) || texts.length === 0 ? null : texts.join('\n');
}

function userMessage(text: string): ModelItem {
  return { type: 'message', role: 'user', content: [{ type: 'input_text', text }] };
}

/** The newest part of a conversation that takes at most `maxTokens`; texts of which one alone would fill it are cut. */
export function newestPart(history: readonly ModelItem[], maxTokens: number): ModelItem[] {
  const longest = Math.max(1, Math.floor(maxTokens / 4)) * BYTES_PER_TOKEN;
  const part: ModelItem[] = [];
  let room = maxTokens;
  for (const item of history.toReversed()) {
    const short = shortened(item, longest);
    room -= tokensOf([short]);
    if (room < 0) break;
    part.push(short);
  }
  return part.toReversed();
}

function shortened(item: ModelItem, maxBytes: number): ModelItem {
  switch (item.type) {
    case 'message':
      return { ...item, content: shortContent(item.content, maxBytes) };
    case 'function_call_output':
    case 'custom_tool_call_output': {
      const { output } = item;
      const short = typeof output === 'string' ? truncateMiddle(output, maxBytes) : shortContent(output, maxBytes);
      return { ...item, output: short };
    }
    default:
      return item;
  }
}

function shortContent(content: readonly ModelContent[], maxBytes: number): ModelContent[] {
  return content.map((part) =>
    part.type === 'input_image' ? part : { ...part, text: truncateMiddle(part.text, maxBytes) },
  );
}
