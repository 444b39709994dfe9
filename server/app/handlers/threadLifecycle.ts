// Opening threads: start, resume; and leaving them.
import type { SettingsRequest } from '../../core/config/resolveSettings.ts';
import { askedSandbox } from '../../core/config/permissionProfiles.ts';
import type { Settings } from '../../core/settings.ts';
import type { LiveThread } from '../../core/thread/liveThread.ts';
import type { ThreadRecord } from '../../core/thread/threadStore.ts';
import type { ModelItem } from '../../core/turn/modelPort.ts';
import { GOAL_TOOL_NAMES } from '../../core/goal/goalTools.ts';
import { modeOf } from '../../core/turn/collaboration.ts';
import { dynamicToolsProblem } from '../../core/turn/dynamicTools.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import type { DynamicToolSpec } from '../../protocol/schema/dynamicTool.ts';
import type { ThreadResumeParams, ThreadResumeResult } from '../../protocol/schema/thread.ts';
import { openItems, runningTurn } from '../../protocol/state/select.ts';
import { Reply } from '../../rpc/incoming.ts';
import { refuseExperimental } from '../experimentalFields.ts';
import { notHeld, orElsewhere } from '../follow/elsewhere.ts';
import { openedThread } from '../openedThread.ts';
import type { Handler, RequestContext } from '../requestContext.ts';
import { suspendedTurn, takeUp, type Suspended } from '../takeUp.ts';
import { historyEnds, needRow, newestTurnId, turnsOf, turnsPage } from '../threadHistory.ts';
import { goOn } from '../goOn.ts';
import type { ThreadTable } from '../threadTable.ts';

export const noStoredThread = (id: string): string => `no rollout found for thread id ${id}`;

export const threadStart: Handler<'thread/start'> = async (context, params) => {
  const { app, connection, fanout } = context;
  const dynamicTools = params.dynamicTools ?? [];
  refuseExperimental(connection, 'thread/start', { dynamicTools: params.dynamicTools });
  const settings = await app.configuration.resolve({ ...params, cwd: app.absolutePath(params.cwd ?? '.') });
  const threads = await context.threads();
  app.expectTurn('now');
  refuseUnfit(threads, dynamicTools);
  const isEphemeral = params.ephemeral === true;
  const threadSource = params.threadSource ?? null;
  const thread = threads.start(settings, { name: connection.clientName, isEphemeral, dynamicTools, threadSource });
  connection.subscribe(thread.id);
  const result = await openedThread(thread);
  return new Reply(result, () => fanout.publish({ method: 'thread/started', params: { thread: thread.view() } }));
};

/** Here, or at the process that writes the thread, as the client wants it. */
export const threadResume: Handler<'thread/resume'> = async (context, params) => {
  const threads = await context.threads();
  const { connection } = context;
  const { takeover, follow } = params;
  refuseExperimental(connection, 'thread/resume', {
    takeover: takeover === true || null,
    follow: follow === true || null,
    initialTurnsPage: params.initialTurnsPage,
  });
  return await orElsewhere({ context, threads, params }, (steals) => resumeHere(context, params, steals));
};

async function resumeHere(
  context: RequestContext,
  params: ThreadResumeParams,
  steals: boolean,
): Promise<Reply<ThreadResumeResult>> {
  const threads = await context.threads();
  context.app.expectTurn('soon');
  const loaded = await threads.current(params.threadId);
  const opening = loaded === undefined ? await load(context, threads, { params, steals }) : { thread: loaded };
  const { thread } = opening;
  context.connection.unfollow(thread.id);
  context.connection.subscribe(thread.id);
  if (loaded === undefined) thread.setStatus(thread.status);
  const turns = params.excludeTurns === true ? [] : turnsOf(threads, thread.id).data;
  const page = params.initialTurnsPage ?? null;
  const result = {
    ...(await openedThread(thread, turns)),
    collaborationMode: modeOf(thread.settings),
    initialTurnsPage: page === null ? null : turnsPage(threads, thread.id, page),
    ...historyEnds(threads, thread),
  };
  return new Reply(result, () => {
    tellJoined(context, threads, thread);
    opening.goOn?.();
    if (loaded === undefined) goOn(context.app, thread);
  });
}

export const threadUnsubscribe: Handler<'thread/unsubscribe'> = async (context, { threadId }) => {
  const { connection, questions, threadList } = context;
  const isOpen = connection.relay(threadId)?.isOpen === true;
  if (connection.unfollow(threadId)) return { status: isOpen ? 'unsubscribed' : 'notLoaded' };
  const wasSubscribed = connection.unsubscribe(threadId);
  questions.unsubscribed(threadId, connection);
  if ((await threadList()).get(threadId) === undefined) return { status: 'notLoaded' };
  return { status: wasSubscribed ? 'unsubscribed' : 'notSubscribed' };
};

interface Opening {
  readonly thread: LiveThread;
  /** Goes on with the turn that waited for the user, or says why it cannot go on. */
  readonly goOn?: () => void;
}

