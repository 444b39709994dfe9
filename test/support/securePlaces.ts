// Real places on the way to a model: a certificate authority of our own, an HTTPS server in front of a model, and a proxy.
import { execFileSync } from 'node:child_process';
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A name that no resolver knows: only the proxy finds what is behind it. */
export const MODEL_HOST = 'model.bowline.test';

export interface Authority {
  /** The file with its certificate. */
  readonly caFile: string;
  /** For servers of {@link MODEL_HOST} and 127.0.0.1. */
  readonly key: string;
  readonly cert: string;
  remove(): void;
}

export function makeAuthority(): Authority {
  const folder = mkdtempSync(join(tmpdir(), 'bowline-ca-'));
  const at = (name: string): string => join(folder, name);
  const openssl = (...args: string[]): void => void execFileSync('openssl', args, { stdio: 'pipe', cwd: folder });
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  const isCa = ['-addext', 'basicConstraints=critical,CA:TRUE'];
  openssl(
    'req',
    '-x509',
    ...curve,
    '-keyout',
    'ca.key',
    '-out',
    'ca.pem',
    '-days',
    '2',
    '-subj',
    '/CN=Bowline test CA',
    ...isCa,
  );
  openssl('req', ...curve, '-keyout', 'server.key', '-out', 'server.csr', '-subj', `/CN=${MODEL_HOST}`);
  writeFileSync(at('names'), `subjectAltName=DNS:${MODEL_HOST},IP:127.0.0.1\n`);
  const signed = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2', '-extfile', 'names'];
  openssl('x509', '-req', '-in', 'server.csr', '-out', 'server.pem', ...signed);
  return {
    caFile: at('ca.pem'),
    key: readFileSync(at('server.key'), 'utf8'),
    cert: readFileSync(at('server.pem'), 'utf8'),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

export interface Place {
  readonly port: number;
  close(): Promise<void>;
}

/** Passes every request on to `target`, e.g. the scripted model. */
export async function secureFront(target: string, { key, cert }: Authority): Promise<Place> {
  return await listening(
    createSecureServer({ key, cert }, (asked, answer) => passOn(new URL(asked.url ?? '/', target), asked, answer)),
  );
}

export interface Proxy extends Place {
  /** The first line of each request, and how it was authorized. */
  readonly seen: { readonly line: string; readonly authorization: string | null }[];
}

/** Knows {@link MODEL_HOST}: port 443 is `securePort` here, plain requests go to `target`. Refuses whom `password` does not fit. */
export async function startProxy(options: { securePort?: number; target?: string; password?: string }): Promise<Proxy> {
  const seen: Proxy['seen'] = [];
  const { password } = options;
  const expected = password === undefined ? null : `Basic ${Buffer.from(`user:${password}`).toString('base64')}`;
  const isWelcome = (asked: IncomingMessage): boolean => {
    const authorization = asked.headers['proxy-authorization'] ?? null;
    seen.push({ line: `${asked.method} ${asked.url}`, authorization });
    return authorization === expected;
  };
  const server = createServer((asked, answer) => {
    if (!isWelcome(asked)) return void answer.writeHead(407).end();
    const { pathname, search } = new URL(asked.url ?? '/');
    passOn(new URL(pathname + search, options.target), asked, answer);
  });
  server.on('connect', (asked: IncomingMessage, client: Socket) => {
    client.on('error', () => client.destroy());
    if (!isWelcome(asked)) return void client.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
    const upstream = connect(options.securePort ?? 0, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      upstream.pipe(client).pipe(upstream);
    });
    upstream.on('error', () => client.destroy());
    client.on('close', () => upstream.destroy());
  });
  return { ...(await listening(server)), seen };
}

function passOn(target: URL, asked: IncomingMessage, answer: ServerResponse): void {
  const onward = request(
    target,
    { method: asked.method, headers: { ...asked.headers, host: target.host } },
    (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(answer);
    },
  );
  onward.on('error', () => answer.destroy());
  answer.on('close', () => onward.destroy());
  asked.pipe(onward);
}

async function listening(server: Server): Promise<Place> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    close: async () => {
      const closed = new Promise<void>((resolve) => void server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
