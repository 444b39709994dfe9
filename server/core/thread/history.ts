// The model's side of a conversation, made fit to be sent: every call has an output.
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
  for (const item of items) {
    if ((item.type === 'function_call_output' || item.type === 'custom_tool_call_output') && !called.has(item.call_id))
      continue;
    result.push(item);
    if ((item.type === 'function_call' || item.type === 'custom_tool_call') && !answered.has(item.call_id)) {
      const type = item.type === 'function_call' ? 'function_call_output' : 'custom_tool_call_output';
      result.push({ type, call_id: item.call_id, output: ABORTED });
    }
  }
  return result;
}
