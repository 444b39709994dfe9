// What the chat page and its host say to each other: the protocol's own messages, carried as they are, and a few services of the host.
import type { AnsweredQuestions } from './answeredQuestions.ts';
import type { RequestId } from './jsonrpc.ts';
import type {
  ClientRequestInput,
  ClientRequestMethod,
  ClientRequestResult,
  ServerNotification,
  UserRequest,
} from './methods.ts';
import type { Rehearsal, SandboxReadResult } from './schema/safety.ts';
import type { ThreadState } from './state/threadState.ts';
import type { ThreadWriter } from './threadWriter.ts';

/** How the host's connection to the server stands. `detail` says in words what to do. */
export type ServerStatus =
  | { readonly type: 'starting'; readonly phase: string }
  | { readonly type: 'ready' }
  | { readonly type: 'restarting'; readonly detail: string }
  | { readonly type: 'stopped'; readonly detail: string };

/** Why a file is kept from the model: its name says that it holds secrets, or a `.bowlineignore` names it. */
export type KeptBy = 'name' | 'ignoreFile';

/** Something of the editor that goes along with a message. Lines from 1, inclusive. `keptBy`: the user attached it all the same. */
export type Attachment =
  | { readonly type: 'file'; readonly path: string; readonly name: string; readonly keptBy?: KeptBy }
  | {
      readonly type: 'selection';
      readonly path: string;
      readonly name: string;
      readonly startLine: number;
      readonly endLine: number;
      readonly text: string;
      readonly keptBy?: KeptBy;
    }
  | { readonly type: 'image'; readonly url: string; readonly name: string };

/** What stands unsent in the composer of a thread ("" is the composer of a thread that does not exist yet). */
export interface Draft {
  readonly text: string;
  readonly attachments: readonly Attachment[];
  /** The id the message will carry as `clientUserMessageId`: a draft whose id is already in the thread was delivered. */
  readonly messageId?: string;
  /** Unix milliseconds of the last change: of two copies of a draft the newer one counts. */
  readonly savedAtMs?: number;
}

/** An OpenAI-compatible server that answers on this machine. */
export interface LocalServer {
  readonly name: string;
  readonly baseUrl: string;
  readonly models: readonly string[];
}

/** Where an item stands. */
export interface ItemPlace {
  readonly threadId: string;
  readonly turnId: string;
  readonly itemId: string;
}

/** How the model is chosen: the provider in force, and whether it is the built-in tour. */
export interface ModelChoice {
  readonly provider: string;
  readonly providerName: string;
  readonly model: string;
  readonly isDemo: boolean;
}

/** What Enter does with a message while the agent works: the agent reads it at its next step, or it waits until the turn has ended. */
export type FollowUp = 'steer' | 'queue';

/** How safely the agent works here. */
export interface SafetyFacts {
  /** Whether commands can be contained; null until the server has said so. */
  readonly sandbox: SandboxReadResult | null;
  /** `restricted`: not trusted, the agent may only read. `lifting`: trusted by now; open threads follow once no turn runs. */
  readonly trust: 'trusted' | 'restricted' | 'lifting';
  /** The commands of the thread that is shown, or of the next new one, run outside of any sandbox. */
  readonly hasFullAccess: boolean;
}

export type WorkMode = 'plan' | 'default';

/** Whether the agent plans or acts in the thread that is shown, or in the next new one. */
export interface ModeFacts {
  /** False when the server has no plan mode, or has not said yet. */
  readonly isAvailable: boolean;
  readonly mode: WorkMode;
  /** The running turn began in the other mode, and keeps it to its end. */
  readonly fromNextTurn: boolean;
}

/** The host's own services: method -> params and result. `null` stands for nothing. */
export interface HostServices {
  /** Opens a file in the editor, at a line if one is given. */
  openFile: { params: { path: string; line?: number }; result: null };
  /** Opens the diff of a patch item: of one file, or of the first. */
  openDiff: { params: { threadId: string; turnId: string; itemId: string; path?: string }; result: null };
  /** Opens the files that a rehearsal changed, each before and after. */
  openRehearsal: { params: { rehearsal: Rehearsal }; result: null };
  /** Opens all files of the turn in the multi-file diff editor. */
  reviewChanges: { params: { threadId: string; turnId: string }; result: null };
  /** Files of the workspace whose path fits what was typed after `@`, best first, at most 50. `keptBy`: kept from the model. */
  completeFiles: {
    params: { query: string };
    result: readonly { path: string; name: string; folder: string; keptBy?: KeptBy }[];
  };
  /** The files as attachments; asks the user about each that is kept from the model, and leaves it out on a no. */
  attachFiles: { params: { paths: readonly string[] }; result: readonly Attachment[] };
  /** The selection of the active editor; null when there is none. */
  currentSelection: { params: null; result: Attachment | null };
  /** Lets the user pick files to attach. */
  pickFiles: { params: null; result: readonly Attachment[] };
  /** Remembers a draft beyond the page's life. */
  saveDraft: { params: { threadId: string; draft: Draft }; result: null };
  /** Shows a thread in this page: loads it if need be. `null` starts a new, empty conversation. */
  showThread: { params: { threadId: string | null }; result: null };
  /** Opens the thread with the given turn as its last as a new thread, and shows it. */
  forkAt: { params: { threadId: string; lastTurnId: string }; result: null };
  /** Puts the files back to how they were before the turn, after the user has seen what that does. */
  restoreFiles: { params: { threadId: string; turnId: string }; result: null };
  /** Asks for an OpenAI key and stores it; false when the user gave none. */
  setApiKey: { params: null; result: boolean };
  /** Looks for model servers on the usual local ports. Called only while the first-run page is open. */
  findLocalServers: { params: null; result: readonly LocalServer[] };
  /** Makes a local server the provider. */
  chooseLocalServer: { params: { baseUrl: string; name: string; model: string }; result: null };
  /** Plans or acts from the next turn on, in the thread that is shown or in the next new one. */
  setMode: { params: { mode: WorkMode }; result: null };
  /** Opens the provider and model picker. */
  pickModel: { params: null; result: null };
  /** Lets the user open a folder to work in. */
  openFolder: { params: null; result: null };
  /** Opens the editor's own page about trust in this workspace. */
  manageTrust: { params: null; result: null };
  /** Runs one of Bowline's own commands. */
  runCommand: { params: { command: `bowline.${string}` }; result: null };
  copyText: { params: { text: string }; result: null };
  openLink: { params: { url: string }; result: null };
}

