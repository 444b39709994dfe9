// A request through a proxy or with certificates of its own, for Node: its `fetch` takes neither.
import { request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import { connect } from 'node:tls';
import type { Path } from './proxy.ts';

/** Bodies are texts, which is all that is sent to a model. */
export async function nodeFetch(url: URL, init: RequestInit, path: Path): Promise<Response> {
  const { signal } = init;
  signal?.throwIfAborted();
  const headers = Object.fromEntries(new Headers(init.headers));
  const body = typeof init.body === 'string' ? init.body : null;
  if (body !== null) headers['content-length'] = String(Buffer.byteLength(body));
  const outgoing = await open(url, { method: init.method ?? 'GET', headers, signal: signal ?? undefined }, path);
  outgoing.end(body ?? undefined);
  const response = await answerOf(outgoing);
  return responseOf(response);
}

interface Outgoing {
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly signal: AbortSignal | undefined;
}

async function open(url: URL, options: Outgoing, { proxy, ca }: Path): Promise<ClientRequest> {
  const tls = ca === null ? {} : { ca: [...ca] };
  if (proxy === null) return httpsRequest(url, { ...options, ...tls });
  if (url.protocol === 'http:') {
    const headers = { ...options.headers, host: url.host, ...authorization(proxy) };
    const through = { ...options, ...placeOf(proxy), headers, path: url.href };
    return proxy.protocol === 'https:' ? httpsRequest({ ...through, ...tls }) : httpRequest(through);
  }
  const tunnel = await tunnelTo(url, { proxy, ca }, options.signal);
  const host = nameOf(url);
  // an address is no server name
  const servername = /^[\d.]+$|:/.test(host) ? {} : { servername: host };
  const createConnection = (): Socket => connect({ socket: tunnel, host, ...servername, ...tls });
  return httpsRequest(url, { ...options, createConnection });
}

/** A connection to the server that the proxy passes on unread. */
async function tunnelTo(url: URL, { proxy, ca }: Path & { proxy: URL }, signal?: AbortSignal): Promise<Socket> {
  const target = `${url.hostname}:${url.port === '' ? '443' : url.port}`;
  const options = {
    ...placeOf(proxy),
    method: 'CONNECT',
    path: target,
    headers: { host: target, ...authorization(proxy) },
    agent: false as const,
    signal,
  };
  const isSecure = proxy.protocol === 'https:';
  const asked = isSecure ? httpsRequest({ ...options, ...(ca === null ? {} : { ca: [...ca] }) }) : httpRequest(options);
  asked.end();
  const tunnel = Promise.withResolvers<Socket>();
  asked.once('connect', ({ statusCode, statusMessage }, socket: Socket) => {
    if (statusCode === 200) return tunnel.resolve(socket);
    socket.destroy();
    tunnel.reject(new Error(`the proxy at ${proxy.host} refused the connection: ${statusCode} ${statusMessage}`));
  });
  asked.once('response', (response) => {
    response.destroy();
    tunnel.reject(new Error(`the proxy at ${proxy.host} answered ${response.statusCode} instead of connecting`));
  });
  asked.once('error', (error) => tunnel.reject(error));
  return await tunnel.promise;
}

function placeOf(proxy: URL): { host: string; port: string } {
  return { host: nameOf(proxy), port: proxy.port === '' ? (proxy.protocol === 'https:' ? '443' : '80') : proxy.port };
}

function nameOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '');
}

function authorization({ username, password }: URL): Record<string, string> {
  if (username === '' && password === '') return {};
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { 'proxy-authorization': `Basic ${Buffer.from(pair).toString('base64')}` };
}

function answerOf(outgoing: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    outgoing.once('response', resolve);
    // stays, so that a late failure has a listener; the reader of the body hears of that one
    outgoing.on('error', reject);
  });
}

function responseOf(response: IncomingMessage): Response {
  const headers = new Headers();
  for (const [name, value] of Object.entries(response.headersDistinct))
    for (const entry of value ?? []) headers.append(name, entry);
  const status = response.statusCode ?? 502;
  const hasBody = status !== 204 && status !== 304;
  const body = hasBody ? bodyOf(response) : null;
  return new Response(body, { status, statusText: response.statusMessage ?? '', headers });
}

/** Reading pulls, so that a slow reader slows the server; cancelling closes the connection. */
function bodyOf(response: IncomingMessage): ReadableStream<Uint8Array> {
  const chunks = response[Symbol.asyncIterator]();
  return new ReadableStream({
    pull: async (controller) => {
      const next: IteratorResult<unknown, unknown> = await chunks.next();
      if (next.done === true) controller.close();
      else if (next.value instanceof Uint8Array) controller.enqueue(new Uint8Array(next.value));
    },
    cancel: () => void response.destroy(),
  });
}
