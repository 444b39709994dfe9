// Leaves the saved output out of an item, for a client that fetches it when somebody looks at it.
import type { ThreadItem } from '../protocol/schema/item.ts';
import { PlainTextResult, type ThreadItemOutputDeferral } from '../protocol/schema/threadHistory.ts';

/** The item without its output, or null when there is nothing to leave out. What failed is always shown with its output. */
export function withoutOutput(item: ThreadItem, deferral: ThreadItemOutputDeferral): ThreadItem | null {
  switch (item.type) {
    case 'commandExecution': {
      const hasOutput = item.status === 'completed' && (item.aggregatedOutput ?? '') !== '';
      return hasOutput && deferral.commandExecution === true ? { ...item, aggregatedOutput: null } : null;
    }
    case 'mcpToolCall': {
      if (item.status !== 'completed' || deferral.mcpToolCall !== true) return null;
      const result = PlainTextResult().safeParse(item.result);
      return result.success ? { ...item, result: { ...result.data, content: [] } } : null;
    }
    default:
      return null;
  }
}
