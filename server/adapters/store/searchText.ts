// What of an item can be searched for: the words of the user and of the agent.
import type { ThreadItem } from '../../protocol/schema/item.ts';

/** Longer texts are searchable by their beginning, in characters; the index stays small. */
const SEARCHED_LIMIT = 65_536;

/** Null for items that are not searched. */
export function searchableText(item: ThreadItem): string | null {
  const text = wordsOf(item).trim();
  return text === '' ? null : text.slice(0, SEARCHED_LIMIT);
}

function wordsOf(item: ThreadItem): string {
  switch (item.type) {
    case 'userMessage':
      return item.content.map((part) => (part.type === 'text' ? part.text : '')).join('\n');
    case 'agentMessage':
    case 'plan':
      return item.text;
    default:
      return '';
  }
}
