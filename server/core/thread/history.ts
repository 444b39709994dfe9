// The model's side of a conversation, made fit to be sent: every call has an output, and nothing stands between them.
import type { ModelItem } from '../turn/modelPort.ts';

/** What a call gets as its output when its own was lost (the turn was interrupted, or the server killed). */
const ABORTED = 'aborted';

/** The items with an "aborted" output after every call that has none, and without outputs of calls that are not there. */
export function withEveryCallAnswered(items: readonly ModelItem[]): ModelItem[] {
  const answered = new Set<string>();
  const called = new Set<string>();
  for (const item of items) {
    if (item.type === 'function_call' || item.type === 'custom_tool_call') called.add(item.call_id);
    if (item.type === 'function_call_output' || item.type === 'custom_tool_call_output') answered.add(item.call_id);
  }
  const result: ModelItem[] = [];
  const open = new Set<string>();
  const waiting: ModelItem[] = [];
  for (const item of items) {
    if ((item.type === 'function_call_output' || item.type === 'custom_tool_call_output') && !called.has(item.call_id))
      continue;
    // what came while calls were running is told after their outputs
    if (item.type === 'message' && item.role !== 'assistant' && open.size > 0) {
      waiting.push(item);
      continue;
    }
    result.push(item);
    if ((item.type === 'function_call' || item.type === 'custom_tool_call') && answered.has(item.call_id))
      open.add(item.call_id);
    if (item.type === 'function_call_output' || item.type === 'custom_tool_call_output') open.delete(item.call_id);
    if (open.size === 0) result.push(...waiting.splice(0));
    if ((item.type === 'function_call' || item.type === 'custom_tool_call') && !answered.has(item.call_id)) {
      const type = item.type === 'function_call' ? 'function_call_output' : 'custom_tool_call_output';
      result.push({ type, call_id: item.call_id, output: ABORTED });
    }
  }
  return [...result, ...waiting];
}