async function load(
  context: RequestContext,
  threads: ThreadTable,
  { params, steals }: { readonly params: ThreadResumeParams; readonly steals: boolean },
): Promise<Opening> {
  if (context.connection.isNeighbour) throw notHeld(params.threadId);
  const record = needRow(threads, params.threadId, noStoredThread);
  if (record.archived) {
    throw new ProtocolError(
      'invalidRequest',
      `thread ${record.id} is archived. Unarchive it first (thread/unarchive).`,
      { kind: 'threadArchived' },
    );
  }
  const settings = await overridden(context.app, record.settings, params);
  const how = { id: record.id, clientName: context.connection.clientName, takeover: steals };
  const { thread, suspended } = opened(threads, how, () => threads.store.get(record.id) ?? record);
  if (settings !== record.settings) thread.change({ settings });
  if (suspended === null) return { thread };
  if (typeof suspended !== 'string') return { thread, goOn: takeUp(thread, suspended) };
  const event = { method: 'warning', params: { threadId: thread.id, message: suspended } } as const;
  return { thread, goOn: () => thread.record(event) };
}

/** Takes the right to write a stored thread and loads it; what cannot be loaded is not held. */
export function opened(
  threads: ThreadTable,
  how: { readonly id: string; readonly clientName: string; readonly takeover: boolean },
  record: () => ThreadRecord,
): { readonly thread: LiveThread; readonly suspended: Suspended } {
  const { id, clientName } = how;
  const lease = threads.acquire(id, clientName, how.takeover);
  try {
    const stored = record();
    const suspended = suspendedTurn(threads.world, id);
    const history = (): readonly ModelItem[] => threads.store.modelItems(id);
    const turn = typeof suspended === 'string' ? null : suspended;
    const parts = { history, isStored: true, isEphemeral: false, clientName, lease, suspended: turn };
    return { thread: threads.add(stored, parts), suspended };
  } catch (error) {
    lease.release();
    throw error;
  }
}

function refuseUnfit(threads: ThreadTable, dynamicTools: readonly DynamicToolSpec[]): void {
  if (dynamicTools.length === 0) return;
  const { tools, close } = threads.world.tools();
  void close();
  const problem = dynamicToolsProblem(
    dynamicTools,
    new Set([...tools.map(({ spec }) => spec.name), ...GOAL_TOOL_NAMES]),
  );
  if (problem !== null) throw new ProtocolError('invalidRequest', problem, { kind: 'invalidDynamicTools' });
}

/** The stored settings with the client's overrides; resolved anew only when there are any. */
export async function overridden(
  app: RequestContext['app'],
  settings: Settings,
  request: SettingsRequest,
): Promise<Settings> {
  const { cwd, model, modelProvider, approvalPolicy, config, baseInstructions, developerInstructions } = request;
  const sandbox = askedSandbox(request);
  const given = [cwd, model, modelProvider, approvalPolicy, sandbox, config, baseInstructions, developerInstructions];
  if (given.every((value) => value === undefined || value === null)) return settings;
  const resolved = await app.configuration.resolve({
    ...request,
    cwd: cwd === undefined || cwd === null ? settings.cwd : app.absolutePath(cwd),
    model: model ?? settings.model,
    modelProvider: modelProvider ?? settings.modelProvider,
    config: { ...settings.overrides, ...config },
  });
  const isSandboxKept = sandbox === null && resolved.isWorkspaceTrusted !== false;
  return {
    ...resolved,
    ...(settings.collaboration === undefined ? {} : { collaboration: settings.collaboration }),
    effort: resolved.effort ?? settings.effort,
    approvalPolicy: approvalPolicy ?? settings.approvalPolicy,
    sandbox: isSandboxKept ? settings.sandbox : resolved.sandbox,
    baseInstructions: baseInstructions ?? settings.baseInstructions,
    developerInstructions: developerInstructions ?? settings.developerInstructions,
  };
}

/** What a client that joins must know beyond the answer: usage, open items with their text so far, open questions. */
function tellJoined({ connection, questions }: RequestContext, threads: ThreadTable, thread: LiveThread): void {
  const { tokenUsage } = thread.row;
  if (tokenUsage !== null) {
    const turnId =
      runningTurn(thread.state)?.id ?? thread.state.turns.at(-1)?.id ?? newestTurnId(threads, thread.id) ?? '';
    connection.notify({ method: 'thread/tokenUsage/updated', params: { threadId: thread.id, turnId, tokenUsage } });
  }
  if (!thread.isEphemeral) connection.notify(thread.goals.event(null));
  for (const open of thread.state.turns) {
    for (const item of openItems(open)) {
      connection.notify({
        method: 'item/started',
        params: { item, threadId: thread.id, turnId: open.id, startedAtMs: item.startedAtMs ?? 0 },
      });
    }
  }
  questions.askAgain(thread.id, connection);
}
