// The extension's server: started when first wanted, kept running, restarted after a crash, ended in order.
import type { ServerStatus } from '../../server/protocol/chatBridge.ts';
import { ConnectionLost, ProtocolError } from '../../server/protocol/errors.ts';
import {
  isApproval,
  isQuestion,
  type ClientRequestInput,
  type ClientRequestMethod,
  type ClientRequestResult,
  type ServerNotification,
  type ServerRequest,
  type UserRequest,
} from '../../server/protocol/methods.ts';
import type { ClientPeer } from '../../server/rpc/peer.ts';
import { Emitter, type Disposable } from '../emitter.ts';
import type { Log } from '../log.ts';
import { nameOf, type ServerCommand } from './binaryPath.ts';
import { connect, EndedEarly, wordsOfStartFailure, type Connection } from './connection.ts';
import { wordsOfExit, type ProcessExit, type ServerProcess } from './process.ts';
import { RequestGate } from './requestGate.ts';
import { afterCrash } from './restartPolicy.ts';
import { isUnknownMethod, notOffered } from './unknownMethod.ts';
import type { TraceSink } from './wireTrace.ts';

export interface AgentServerOptions {
  /** Asked anew at each start: the ways to start the server, most wanted first. */
  readonly commands: () => readonly ServerCommand[];
  /** Asked at each start: an existing folder outside of any workspace. */
  readonly cwd: () => Promise<string>;
  readonly env: Readonly<NodeJS.ProcessEnv>;
  readonly clientVersion: string;
  readonly log: Log;
  readonly trace: TraceSink;
  readonly nowMs: () => number;
  readonly pause: (delayMs: number) => Promise<void>;
  /** Runs after the handshake and before anything else is sent, such as a login; its failure is logged. */
  readonly prepare: (peer: ClientPeer) => Promise<void>;
}

/** A command that could not be started, and the next one that is tried instead. */
export interface Fallback {
  readonly failed: string;
  readonly reason: string;
  readonly used: string;
}

/** Answers a request of the server. */
export type RequestHandler = (request: UserRequest) => Promise<unknown>;

export class AgentServer {
  readonly #options: AgentServerOptions;
  readonly #gate: RequestGate;
  readonly #statusChanged = new Emitter<ServerStatus>();
  readonly #connected = new Emitter<void>();
  readonly #disconnected = new Emitter<void>();
  readonly #notified = new Emitter<ServerNotification>();
  readonly #fellBack = new Emitter<Fallback>();
  readonly #failed = new Emitter<string>();
  #status: ServerStatus = { type: 'stopped', detail: 'The server has not been started yet.' };
  #ready = pendingPeer();
  #running: Promise<void> | null = null;
  #process: ServerProcess | null = null;
  #isStopping = false;
  #crashes: readonly number[] = [];
  /** Commands before this one could not be started. */
  #firstUsable = 0;
  /** The last one that served: when it ends before its handshake, that is one more crash and no reason for another. */
  #served: number | null = null;
  #handler: RequestHandler | null = null;
  /** What the server that runs has refused as unknown: it is not asked for again. */
  readonly #notOffered = new Set<ClientRequestMethod>();
  #isOwn = true;

  readonly onDidChangeStatus = this.#statusChanged.event;
  /** After each handshake, the first one included. */
  readonly onDidConnect = this.#connected.event;
  /** Once for each connection, as soon as it has ended, however that came about. */
  readonly onDidDisconnect = this.#disconnected.event;
  readonly onDidNotify = this.#notified.event;
  readonly onDidFallBack = this.#fellBack.event;
  /** It does not run any more and is not started again by itself; the words say why. */
  readonly onDidFail = this.#failed.event;

  constructor(options: AgentServerOptions) {
    this.#options = options;
    this.#gate = new RequestGate(options.pause);
  }

  get status(): ServerStatus {
    return this.#status;
  }

  /** False while the server is not Bowline's: then what only Bowline has is not offered to the user. */
  get isOwn(): boolean {
    return this.#isOwn;
  }

