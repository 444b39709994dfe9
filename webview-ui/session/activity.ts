// What the agent is doing right now, as the status line says it.
import type { ServerStatus } from '../../server/protocol/chatBridge.ts';
import type { ThreadItem } from '../../server/protocol/schema/item.ts';
import type { Turn } from '../../server/protocol/schema/turn.ts';
import { commandText, oneLine } from '../../server/protocol/shownText.ts';
import { openItems, runningTurn } from '../../server/protocol/state/select.ts';
import type { ThreadState } from '../../server/protocol/state/threadState.ts';
import { isReadOnly, type ThreadWriter } from '../../server/protocol/threadWriter.ts';
import { strings } from '../strings.ts';
import { baseName } from './paths.ts';
import { toolTitle } from './toolWords.ts';

export type Activity =
  | { readonly type: 'idle' }
  | { readonly type: 'starting'; readonly text: string }
  | { readonly type: 'broken'; readonly text: string; readonly isRestarting: boolean }
  | { readonly type: 'approval'; readonly text: string; readonly since: number }
  | { readonly type: 'question'; readonly text: string; readonly since: number }
  | { readonly type: 'retrying'; readonly text: string; readonly cause: string; readonly since: number }
  | { readonly type: 'working'; readonly text: string; readonly since: number };

/** `since` is in Unix milliseconds. What is asked is answered where the conversation is written. */
export function activityOf(state: ThreadState | null, status: ServerStatus, writer: ThreadWriter): Activity {
  switch (status.type) {
    case 'starting':
      return { type: 'starting', text: status.phase || strings.starting };
    case 'restarting':
      return { type: 'broken', text: status.detail || strings.serverRestarting, isRestarting: true };
    case 'stopped':
      return { type: 'broken', text: status.detail || strings.serverStopped, isRestarting: false };
    case 'ready':
      return state === null ? { type: 'idle' } : turnActivity(state, isReadOnly(writer));
  }
}

function turnActivity(state: ThreadState, isAskedElsewhere: boolean): Activity {
  const turn = runningTurn(state);
  const since = (turn?.startedAt ?? 0) * 1000;
  if (state.pending.length > 0) {
    const text = isAskedElsewhere ? strings.waitingElsewhere : strings.waitingForApproval(state.pending.length);
    return { type: 'approval', text, since };
  }
  if (state.questions.length > 0) {
    const text = isAskedElsewhere ? strings.waitingElsewhere : strings.waitingForAnswer;
    return { type: 'question', text, since };
  }
  if (turn === undefined) return { type: 'idle' };
  const retry = state.extras[turn.id]?.retry ?? null;
  if (retry !== null)
    return { type: 'retrying', text: retry.message || strings.retrying, cause: retry.additionalDetails ?? '', since };
  return { type: 'working', text: workOf(turn), since };
}

function workOf(turn: Turn): string {
  const item = openItems(turn).findLast((candidate) => candidate.completedAtMs === null);
  return item === undefined ? strings.waitingForModel : itemWork(item);
}

function itemWork(item: ThreadItem): string {
  switch (item.type) {
    case 'agentMessage':
      return strings.writing;
    case 'reasoning':
      return strings.thinking;
    case 'commandExecution':
      return strings.running(oneLine(commandText(item.command), 48));
    case 'fileChange':
      return strings.editing(
        item.changes.length === 1 ? baseName(item.changes[0]?.path ?? '') : strings.editingFiles(item.changes.length),
      );
    case 'dynamicToolCall':
      return toolTitle(item);
    case 'mcpToolCall':
      return strings.usingTool(item.tool);
    case 'contextCompaction':
      return strings.compacting;
    case 'plan':
      return strings.planWriting;
    case 'userMessage':
    case 'imageView':
    case 'webSearch':
    case 'enteredReviewMode':
    case 'exitedReviewMode':
    case 'unknown':
      return strings.waitingForModel;
  }
}
