// The page's one way out: numbers its calls and requests, and matches the host's replies to them.
import type { HostMessage, HostMethod, HostServices, RequestReply } from '../server/protocol/chatBridge.ts';
import type { ClientRequestInput, ClientRequestMethod, UserRequest } from '../server/protocol/methods.ts';

/** Carries messages between the page and whatever hosts it, and keeps the page's own state across a reload. */
export interface Channel {
  post(message: object): void;
  /** Calls the listener for each message of the host; answers how to stop. */
  listen(listener: (message: unknown) => void): () => void;
  load(): unknown;
  save(state: object): void;
}

/** What the host says unasked. */
export type HostEvent = Exclude<HostMessage, { kind: 'reply' }>;

export interface Bridge {
  /** Asks a service of the host. @throws BridgeError when the host refuses */
  call<M extends HostMethod>(method: M, params: HostServices[M]['params']): Promise<HostServices[M]['result']>;
  /** Sends a request to the server. @throws BridgeError when the server refuses, or the connection ends */
  request<M extends ClientRequestMethod>(method: M, params: ClientRequestInput<M>): Promise<RequestReply<M>>;
  /** Answers a request of the server; whether it came in time is said by `serverRequest/resolved` or `answerDiscarded`. */
  answer(request: UserRequest, result: object): void;
  /** Starts listening, and tells the host that the page can take its first snapshot. */
  start(listener: (event: HostEvent) => void): () => void;
  load(): unknown;
  save(state: object): void;
}

/** The host or the server answered "no"; `message` says what to do. */
export class BridgeError extends Error {
  override readonly name = 'BridgeError';
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

type Waiting = { resolve(result: unknown): void; reject(error: BridgeError): void };

export function createBridge(channel: Channel): Bridge {
  const waiting = new Map<number, Waiting>();
  let lastId = 0;

  const ask = (message: object): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const id = ++lastId;
      waiting.set(id, { resolve, reject });
      channel.post({ ...message, id });
    });

  const settle = (reply: Extract<HostMessage, { kind: 'reply' }>): void => {
    const asked = waiting.get(reply.id);
    waiting.delete(reply.id);
    if ('error' in reply) asked?.reject(new BridgeError(reply.error.code, reply.error.message));
    else asked?.resolve(reply.result);
  };

  return {
    call: async (method, params) => trusted(await ask({ kind: 'call', method, params })),
    request: async (method, params) => trusted(await ask({ kind: 'request', method, params })),
    answer: (request, result) =>
      channel.post({ kind: 'answer', threadId: request.params.threadId, requestId: request.id, result }),
    start: (listener) => {
      const stop = channel.listen((message) => {
        if (!isHostMessage(message)) return;
        if (message.kind === 'reply') settle(message);
        else listener(message);
      });
      channel.post({ kind: 'ready' });
      return stop;
    },
    load: () => channel.load(),
    save: (state) => channel.save(state),
  };
}

const KINDS: Record<HostMessage['kind'], true> = {
  snapshot: true,
  notification: true,
  notifications: true,
  serverRequest: true,
  status: true,
  model: true,
  safety: true,
  mode: true,
  showQuestion: true,
  followUp: true,
  writer: true,
  showItem: true,
  showContext: true,
  attach: true,
  focusComposer: true,
  answerDiscarded: true,
  reply: true,
};

function isHostMessage(message: unknown): message is HostMessage {
  return (
    typeof message === 'object' &&
    message !== null &&
    'kind' in message &&
    typeof message.kind === 'string' &&
    Object.hasOwn(KINDS, message.kind)
  );
}

/** Takes a reply for what its method promises: the host has parsed it at its own door. */
function trusted<T>(value: unknown): T {
  if (isTrusted<T>(value)) return value;
  throw new BridgeError(0, 'The editor sent an answer that Bowline does not understand. Reload the window.');
}

function isTrusted<T>(value: unknown): value is T {
  return value !== undefined;
}
