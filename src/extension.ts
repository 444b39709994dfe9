// Activates the extension: builds its rooms, connects them, registers them; the only composition root of the client.
import { setTimeout as pause } from 'node:timers/promises';
import * as vscode from 'vscode';
import { messageOf } from '../server/protocol/errors.ts';
import { runningTurn } from '../server/protocol/state/select.ts';
import { buildServer } from './agentServer/build.ts';
import type { AgentServer } from './agentServer/client.ts';
import { showServerNotices } from './agentServer/notices.ts';
import { LinkNotifications } from './approvals/linkNotification.ts';
import { buildApprovals, type ApprovalsRoom } from './approvals/room.ts';
import { ChatView } from './chat/chatView.ts';
import { chatCommands } from './chat/commands.ts';
import { restoreCommands, restoreFiles } from './checkpoints/restoreFiles.ts';
import { connectPage, workspaceFolders, type PageFeatures } from './chat/connectPage.ts';
import { Drafts } from './chat/drafts.ts';
import { FileCompletion } from './chat/editorContext.ts';
import { keptFiles } from './chat/keptQuestion.ts';
import type { DiffServices, ModelServices } from './chat/hostServices.ts';
import { ShownThread } from './chat/shownThread.ts';
import { registerCommands, tellFailure, type Commands } from './commands.ts';
import { setContexts } from './contexts.ts';
import { registerDiffs } from './diffs/commands.ts';
import { showMenu } from './menu.ts';
import { setApiKey, signOut } from './models/apiKey.ts';
import { pickModel, useLocalServer } from './models/modelPicker.ts';
import { ModelState } from './models/modelState.ts';
import { planCommands } from './plan/commands.ts';
import { PlanMode } from './plan/planMode.ts';
import { AnswerMemory } from './questions/answerMemory.ts';
import { questionCommands, showQuestion } from './questions/commands.ts';
import { QuestionAlerts } from './questions/questionAlerts.ts';
import { reviewCommands } from './review/commands.ts';
import { ReviewFindings } from './review/findings.ts';
import type { PageRooms, Rooms } from './rooms.ts';
import { ruleCommands } from './rules/commands.ts';
import { RuleList } from './rules/ruleList.ts';
import { RuleTree } from './rules/ruleTree.ts';
import { buildLimits, type Limits } from './sandbox/build.ts';
import { showSandbox } from './sandbox/showSandbox.ts';
import { onDidChangeSettings, readSettings } from './settings.ts';
import { StatusBar } from './statusBar.ts';
import type { StatusFacts } from './statusLook.ts';
import { forkThread, openThread, threadCommands } from './threads/commands.ts';
import { isHeldElsewhere } from './threads/heldElsewhere.ts';
import { importThreads, offerThreads } from './threads/importThreads.ts';
import { searchThreads } from './threads/searchThreads.ts';
import { ThreadList } from './threads/threadList.ts';
import { ThreadStore } from './threads/threadStore.ts';
import { ThreadTree } from './threads/threadTree.ts';
import { buildPendingDeletes } from './threads/undoMessage.ts';

const SHOWN_THREAD = 'bowline.shownThread';
const RESTORE_ATTEMPTS = 4;
const RESTORE_PAUSE_MS = 500;

let server: AgentServer | null = null;
let restoring: Promise<void> | null = null;

/** What the extension tells other extensions, and its tests. */
export interface BowlineApi {
  /** The extension's own time in its activation, in milliseconds. */
  readonly activationMs: number;
}

