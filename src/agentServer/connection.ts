// One connection: a process that has been started, has answered `initialize`, and speaks the protocol.
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { isConnectionLost, messageOf } from '../../server/protocol/errors.ts';
import type { ServerNotification, ServerRequest } from '../../server/protocol/methods.ts';
import type { InitializeResult } from '../../server/protocol/schema/initialize.ts';
import type { ClientPeer } from '../../server/rpc/peer.ts';
import type { Log } from '../log.ts';
import type { ServerCommand } from './binaryPath.ts';
import { startProcess, wordsOfExit, type ServerProcess } from './process.ts';
import { requestNames } from './requestNames.ts';
import { readStderrLine } from './stderrLine.ts';
import { tracedTransport, type TraceSink } from './wireTrace.ts';

export interface ConnectionOptions {
  readonly cwd: string;
  readonly env: Readonly<NodeJS.ProcessEnv>;
  readonly clientVersion: string;
  readonly log: Log;
  readonly trace: TraceSink;
  readonly onNotification: (notification: ServerNotification) => void;
  readonly onRequest: (request: ServerRequest) => Promise<unknown>;
  /** Called with the process as soon as it runs, so that its owner can end it while it still starts. */
  readonly onProcess: (process: ServerProcess) => void;
}

export interface Connection {
  readonly process: ServerProcess;
  readonly peer: ClientPeer;
  readonly server: InitializeResult;
}

/** A server that has not answered by then is taken for one that cannot start. */
const INITIALIZE_LIMIT_MS = 30_000;
/** What a process wrote before it ended may arrive a moment after its end. */
const LAST_WORDS_MS = 250;

/** Starts the command and shakes hands; rejects with the reason in words, leaving no process behind. */
export async function connect(command: ServerCommand, options: ConnectionOptions): Promise<Connection> {
  const { log } = options;
  // loaded here, because the schemas behind it cost more than all of the activation
  const { ClientPeer: Peer } = await import('../../server/rpc/peer.ts');
  const lastLines: string[] = [];
  const process = await startProcess(command, {
    cwd: options.cwd,
    env: options.env,
    onLine: (line) => {
      const { level, text } = readStderrLine(line);
      log[level](text);
      lastLines.splice(0, lastLines.length - 4);
      lastLines.push(text);
    },
  });
  options.onProcess(process);
  const names = requestNames(randomUUID());
  const peer = new Peer(names.onTransport(tracedTransport(process.transport, options.trace)), {
    request: (request) => options.onRequest(names.ofRequest(request)),
    notification: (notification) => options.onNotification(names.ofNotification(notification)),
    ignored: (method, reason) => log.debug(`ignored ${method}: ${reason}`),
  });
  try {
    const server = await Promise.race([
      peer.request('initialize', {
        clientInfo: { name: 'bowline-vscode', title: 'Bowline for VS Code', version: options.clientVersion },
        capabilities: { experimentalApi: true },
      }),
      failsAfter(INITIALIZE_LIMIT_MS, process),
    ]);
    peer.notify('initialized');
    log.info(`Server ${server.userAgent} (process ${process.pid}), home ${server.codexHome}`);
    return { process, peer, server };
  } catch (error) {
    const exit = await process.stop();
    peer.close();
    if (!isConnectionLost(error)) throw error;
    await Promise.race([process.silent, pause(LAST_WORDS_MS)]);
    const said = lastLines.length === 0 ? '' : ` Its last words: ${lastLines.join(' | ')}`;
    throw new EndedEarly(`${wordsOfExit(exit)} before it answered.${said}`, { cause: error });
  }
}

async function failsAfter(limitMs: number, process: ServerProcess): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`it did not answer within ${limitMs / 1000} seconds.`)), limitMs);
  void process.exited.then(() => clearTimeout(timer));
  return await promise;
}

/** The program was started, and its process ended before it answered the handshake. */
export class EndedEarly extends Error {}

/** Why a start failed, with what the user can do about it where that is known. */
export function wordsOfStartFailure(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT') return 'there is no such program.';
  if (code === 'EACCES') return 'it may not be executed (check its permissions).';
  return messageOf(error);
}
