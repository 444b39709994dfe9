// Forks: a thread that goes on from where another was, stored or for the moment.
import type { LiveThread } from '../../core/thread/liveThread.ts';
import type { ThreadRecord } from '../../core/thread/threadStore.ts';
import { OWN_SOURCE } from '../../core/thread/threadView.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import type { ThreadForkParams } from '../../protocol/schema/thread.ts';
import { Reply } from '../../rpc/incoming.ts';
import { refuseExperimental } from '../experimentalFields.ts';
import { openedThread } from '../openedThread.ts';
import type { Handler, RequestContext } from '../requestContext.ts';
import { needRow, newestTurnId, turnsOf } from '../threadHistory.ts';
import type { ThreadTable } from '../threadTable.ts';
import { noStoredThread, opened, overridden } from './threadLifecycle.ts';

export const threadFork: Handler<'thread/fork'> = async (context, params) => {
  const { connection, fanout } = context;
  refuseUnfit(context, params);
  const threads = await context.threads();
  context.app.expectTurn('soon');
  const live = threads.get(params.threadId);
  if (live?.isEphemeral === true)
    throw new ProtocolError('invalidRequest', 'ephemeral threads keep no history that could be forked', {
      kind: 'ephemeralThread',
    });
  const source = live?.row ?? needRow(threads, params.threadId, noStoredThread);
  const lastTurnId = lastTurnToKeep(threads, params);
  const record = {
    ...(await forkedRecord(context, source, params)),
    tokenUsage: usageIn(threads, source, { params, lastTurnId }),
  };
  const thread =
    params.ephemeral === true
      ? passingFork(threads, record, { lastTurnId, clientName: connection.clientName })
      : storedFork(threads, record, { lastTurnId, clientName: connection.clientName });
  connection.subscribe(thread.id);
  const turns = params.excludeTurns === true ? [] : turnsOf(threads, thread.id).data;
  const result = await openedThread(thread, turns);
  return new Reply(result, () => {
    fanout.publish({ method: 'thread/started', params: { thread: thread.view() } });
    const { tokenUsage } = thread.row;
    const turnId = turns.at(-1)?.id;
    if (tokenUsage === null || turnId === undefined) return;
    connection.notify({ method: 'thread/tokenUsage/updated', params: { threadId: thread.id, turnId, tokenUsage } });
  });
};

/** What the inherited part of the conversation takes: a fork from early on has room again. */
function usageIn(
  threads: ThreadTable,
  source: ThreadRecord,
  { params, lastTurnId }: { readonly params: ThreadForkParams; readonly lastTurnId: string | null },
): ThreadRecord['tokenUsage'] {
  if (!isGiven(params.lastTurnId) && !isGiven(params.beforeTurnId)) return source.tokenUsage;
  return lastTurnId === null ? null : threads.store.usageAt(source.id, lastTurnId);
}

interface From {
  /** The last turn to inherit; null when there is none. */
  readonly lastTurnId: string | null;
  readonly clientName: string;
}

function storedFork(threads: ThreadTable, record: ThreadRecord, { lastTurnId, clientName }: From): LiveThread {
  const { store } = threads;
  const sourceId = record.forkedFromId;
  const base = sourceId === null || store.get(sourceId) === undefined ? null : { threadId: sourceId, lastTurnId };
  return opened(threads, { id: record.id, clientName, takeover: false }, () => {
    store.create(record, base);
    return record;
  }).thread;
}

/** A fork that is in memory alone: it knows what was said, and leaves nothing. */
function passingFork(threads: ThreadTable, record: ThreadRecord, { lastTurnId, clientName }: From): LiveThread {
  const history =
    lastTurnId === null || record.forkedFromId === null
      ? []
      : threads.store.modelItems(record.forkedFromId, lastTurnId);
  return threads.add(record, { history: () => history, isStored: false, isEphemeral: true, clientName });
}

async function forkedRecord(
  { app, connection }: RequestContext,
  source: ThreadRecord,
  params: ThreadForkParams,
): Promise<ThreadRecord> {
  const nowMs = app.clock.nowMs();
  const id = app.ids.next();
  const goal = params.deferGoalContinuation === true ? (source.goal ?? null) : null;
  return {
    ...source,
    id,
    sessionId: id,
    forkedFromId: source.id,
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
    recencyAtMs: nowMs,
    archived: false,
    goal: goal === null ? null : { ...goal, createdAtMs: nowMs, updatedAtMs: nowMs },
    originator: connection.clientName,
    source: OWN_SOURCE,
    threadSource: params.threadSource ?? null,
    settings: await overridden(app, source.settings, params),
  };
}

/** What cannot be done together, and what is not done here at all: an ordinary fork would be something else than was asked for. */
function refuseUnfit({ connection }: RequestContext, params: ThreadForkParams): void {
  const { beforeTurnId, deferGoalContinuation, attachToSource, experimentalPredictionMode, path } = params;
  refuseExperimental(connection, 'thread/fork', {
    beforeTurnId,
    deferGoalContinuation: deferGoalContinuation === true || null,
    attachToSource: attachToSource === true || null,
    experimentalPredictionMode: experimentalPredictionMode === true || null,
    path,
  });
  const isEphemeral = params.ephemeral === true;
  const problem = (message: string): ProtocolError => new ProtocolError('invalidRequest', message);
  if (isEphemeral && params.excludeTurns !== true)
    throw problem('ephemeral paginated thread/fork requires `excludeTurns: true`');
  if (isEphemeral && deferGoalContinuation === true)
    throw problem('`deferGoalContinuation` cannot be combined with `ephemeral`');
  if (isGiven(beforeTurnId) && isGiven(params.lastTurnId))
    throw problem('`beforeTurnId` cannot be combined with `lastTurnId`');
  if (attachToSource === true) throw notDone('attached forks', 'fork without `attachToSource`');
  if (experimentalPredictionMode === true) throw notDone('predictions', 'fork with `ephemeral` alone');
  if (isGiven(path) && path !== '') throw notDone('threads with a path', 'fork by `threadId`');
}

function isGiven<T>(value: T | null | undefined): value is T {
  return value !== null && value !== undefined;
}

function notDone(what: string, instead: string): ProtocolError {
  return new ProtocolError('invalidRequest', `this server has no ${what}: ${instead}`, { kind: 'notOffered' });
}

/** The last turn that a fork inherits; null when the source has none. */
function lastTurnToKeep(threads: ThreadTable, params: ThreadForkParams): string | null {
  const { threadId, lastTurnId, beforeTurnId } = params;
  const { store } = threads;
  if (isGiven(beforeTurnId)) return turnBefore(threads, threadId, beforeTurnId);
  if (!isGiven(lastTurnId)) return newestTurnId(threads, threadId);
  const running = threads.get(threadId)?.running?.id ?? store.questions(threadId)[0]?.turnId;
  if (running === lastTurnId)
    throw new ProtocolError(
      'invalidRequest',
      `turn ${lastTurnId} is still in progress; fork at an earlier turn or wait for its end`,
      { kind: 'turnInProgress' },
    );
  if (store.hasTurn(threadId, lastTurnId)) return lastTurnId;
  throw turnNotFound(lastTurnId);
}

function turnBefore(threads: ThreadTable, threadId: string, turnId: string): string | null {
  const before = threads.store.turnBefore(threadId, turnId);
  if (before === undefined) throw turnNotFound(turnId);
  return before;
}

function turnNotFound(turnId: string): ProtocolError {
  return new ProtocolError('invalidRequest', `turn not found: ${turnId}`, { kind: 'turnNotFound' });
}