export function activate(context: vscode.ExtensionContext): BowlineApi {
  const startedAt = performance.now();
  const log = vscode.window.createOutputChannel('Bowline', { log: true });
  context.subscriptions.push(log);
  try {
    const rooms: Rooms = buildRooms(context, log, () => diffs);
    server = rooms.server;
    const diffs = registerDiffs(rooms);
    const showThread = (threadId: string): Promise<void> => openThread(rooms, threadId);
    const asking = { store: rooms.store, chat: rooms.chat, showThread };
    const approvals = buildApprovals(rooms, {
      diffs,
      folders: workspaceFolders,
      showThread,
      showQuestion: (request) => showQuestion(asking, request),
    });
    follow(rooms, approvals);
    context.subscriptions.push(diffs, approvals, ...alertOfQuestions(rooms));
    const restore = restoreCommands({ server: rooms.server, shown: rooms.shown, viewer: diffs });
    const findings = new ReviewFindings(rooms.store);
    context.subscriptions.push(findings);
    const reviews = reviewCommands({ rooms, findings, folders: workspaceFolders });
    const commands = {
      ...allCommands(rooms, approvals),
      ...approvals.commands,
      ...questionCommands(asking),
      ...restore,
      ...reviews,
    };
    context.subscriptions.push(registerCommands(commands, log));
    rooms.server.start();
  } catch (error) {
    log.error(`Activation failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    void tellFailure(`the extension could not be started: ${messageOf(error)}`, log);
    throw error;
  }
  const activationMs = performance.now() - startedAt;
  log.info(`Activated in ${activationMs.toFixed(1)} ms`);
  return { activationMs };
}

/** Ends the server in order: it puts running turns away as interrupted, so that they can be continued. */
export async function deactivate(): Promise<void> {
  await server?.dispose();
  server = null;
}

function buildRooms(context: vscode.ExtensionContext, log: vscode.LogOutputChannel, diffs: () => DiffServices): Rooms {
  const own = <T extends vscode.Disposable>(owned: T): T => {
    context.subscriptions.push(owned);
    return owned;
  };
  const agentServer = buildServer(context, log);
  const store: ThreadStore = own(new ThreadStore(agentServer, log, (threadId) => limits.opening(threadId)));
  const models = own(new ModelState(agentServer, readSettings, log));
  const { sandbox, limits }: Limits = own(
    buildLimits({ context, log, server: agentServer, store, models, folders: workspaceFolders }),
  );
  const memory = context.workspaceState;
  const shownMemory = {
    load: () => memory.get<string>(SHOWN_THREAD) ?? null,
    save: async (threadId: string | null) => await memory.update(SHOWN_THREAD, threadId ?? undefined),
  };
  const parts: PageRooms = {
    context,
    log,
    server: agentServer,
    store,
    settings: readSettings,
    list: own(new ThreadList(agentServer, workspaceFolders)),
    deletes: own(buildPendingDeletes(memory, agentServer)),
    shown: own(new ShownThread(store, shownMemory, log)),
    models,
    sandbox,
    limits,
    plan: own(new PlanMode({ server: agentServer, store, models, log })),
    answers: new AnswerMemory(memory, store, log),
    kept: keptFiles(),
    rules: own(new RuleList({ server: agentServer, cwd: rulesFolder, log })),
    drafts: new Drafts(memory),
    files: own(new FileCompletion()),
  };
  const chat = own(buildChat(parts, diffs));
  return { ...parts, chat };
}

/** Rules of a workspace that is not trusted do not count. */
function rulesFolder(): string | null {
  return vscode.workspace.isTrusted ? (workspaceFolders()[0] ?? null) : null;
}

function buildChat(parts: PageRooms, diffs: () => DiffServices): ChatView {
  const { context, log, shown } = parts;
  const chat: ChatView = new ChatView({
    extensionUri: context.extensionUri,
    shown,
    log,
    connect: async (post) => {
      const rooms: Rooms = { ...parts, chat };
      const forkAt = (threadId: string, lastTurnId: string): Promise<void> => forkThread(rooms, threadId, lastTurnId);
      const restore: PageFeatures['restoreFiles'] = (turn) =>
        restoreFiles(turn, { server: parts.server, viewer: diffs() });
      const reopen = (threadId: string): Promise<void> => openThread(rooms, threadId);
      const features = { diffs: diffs(), models: modelServices(rooms), forkAt, restoreFiles: restore, reopen };
      const bridge = await connectPage(parts, features, post);
      restoreThread(rooms);
      return bridge;
    },
  });
  return chat;
}

/** Points to questions that the chat does not show. */
function alertOfQuestions({ store, chat, shown, log }: Rooms): vscode.Disposable[] {
  const notifications = new LinkNotifications();
  const failed = (error: unknown): void => log.error(`A question could not be pointed to: ${messageOf(error)}`);
  return [
    notifications,
    new QuestionAlerts({ store, chat, onDidShowThread: shown.onDidChange, notifications, failed }),
  ];
}

/** Keeps what is on screen outside the chat in step with the server and the threads. */
function follow(rooms: Rooms, approvals: ApprovalsRoom): void {
  const { context, log, server: agentServer, store, shown, models, list, deletes, chat } = rooms;
  const statusBar = new StatusBar(() => statusFacts(rooms, approvals));
  const update = (): void => {
    statusBar.update();
    updateContexts(rooms, approvals);
  };
  context.subscriptions.push(
    statusBar,
    showServerNotices(agentServer, log),
    new ThreadTree({ list, deletes, shown, log }),
    new RuleTree(rooms.rules, log),
    agentServer.onDidChangeStatus(update),
    models.onDidChange(update),
    shown.onDidChange(update),
    approvals.onDidCount(update),
    store.onDidCloseThread(update),
    store.onDidChangeThread(({ notification }) => {
      if (notification === null || notification.method.startsWith('turn/') || notification.method === 'thread/started')
        update();
    }),
    agentServer.onDidConnect(() => {
      void deletes.resume();
      offerThreads({ ...rooms, memory: context.globalState });
      if (chat.isOpen) restoreThread(rooms);
      if (list.isLoaded) void list.refresh().catch((error: unknown) => log.warn(messageOf(error)));
    }),
    onDidChangeSettings((affects) => {
      models.settingsChanged();
      if (affects('server.path')) void offerRestart(rooms);
    }),
  );
  update();
}

/** Opens the thread that this workspace showed last; once, though page and server may come up at the same moment. */
function restoreThread(rooms: Rooms): void {
  restoring ??= reopenShown(rooms)
    .catch((error: unknown) => void tellFailure(messageOf(error), rooms.log))
    .finally(() => {
      restoring = null;
    });
}

/** When another process writes the thread, it is followed there. */
async function reopenShown({ shown, log, ...rooms }: Rooms): Promise<void> {
  const threadId = shown.id;
  for (let attempt = 1; attempt <= RESTORE_ATTEMPTS; attempt += 1) {
    try {
      await shown.restore();
      return;
    } catch (error) {
      log.warn(`The thread that was shown last could not be opened: ${messageOf(error)}`);
      if (!isHeldElsewhere(error)) return;
      // after a reload of the window its former server may need a moment to go
      await pause(RESTORE_PAUSE_MS);
    }
  }
  if (threadId === null || shown.id !== threadId) return;
  try {
    await shown.show(threadId);
  } catch {
    // what helps is offered to the user, over a page that can be used
    await shown.show(null);
    await openThread({ shown, ...rooms }, threadId);
  }
}

function allCommands(rooms: Rooms, approvals: ApprovalsRoom): Commands {
  const { context, log, server: agentServer, chat, models } = rooms;
  return {
    ...threadCommands(rooms),
    ...chatCommands(chat, rooms.kept),
    ...ruleCommands(rooms.rules),
    ...planCommands(rooms),
    'bowline.searchThreads': () =>
      searchThreads({ ...rooms, folders: workspaceFolders, showThread: (threadId) => openThread(rooms, threadId) }),
    'bowline.importThreads': () => importThreads({ ...rooms, memory: context.globalState }),
    'bowline.showSandbox': () => showSandbox(rooms.sandbox),
    'bowline.setApiKey': () => setApiKey(agentServer, context.secrets),
    'bowline.signOut': () => signOut(agentServer, context.secrets),
    'bowline.pickModel': () => modelServices(rooms).pickModel(),
    'bowline.restartServer': () => agentServer.restart(),
    'bowline.showLog': () => log.show(),
    'bowline.showMenu': () => showMenu(statusFacts(rooms, approvals), rooms.sandbox.value),
    'bowline.refreshModels': () => models.refresh(),
    'bowline.openSettings': () =>
      vscode.commands.executeCommand('workbench.action.openSettings', `@ext:${context.extension.id}`),
    'bowline.openWalkthrough': () =>
      vscode.commands.executeCommand(
        'workbench.action.openWalkthrough',
        `${context.extension.id}#bowline.start`,
        false,
      ),
  };
}

