// Shows the call of a built-in tool that has no item kind of its own as a `dynamicToolCall` item, from its start to its end.
import type { ToolCall, ToolContext, ToolOutput } from '../core/turn/tool.ts';
import { messageOf } from '../protocol/errors.ts';
import { JsonValue } from '../protocol/schema/common.ts';
import type { DynamicToolCallItem } from '../protocol/schema/item.ts';

/** A tool could not do what it was asked, in words for the model. */
export class ToolRefusal extends Error {
  override readonly name = 'ToolRefusal';
}

/** Runs `work` and shows its text, or its failure, to the user and to the model. */
export async function shownCall(
  call: ToolCall,
  context: ToolContext,
  work: (signal: AbortSignal) => Promise<string>,
): Promise<ToolOutput> {
  const startedAtMs = context.clock.nowMs();
  const item = context.startItem<DynamicToolCallItem>({
    type: 'dynamicToolCall',
    id: call.callId,
    namespace: 'bowline',
    tool: call.name,
    arguments: argumentsOf(call),
    status: 'inProgress',
    contentItems: null,
    success: null,
    durationMs: null,
  });
  const end = (text: string, success: boolean): ToolOutput => {
    context.completeItem({
      ...item,
      status: success ? 'completed' : 'failed',
      contentItems: [{ type: 'inputText', text }],
      success,
      durationMs: context.clock.nowMs() - startedAtMs,
    });
    return { output: text };
  };
  try {
    return end(await work(context.signal), true);
  } catch (error) {
    return end(failureText(call.name, error), false);
  }
}

/** As the model wrote them: they were read as JSON before the call is shown. */
function argumentsOf(call: ToolCall): JsonValue {
  return JsonValue().parse(JSON.parse(call.input));
}

function failureText(tool: string, error: unknown): string {
  if (error instanceof ToolRefusal) return error.message;
  return `${tool} failed: ${messageOf(error)}`;
}
