// Tool calls among the items of the model.
import type { ModelItem } from './modelPort.ts';
import type { ToolCall } from './tool.ts';

/** A model item as a call of a tool; null for other items. */
export function toolCallOf(item: ModelItem): ToolCall | null {
  if (item.type === 'function_call') {
    const group = item.namespace === undefined ? {} : { namespace: item.namespace };
    return { callId: item.call_id, name: item.name, ...group, form: 'function', input: item.arguments };
  }
  if (item.type === 'custom_tool_call')
    return { callId: item.call_id, name: item.name, form: 'custom', input: item.input };
  return null;
}

/** What the model gets as the output of the call. */
export function outputItem(
  call: ToolCall,
  output: Extract<ModelItem, { call_id: string; output: unknown }>['output'],
): ModelItem {
  return {
    type: call.form === 'function' ? 'function_call_output' : 'custom_tool_call_output',
    call_id: call.callId,
    output,
  };
}