function modelServices({ context, server: agentServer, models, shown }: Rooms): ModelServices {
  return {
    setApiKey: () => setApiKey(agentServer, context.secrets),
    chooseLocalServer: (params) => useLocalServer(params),
    pickModel: () => pickModel(agentServer, models, { threadId: shown.id, thread: shown.loaded?.opened }),
  };
}

function statusFacts({ server: agentServer, store, shown, models }: Rooms, approvals: ApprovalsRoom): StatusFacts {
  return {
    server: agentServer.status,
    model: models.choice(shown.id, shown.loaded?.opened),
    running: store.all().filter((state) => runningTurn(state) !== undefined).length,
    waiting: approvals.counts,
  };
}

function updateContexts({ server: agentServer, shown, models }: Rooms, { counts }: ApprovalsRoom): void {
  const state = shown.loaded?.state;
  setContexts({
    'bowline.serverReady': agentServer.status.type === 'ready',
    'bowline.turnRunning': state !== undefined && runningTurn(state) !== undefined,
    'bowline.hasThread': shown.id !== null,
    'bowline.signedIn': models.defaults?.hasAccount === true,
    'bowline.hasApprovals': counts.all > 0,
    'bowline.hasHarmless': counts.harmless > 0,
    'bowline.isOtherServer': !agentServer.isOwn,
  });
}

async function offerRestart({ server: agentServer, store }: Rooms): Promise<void> {
  const isBusy = store.all().some((state) => runningTurn(state) !== undefined);
  const restart = 'Restart Server';
  const message = 'Bowline: another server program was set.';
  if (
    isBusy &&
    (await vscode.window.showInformationMessage(`${message} Restarting stops running turns.`, restart)) !== restart
  )
    return;
  await agentServer.restart();
}
