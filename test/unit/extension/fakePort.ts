// A server that a test writes by hand: answers by method, says what it is told to say, remembers what it was asked.
import type { ServerStatus } from '../../../server/protocol/chatBridge.ts';
import type {
  ClientRequestMethod,
  ServerNotification,
  ApprovalRequest,
  UserRequest,
} from '../../../server/protocol/methods.ts';
import type { Thread } from '../../../server/protocol/schema/thread.ts';
import type { Turn } from '../../../server/protocol/schema/turn.ts';
import type { RequestHandler } from '../../../src/agentServer/client.ts';
import { Emitter } from '../../../src/emitter.ts';
import type { Log } from '../../../src/log.ts';
import type { Settings } from '../../../src/settings.ts';
import type { ServerPort } from '../../../src/threads/serverPort.ts';
import type { OpenedThread } from '../../../src/threads/openedThread.ts';

type Answers = Partial<Record<ClientRequestMethod, (params: Record<string, unknown>) => unknown>>;

export class FakePort {
  readonly asked: { readonly method: string; readonly params: unknown }[] = [];
  readonly answers: Answers;
  readonly notified = new Emitter<ServerNotification>();
  readonly connected = new Emitter<void>();
  readonly disconnected = new Emitter<void>();
  readonly statusChanged = new Emitter<ServerStatus>();
  status: ServerStatus = { type: 'ready' };
  isOwn = true;
  handler: RequestHandler | null = null;

  constructor(answers: Answers = {}) {
    this.answers = answers;
  }

  /** The same object with the types of the real thing. */
  get port(): ServerPort & {
    readonly status: ServerStatus;
    readonly onDidChangeStatus: Emitter<ServerStatus>['event'];
  } {
    const request = async (method: ClientRequestMethod, params: unknown): Promise<unknown> => {
      this.asked.push({ method, params });
      const answer = this.answers[method];
      if (answer === undefined) return {};
      return await answer(params as Record<string, unknown>);
    };
    return {
      request: request as ServerPort['request'],
      onDidNotify: this.notified.event,
      onDidConnect: this.connected.event,
      onDidDisconnect: this.disconnected.event,
      onDidChangeStatus: this.statusChanged.event,
      status: this.status,
      isOwn: this.isOwn,
      answerRequests: (handler) => {
        this.handler = handler;
        return { dispose: () => undefined };
      },
    };
  }

  /** Sends a request of the server; resolves with the client's answer. */
  ask(request: UserRequest): Promise<unknown> {
    if (this.handler === null) throw new Error('nobody answers requests');
    return this.handler(request);
  }

  say(notification: ServerNotification): void {
    this.notified.fire(notification);
  }

  methods(): string[] {
    return this.asked.map(({ method }) => method);
  }
}

export const QUIET: Log = { trace: ignore, debug: ignore, info: ignore, warn: ignore, error: ignore };

function ignore(): void {
  // a test that cares about the log brings its own
}

/** Nothing is set. */
export const SETTINGS: Settings = {
  serverPath: '',
  traceServer: 'off',
  model: null,
  modelProvider: null,
  reasoningEffort: null,
  approvalPolicy: null,
  sandbox: null,
  network: 'ask',
  tripwiresOff: [],
  approvalsPresentation: 'modal',
  desktopNotification: true,
  followUp: 'steer',
  openDiffsWhileStreaming: true,
  localServers: [],
};

export function thread(id: string, more: Partial<Thread> = {}): Thread {
  return {
    id,
    sessionId: id,
    forkedFromId: null,
    parentThreadId: null,
    preview: `ask ${id}`,
    ephemeral: false,
    section: null,
    sectionEnteredAt: null,
    projectId: null,
    historyMode: 'paginated',
    modelProvider: 'mock',
    model: 'm1',
    reasoningEffort: null,
    createdAt: 1_000,
    updatedAt: 1_000,
    recencyAt: null,
    status: { type: 'idle' },
    path: null,
    cwd: '/w',
    cliVersion: '0',
    originator: null,
    source: 'vscode',
    threadSource: null,
    agentNickname: null,
    agentRole: null,
    gitInfo: null,
    name: null,
    turns: [],
    ...more,
  };
}

export function turn(id: string, more: Partial<Turn> = {}): Turn {
  return {
    id,
    rootTurnId: null,
    items: [],
    itemsView: 'full',
    status: 'completed',
    error: null,
    startedAt: 1_000,
    completedAt: 1_001,
    durationMs: 1_000,
    ...more,
  };
}

export function opened(id: string, more: Partial<Thread> = {}): OpenedThread {
  return {
    thread: thread(id, more),
    model: 'm1',
    modelProvider: 'mock',
    serviceTier: null,
    disabledPluginIds: [],
    cwd: '/w',
    instructionSources: [],
    approvalPolicy: 'on-request',
    approvalsReviewer: 'user',
    sandbox: { type: 'dangerFullAccess' },
    reasoningEffort: null,
  };
}

export function message(id: string, text: string, isOpen = false): Turn['items'][number] {
  return {
    type: 'agentMessage',
    id,
    text,
    phase: null,
    moderation: null,
    memoryCitation: null,
    delivery: null,
    questions: null,
    startedAtMs: 1,
    completedAtMs: isOpen ? null : 2,
  };
}

export function approval(id: string | number, threadId: string): ApprovalRequest {
  return {
    id,
    method: 'item/commandExecution/requestApproval',
    params: {
      kind: 'command',
      threadId,
      turnId: 't1',
      itemId: 'i1',
      startedAtMs: 1,
      environmentId: null,
      command: 'ls',
    },
  };
}
