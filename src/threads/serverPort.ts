// What the threads need of a server: the part of AgentServer that a test can stand in for.
import type {
  ClientRequestInput,
  ClientRequestMethod,
  ClientRequestResult,
  ServerNotification,
} from '../../server/protocol/methods.ts';
import type { RequestHandler } from '../agentServer/client.ts';
import type { Disposable, Event } from '../emitter.ts';

export interface ServerPort {
  request<M extends ClientRequestMethod>(method: M, params: ClientRequestInput<M>): Promise<ClientRequestResult<M>>;
  readonly onDidNotify: Event<ServerNotification>;
  readonly onDidConnect: Event<void>;
  readonly onDidDisconnect: Event<void>;
  answerRequests(handler: RequestHandler): Disposable;
  /** False while the server is not Bowline's; where it is not said, it is. */
  readonly isOwn?: boolean;
}
