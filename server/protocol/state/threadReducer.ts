// The one reducer: server, extension host, webview and web client fold the same notifications into the same state.
import type { ServerNotification } from '../methods.ts';
import type { ThreadItem } from '../schema/item.ts';
import type { ItemStarted, Turn } from '../schema/turn.ts';
import { reduceItem, type ItemDelta } from './itemReducer.ts';
import { closeRequest } from './pendingRequests.ts';
import { NO_EXTRAS, type ThreadState, type TurnExtras } from './threadState.ts';

/**
 * The state after the notification. Pure: reads no clock, never throws. A notification of another thread, of an unknown turn
 * or item, or one that changes nothing, returns the same object.
 */
export function reduceThread(state: ThreadState, event: ServerNotification): ThreadState {
  if (threadIdOf(event) !== state.thread.id) return state;
  switch (event.method) {
    case 'thread/status/changed':
      return { ...state, thread: { ...state.thread, status: event.params.status } };
    case 'thread/name/updated':
      return { ...state, thread: { ...state.thread, name: event.params.threadName ?? null } };
    case 'thread/archived':
      return state.archived ? state : { ...state, archived: true };
    case 'thread/unarchived':
      return state.archived ? { ...state, archived: false } : state;
    case 'thread/closed':
    case 'thread/deleted':
      return { ...state, thread: { ...state.thread, status: { type: 'notLoaded' } }, pending: [], questions: [] };
    case 'thread/started':
      return { ...state, thread: { ...event.params.thread, turns: [] } };
    case 'thread/reverted':
      return takeBack(state, event.params.beforeTurnId ?? null);
    case 'thread/tokenUsage/updated':
      return { ...state, tokenUsage: event.params.tokenUsage };
    case 'serverRequest/resolved':
      return closeRequest(state, event.params.requestId);
    case 'turn/started':
      return startTurn(state, event.params.turn);
    case 'turn/completed':
      return completeTurn(state, event.params.turn);
    case 'turn/diff/updated':
      return withExtras(state, event.params.turnId, { diff: event.params.diff });
    case 'turn/plan/updated':
      return withExtras(state, event.params.turnId, {
        plan: { explanation: event.params.explanation, steps: event.params.plan },
      });
    case 'error':
      return withExtras(state, event.params.turnId, { retry: event.params.willRetry ? event.params.error : null });
    case 'item/started':
      return putItem(
        clearRetry(withReview(state, event.params), event.params.turnId),
        event.params.turnId,
        event.params.item,
      );
    case 'item/completed':
      return putItem(state, event.params.turnId, event.params.item);
    case 'item/agentMessage/delta':
    case 'item/plan/delta':
    case 'item/reasoning/summaryPartAdded':
    case 'item/reasoning/summaryTextDelta':
    case 'item/reasoning/textDelta':
    case 'item/commandExecution/outputDelta':
    case 'item/fileChange/patchUpdated':
      return applyDelta(state, event);
    default:
      return state;
  }
}

/** The thread a notification is about; undefined for those that are about none. */
export function threadIdOf(event: ServerNotification): string | undefined {
  const params = event.params;
  if ('threadId' in params) return params.threadId ?? undefined;
  return 'thread' in params ? params.thread.id : undefined;
}

/** A review begins with an item, before its turn is told. */
function withReview(state: ThreadState, { item, turnId, startedAtMs }: ItemStarted): ThreadState {
  if (item.type !== 'enteredReviewMode' || state.turns.some(({ id }) => id === turnId)) return state;
  return {
    ...state,
    turns: [
      ...state.turns,
      {
        id: turnId,
        rootTurnId: turnId,
        items: [],
        itemsView: 'full',
        status: 'inProgress',
        error: null,
        startedAt: Math.floor(startedAtMs / 1000),
        completedAt: null,
        durationMs: null,
      },
    ],
  };
}

/** A review's turn is told to start under another id; its items and its end have the one that it names as its root. */
function startTurn(state: ThreadState, told: Turn): ThreadState {
  const root = state.turns.find((candidate) => candidate.id === told.rootTurnId);
  const turn = root === undefined ? told : { ...told, id: root.id };
  const known = root ?? state.turns.find((candidate) => candidate.id === turn.id);
  // who sees a turn start sees all of its items, whatever the notification carries of them
  const started: Turn = { ...turn, items: known?.items ?? turn.items, itemsView: known?.itemsView ?? 'full' };
  return { ...state, turns: known ? replace(state.turns, known, started) : [...state.turns, started] };
}

/** Ends the turn. The items that were seen stay: `turn/completed` carries only a summary of them. */
function completeTurn(state: ThreadState, turn: Turn): ThreadState {
  const known = state.turns.find((candidate) => candidate.id === turn.id);
  if (known === undefined) return { ...state, turns: [...state.turns, turn] };
  const completed: Turn = { ...turn, items: known.items, itemsView: known.itemsView };
  return clearRetry({ ...state, turns: replace(state.turns, known, completed) }, turn.id);
}

/** A turn that is not known is older than those that are, or a gap lies between: ids sort by the time when they were made. */
function takeBack(state: ThreadState, beforeTurnId: string | null): ThreadState {
  if (beforeTurnId === null) return state;
  const index = state.turns.findIndex(({ id }) => id === beforeTurnId);
  const turns = index < 0 ? state.turns.filter(({ id }) => id < beforeTurnId) : state.turns.slice(0, index);
  if (turns.length === state.turns.length) return state;
  const kept = new Set(turns.map(({ id }) => id));
  const extras = Object.fromEntries(Object.entries(state.extras).filter(([turnId]) => kept.has(turnId)));
  return { ...state, turns, extras };
}

function withExtras(state: ThreadState, turnId: string, change: Partial<TurnExtras>): ThreadState {
  const extras = state.extras[turnId] ?? NO_EXTRAS;
  return { ...state, extras: { ...state.extras, [turnId]: { ...extras, ...change } } };
}

function clearRetry(state: ThreadState, turnId: string): ThreadState {
  return state.extras[turnId]?.retry ? withExtras(state, turnId, { retry: null }) : state;
}

function putItem(state: ThreadState, turnId: string, item: ThreadItem): ThreadState {
  return updateTurn(state, turnId, (turn) => {
    const index = turn.items.findLastIndex((candidate) => candidate.id === item.id && candidate.type === item.type);
    return index < 0 ? { ...turn, items: [...turn.items, item] } : { ...turn, items: turn.items.with(index, item) };
  });
}

function applyDelta(state: ThreadState, event: ItemDelta): ThreadState {
  return updateTurn(state, event.params.turnId, (turn) => {
    const index = turn.items.findLastIndex((candidate) => candidate.id === event.params.itemId);
    const item = turn.items[index];
    if (item === undefined || isClosed(item)) return turn;
    const next = reduceItem(item, event);
    return next === item ? turn : { ...turn, items: turn.items.with(index, next) };
  });
}

function isClosed(item: ThreadItem): boolean {
  return item.completedAtMs !== null && item.completedAtMs !== undefined;
}

function updateTurn(state: ThreadState, turnId: string, change: (turn: Turn) => Turn): ThreadState {
  const turn = state.turns.findLast((candidate) => candidate.id === turnId);
  if (turn === undefined) return state;
  const next = change(turn);
  return next === turn ? state : { ...state, turns: replace(state.turns, turn, next) };
}

function replace(turns: readonly Turn[], old: Turn, next: Turn): readonly Turn[] {
  return turns.with(turns.lastIndexOf(old), next);
}
