// Folds the deltas of one open item into it.
import type { ServerNotification } from '../methods.ts';
import type { ThreadItem } from '../schema/item.ts';

/** The notifications that change an item that has started and not completed. */
export type ItemDelta = Extract<
  ServerNotification,
  {
    method:
      | 'item/agentMessage/delta'
      | 'item/plan/delta'
      | 'item/reasoning/summaryPartAdded'
      | 'item/reasoning/summaryTextDelta'
      | 'item/reasoning/textDelta'
      | 'item/commandExecution/outputDelta'
      | 'item/fileChange/patchUpdated';
  }
>;

/** How much of a running command's output a state keeps, in characters; the completed item brings the whole. */
const LIVE_OUTPUT_LIMIT = 1_048_576;
/** So much more may be there before it is cut: each cut copies all of it. */
const LIVE_OUTPUT_SLACK = LIVE_OUTPUT_LIMIT;

/** The item after the delta; the same object when the delta does not fit the item. */
export function reduceItem(item: ThreadItem, event: ItemDelta): ThreadItem {
  switch (event.method) {
    case 'item/agentMessage/delta':
      return item.type === 'agentMessage' ? { ...item, text: item.text + event.params.delta } : item;
    case 'item/plan/delta':
      return item.type === 'plan' ? { ...item, text: item.text + event.params.delta } : item;
    case 'item/reasoning/summaryPartAdded':
      return item.type === 'reasoning'
        ? { ...item, summary: withPart(item.summary, event.params.summaryIndex, '') }
        : item;
    case 'item/reasoning/summaryTextDelta':
      return item.type === 'reasoning'
        ? { ...item, summary: withPart(item.summary, event.params.summaryIndex, event.params.delta) }
        : item;
    case 'item/reasoning/textDelta':
      return item.type === 'reasoning'
        ? { ...item, content: withPart(item.content, event.params.contentIndex, event.params.delta) }
        : item;
    case 'item/commandExecution/outputDelta':
      return item.type === 'commandExecution'
        ? { ...item, aggregatedOutput: tail((item.aggregatedOutput ?? '') + event.params.delta) }
        : item;
    case 'item/fileChange/patchUpdated':
      return item.type === 'fileChange' ? { ...item, changes: event.params.changes } : item;
  }
}

/** `parts` with `text` appended to the part at `index`; missing parts before it become "". */
function withPart(parts: readonly string[], index: number, text: string): string[] {
  const next = [...parts];
  if (!Number.isSafeInteger(index) || index < 0 || index > next.length + 64) return next;
  while (next.length <= index) next.push('');
  next[index] = (next[index] ?? '') + text;
  return next;
}

function tail(text: string): string {
  return text.length > LIVE_OUTPUT_LIMIT + LIVE_OUTPUT_SLACK ? text.slice(text.length - LIVE_OUTPUT_LIMIT) : text;
}
