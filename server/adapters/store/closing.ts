// How what a dead process left open is closed: items as they were last saved, turns as interrupted.
import type { ThreadItem } from '../../protocol/schema/item.ts';
import type { Turn } from '../../protocol/schema/turn.ts';

/** The item ended at `atMs`, the last moment it is known to have lived. What was running then did not finish: it failed. */
export function closedItem(item: ThreadItem, atMs: number): ThreadItem {
  if (isClosed(item)) return item;
  const completedAtMs = Math.max(atMs, item.startedAtMs ?? atMs);
  const durationMs = completedAtMs - (item.startedAtMs ?? completedAtMs);
  switch (item.type) {
    case 'commandExecution':
    case 'fileChange':
    case 'dynamicToolCall':
    case 'mcpToolCall':
      if (item.status !== 'inProgress') return { ...item, completedAtMs };
      return item.type === 'fileChange'
        ? { ...item, status: 'failed', completedAtMs }
        : { ...item, status: 'failed', durationMs: item.durationMs ?? durationMs, completedAtMs };
    default:
      return { ...item, completedAtMs };
  }
}

/** The turn ended at `atMs` by the death of its process. */
export function interruptedTurn(turn: Turn, atMs: number): Turn {
  if (turn.status !== 'inProgress') return turn;
  const startedAtMs = turn.startedAt === null ? null : turn.startedAt * 1000;
  return {
    ...turn,
    status: 'interrupted',
    completedAt: Math.floor(atMs / 1000),
    durationMs: startedAtMs === null ? null : Math.max(0, atMs - startedAtMs),
  };
}

function isClosed(item: ThreadItem): boolean {
  return item.completedAtMs !== null && item.completedAtMs !== undefined;
}
