// An HTTP server that lets WebSockets in and answers health checks; what carries it, TCP or a unix socket, is its caller's choice.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
// `ws` under a name of its own: under "ws" Bun would put its own stand-in, which cannot be paused
import { WebSocketServer, type WebSocket } from '@websockets/ws';
import { MAX_LINE_BYTES } from '../rpc/jsonlReader.ts';
import type { Transport } from '../rpc/transport.ts';
import type { Authorize } from './webSocketAuth.ts';
import { webSocketTransport } from './webSocketTransport.ts';

/** How long clients may take to say goodbye. */
const LONGEST_GOODBYE_MS = 1_000;

/** RFC 6455 section 7.4.1. */
const GOING_AWAY = 1001;

const HEALTH_PATHS = ['/readyz', '/healthz'];

const REASONS = { 400: 'Bad Request', 401: 'Unauthorized', 403: 'Forbidden' } as const;

interface Refusal {
  readonly status: keyof typeof REASONS;
  readonly text: string;
}

/** Web pages name themselves by `Origin`; this is no server for them. */
const FOREIGN: Refusal = { status: 403, text: 'Requests of web pages (with an Origin header) are refused.' };

export class WebSocketListener {
  /** Not listening yet. */
  readonly http: Server;
  readonly #sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: MAX_LINE_BYTES });
  readonly #authorize: Authorize | null;
  readonly #serve: (transport: Transport) => Promise<void>;
  readonly #served = new Set<Promise<void>>();

  /** `authorize` null: everybody who can connect may come in. */
  constructor(serve: (transport: Transport) => Promise<void>, authorize: Authorize | null) {
    this.#serve = serve;
    this.#authorize = authorize;
    this.http = createServer(answer);
    this.http.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      socket.on('error', () => socket.destroy());
      void this.#upgrade({ request, socket, head });
    });
  }

  /** Lets nobody in any more, closes what is open, and resolves when all connections have ended. */
  async end(): Promise<void> {
    this.http.close();
    this.http.closeAllConnections();
    const open = [...this.#sockets.clients];
    for (const socket of open) socket.close(GOING_AWAY, 'The server ends.');
    const timer = setTimeout(() => open.forEach((socket) => socket.terminate()), LONGEST_GOODBYE_MS);
    await Promise.allSettled(this.#served);
    clearTimeout(timer);
  }

  async #upgrade({ request, socket, head }: Upgrade): Promise<void> {
    const refusal = await this.#refusal(request);
    if (refusal !== null) refuse(socket, refusal);
    else this.#sockets.handleUpgrade(request, socket, head, (opened) => this.#opened(opened));
  }

  async #refusal({ headers }: IncomingMessage): Promise<Refusal | null> {
    if (headers.origin !== undefined) return FOREIGN;
    const reason = await this.#authorize?.(headers.authorization);
    return typeof reason === 'string' ? { status: 401, text: reason } : null;
  }

  #opened(socket: WebSocket): void {
    socket.on('error', () => undefined); // a broken frame: ws closes the socket, and the close is told
    const served = this.#serve(webSocketTransport(socket)).finally(() => {
      this.#served.delete(served);
      socket.close();
    });
    this.#served.add(served);
  }
}

interface Upgrade {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
}

/** What is no WebSocket. */
function answer(request: IncomingMessage, response: ServerResponse): void {
  // not by `URL`: that throws for what is none, such as `//`, and anybody may ask for that
  const [path = ''] = (request.url ?? '').split('?', 1);
  const isHealthCheck = HEALTH_PATHS.includes(path) && (request.method === 'GET' || request.method === 'HEAD');
  if (request.headers.origin !== undefined) end(response, FOREIGN);
  else if (isHealthCheck) response.writeHead(200).end();
  else end(response, { status: 400, text: 'Connect with a WebSocket, or ask for /readyz or /healthz.' });
}

function end(response: ServerResponse, { status, text }: Refusal): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${text}\n`);
}

/** Before the upgrade there is no response object: the answer is written as it stands on the wire. */
function refuse(socket: Duplex, { status, text }: Refusal): void {
  const body = `${text}\n`;
  const head = [
    `HTTP/1.1 ${status} ${REASONS[status]}`,
    'Content-Type: text/plain; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...(status === 401 ? ['WWW-Authenticate: Bearer'] : []),
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