  /** Starts the server unless it runs. Returns at once; requests wait until it is ready. */
  start(): void {
    if (this.#running !== null) return;
    this.#isStopping = false;
    this.#setStatus({ type: 'starting', phase: 'Starting the server' });
    this.#running = this.#keepRunning().finally(() => {
      this.#running = null;
    });
  }

  /** Ends the server in order, if it runs, and starts it with a clean record. */
  async restart(): Promise<void> {
    await this.stop('The server is being restarted.');
    this.#crashes = [];
    this.#firstUsable = 0;
    this.#served = null;
    this.start();
  }

  /** Ends the server in order; resolves when its process is gone. */
  async stop(detail = 'The server was stopped.'): Promise<void> {
    this.#isStopping = true;
    await this.#process?.stop();
    await this.#running;
    this.#setStatus({ type: 'stopped', detail });
  }

  /**
   * Sends a request once the server is ready. Rejects with ProtocolError (the server said no) or ConnectionLost (it is not
   * running, or ended before it answered).
   */
  async request<M extends ClientRequestMethod>(
    method: M,
    params: ClientRequestInput<M>,
  ): Promise<ClientRequestResult<M>> {
    this.#refuseWhenStopped();
    const peer = await this.#ready.promise;
    if (this.#notOffered.has(method)) throw notOffered(method);
    try {
      return await this.#gate.pass(() => peer.request(method, params));
    } catch (error) {
      if (!isUnknownMethod(error)) throw error;
      if (!this.#notOffered.has(method)) this.#options.log.info(`The server does not offer ${method}.`);
      this.#notOffered.add(method);
      throw notOffered(method, error);
    }
  }

  /** Names the one that answers the server's requests. */
  answerRequests(handler: RequestHandler): Disposable {
    this.#handler = handler;
    return { dispose: () => void (this.#handler = null) };
  }

  async dispose(): Promise<void> {
    await this.stop();
    const emitters = [
      this.#statusChanged,
      this.#connected,
      this.#disconnected,
      this.#notified,
      this.#fellBack,
      this.#failed,
    ];
    for (const emitter of emitters) emitter.dispose();
  }

  async #keepRunning(): Promise<void> {
    for (;;) {
      const connection = await this.#connectAny();
      if (connection === null) return;
      if (typeof connection !== 'string' && this.#isStopping) {
        await connection.process.stop();
        return;
      }
      const reason = typeof connection === 'string' ? connection : wordsOfExit(await this.#serve(connection));
      this.#process = null;
      if (this.#isStopping || !(await this.#mayRestart(reason))) return;
    }
  }

  /** Lets requests through until the connection ends; resolves when the process is gone too. */
  async #serve({ peer, process, server }: Connection): Promise<ProcessExit> {
    this.#notOffered.clear();
    this.#isOwn = OWN_SERVER.test(server.userAgent);
    if (!this.#isOwn) this.#options.log.info(`This is not Bowline's own server: ${LACKING}`);
    this.#ready.resolve(peer);
    this.#served = this.#firstUsable;
    // at once: a request made from now on waits for the next connection
    const closed = peer.closed.then(() => {
      this.#ready = pendingPeer();
      this.#disconnected.fire();
    });
    this.#setStatus({ type: 'ready' });
    this.#connected.fire();
    await Promise.race([closed, process.exited]);
    const exit = await process.stop();
    peer.close();
    await closed;
    return exit;
  }

  /** Whether to go on after a crash; waits as long as the policy wants. */
  async #mayRestart(reason: string): Promise<boolean> {
    const { log, nowMs, pause } = this.#options;
    log.error(`The server ended unasked: ${reason}`);
    const decision = afterCrash(this.#crashes, nowMs());
    this.#crashes = decision.crashes;
    if (decision.type === 'stop') {
      const times = decision.crashes.length;
      this.#fail(
        `The server ended ${times} times within three minutes (${reason}). It is not started again by itself.`,
      );
      return false;
    }
    this.#setStatus({ type: 'restarting', detail: `The server ended unasked (${reason}) and is started again.` });
    await pause(decision.delayMs);
    return !this.#isStopping;
  }

  /**
   * The first command that starts. The reason in words when one that served before crashed at its start; null when none
   * starts, after the status says why.
   */
  async #connectAny(): Promise<Connection | string | null> {
    const { commands, log } = this.#options;
    const all = commands();
    if (all.length === 0) this.#fail('This installation of Bowline carries no server. Install the extension again.');
    for (let index = Math.min(this.#firstUsable, all.length - 1); index < all.length; index += 1) {
      const command = all[index];
      if (command === undefined || this.#isStopping) break;
      try {
        return await this.#connect(command);
      } catch (error) {
        this.#process = null;
        const reason = wordsOfStartFailure(error);
        log.error(`Could not start ${nameOf(command)}: ${reason}`);
        if (error instanceof EndedEarly && index === this.#served) return reason;
        const next = all[index + 1];
        if (next === undefined) this.#fail(`The server could not be started: ${nameOf(command)}: ${reason}`);
        else this.#fallBack(index + 1, { failed: nameOf(command), reason, used: nameOf(next) });
      }
    }
    return null;
  }

  async #connect(command: ServerCommand): Promise<Connection> {
    const { cwd, env, clientVersion, log, trace, prepare } = this.#options;
    log.info(`Starting ${nameOf(command)}: ${[command.command, ...command.args].join(' ')}`);
    const connection = await connect(command, {
      cwd: await cwd(),
      env,
      clientVersion,
      log,
      trace,
      onNotification: (notification) => this.#notified.fire(notification),
      onRequest: (request) => this.#ask(request),
      onProcess: (process) => void (this.#process = process),
    });
    await prepare(connection.peer).catch((error: unknown) => log.error(`After the handshake: ${String(error)}`));
    return connection;
  }

  #fallBack(index: number, fallback: Fallback): void {
    this.#firstUsable = index;
    this.#options.log.warn(`Falling back to ${fallback.used}`);
    this.#fellBack.fire(fallback);
  }

  async #ask(request: ServerRequest): Promise<unknown> {
    if (!isApproval(request) && !isQuestion(request))
      throw new ProtocolError('methodNotFound', `This client does not answer ${request.method}.`);
    if (this.#handler === null) throw new ProtocolError('internalError', 'This client answers no requests.');
    return await this.#handler(request);
  }

  #fail(detail: string): void {
    if (this.#isStopping) return;
    this.#setStatus({ type: 'stopped', detail });
    this.#failed.fire(detail);
  }

  #refuseWhenStopped(): void {
    if (this.#status.type === 'stopped')
      throw new ConnectionLost(`Bowline's server is not running. ${this.#status.detail}`);
  }

  #setStatus(status: ServerStatus): void {
    this.#status = status;
    if (status.type === 'stopped') {
      // whoever waits for a ready server is told, and the next to wait finds a fresh promise
      this.#ready.reject(new ConnectionLost(`Bowline's server is not running. ${status.detail}`));
      this.#ready = pendingPeer();
    }
    this.#statusChanged.fire(status);
  }
}

/** How Bowline's server names itself, behind the name of the client. */
const OWN_SERVER = / bowline\/\d/;
const LACKING = 'rules, rehearsals, restored files, kept files and following another window are not offered.';

function pendingPeer(): PromiseWithResolvers<ClientPeer> {
  const pending = Promise.withResolvers<ClientPeer>();
  // nobody may be waiting when it is rejected
  pending.promise.catch(() => undefined);
  return pending;
}