export type HostMethod = keyof HostServices;

/** From the page to its host. Each `call` and `request` is answered by a `reply` with the same `id`. */
export type PageMessage =
  | { readonly kind: 'ready' }
  | {
      [M in ClientRequestMethod]: {
        readonly kind: 'request';
        readonly id: number;
        readonly method: M;
        readonly params: ClientRequestInput<M>;
      };
    }[ClientRequestMethod]
  | { readonly kind: 'answer'; readonly threadId: string; readonly requestId: RequestId; readonly result: unknown }
  | {
      [M in HostMethod]: {
        readonly kind: 'call';
        readonly id: number;
        readonly method: M;
        readonly params: HostServices[M]['params'];
      };
    }[HostMethod];

/** Everything the page needs to draw itself anew, sent after `ready` and whenever another thread is shown. */
export interface PageSnapshot {
  /** The thread shown; null for a new conversation. */
  readonly thread: ThreadState | null;
  /** The thread that was shown and exists no more: what stands in its composer goes over to the new conversation. */
  readonly goneThreadId?: string;
  readonly writer: ThreadWriter;
  /** Whether older turns exist that `thread.turns` does not hold; fetch them by `thread/turns/list` with `olderCursor`. */
  readonly olderCursor: string | null;
  readonly draft: Draft;
  readonly status: ServerStatus;
  readonly model: ModelChoice | null;
  /** Folders of the workspace, absolute; empty when no folder is open. */
  readonly workspaceFolders: readonly string[];
  /** No key and no provider are configured: the first-run page is shown. */
  readonly firstRun: boolean;
  readonly safety: SafetyFacts;
  readonly mode: ModeFacts;
  /** What the agent asked in this thread and the user answered here, oldest first. */
  readonly answered: readonly AnsweredQuestions[];
  readonly followUp: FollowUp;
}

/** From the host to the page. */
export type HostMessage =
  | { readonly kind: 'snapshot'; readonly snapshot: PageSnapshot }
  | { readonly kind: 'notification'; readonly notification: ServerNotification }
  /** Several at once, in order: one message per delta would choke the page. */
  | { readonly kind: 'notifications'; readonly notifications: readonly ServerNotification[] }
  | { readonly kind: 'serverRequest'; readonly request: UserRequest }
  | { readonly kind: 'status'; readonly status: ServerStatus }
  | { readonly kind: 'model'; readonly model: ModelChoice | null; readonly firstRun: boolean }
  | { readonly kind: 'safety'; readonly safety: SafetyFacts }
  | { readonly kind: 'mode'; readonly mode: ModeFacts }
  /** Brings an open question of the thread into sight, with the focus on it. */
  | { readonly kind: 'showQuestion'; readonly requestId: RequestId }
  | { readonly kind: 'followUp'; readonly followUp: FollowUp }
  | { readonly kind: 'writer'; readonly writer: ThreadWriter }
  /** Brings an item of the thread into sight, wherever in its history it is. */
  | ({ readonly kind: 'showItem' } & ItemPlace)
  /** Shows what the model sees in the newest turn. */
  | { readonly kind: 'showContext' }
  | { readonly kind: 'attach'; readonly attachment: Attachment }
  | { readonly kind: 'focusComposer' }
  /** An answer of the page came too late; the user is told. */
  | { readonly kind: 'answerDiscarded'; readonly requestId: RequestId; readonly reason: string }
  | { readonly kind: 'reply'; readonly id: number; readonly result: unknown }
  | {
      readonly kind: 'reply';
      readonly id: number;
      readonly error: { readonly code: number; readonly message: string };
    };

/** The result a page's request resolves to. */
export type RequestReply<M extends ClientRequestMethod> = ClientRequestResult<M>;
