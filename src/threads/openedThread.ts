// What is known of a thread that is open in a window, and the ways to open one.
import type { RequestId } from '../../server/protocol/jsonrpc.ts';
import type {
  ApprovalRequest,
  ClientRequestInput,
  ClientRequestResult,
  QuestionRequest,
  ServerNotification,
} from '../../server/protocol/methods.ts';
import type { ThreadState } from '../../server/protocol/state/threadState.ts';
import type { ThreadWriter } from '../../server/protocol/threadWriter.ts';

/** What `thread/start`, `thread/resume` and `thread/fork` answer. */
export type OpenedThread = ClientRequestResult<'thread/start'>;

/** What a stored thread is opened or forked with, beside its id. */
export type OpenOverrides = Pick<ClientRequestInput<'thread/resume'>, 'approvalPolicy' | 'sandbox' | 'config'>;

/** A thread that is open in this window. */
export interface LoadedThread {
  readonly state: ThreadState;
  /** Fetches what is older than `state.turns` by `thread/turns/list`; null when there is nothing older. */
  readonly olderCursor: string | null;
  /** The server's answer when the thread was opened: model, provider, policies, folder. */
  readonly opened: OpenedThread;
  readonly writer: ThreadWriter;
}

/**
 * What happens when another process writes the thread that is opened: it is followed there; it is taken over, which is refused while a
 * turn runs there, unless by force; or, for `own`, opening it is refused.
 */
export type OpenHow = 'follow' | 'takeOver' | 'takeOverByForce' | 'own';

/** What the server is asked for it. */
export const HOW: Readonly<
  Record<OpenHow, Pick<ClientRequestInput<'thread/resume'>, 'follow' | 'takeover' | 'force'>>
> = {
  follow: { follow: true },
  takeOver: { takeover: true, force: false },
  takeOverByForce: { takeover: true },
  own: {},
};

/** A change of an open thread. `notification` is null when the state was loaded or closed by other means. */
export interface ThreadChange {
  readonly threadId: string;
  readonly state: ThreadState;
  readonly previous: ThreadState | null;
  readonly notification: ServerNotification | null;
}

/** A request of the server that waits for an answer, with the state of its thread. */
export interface RequestOpened {
  readonly threadId: string;
  readonly request: ApprovalRequest;
  readonly state: ThreadState;
}

/** A question of the agent that waits for the user. */
export interface QuestionOpened {
  readonly threadId: string;
  readonly request: QuestionRequest;
}

/** A request needs no answer any more: answered here, answered or ended elsewhere, or its server has gone. */
export interface RequestResolved {
  readonly threadId: string;
  readonly requestId: RequestId;
  readonly by: 'answer' | 'server' | 'disconnect';
}

export type AnswerOutcome = 'accepted' | 'tooLate';

/** What happens while a thread is on its way. */
export interface Loading {
  readonly missed: ServerNotification[];
  /** The requests that came meanwhile. */
  readonly asked: Set<RequestId>;
}

/** Whether what happens in the thread is heard. */
export function isJoined({ type }: ThreadWriter): boolean {
  return type === 'here' || type === 'elsewhere';
}
