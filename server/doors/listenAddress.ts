// Where the server is to listen, as `--listen` says it.
import { isIP } from 'node:net';

export type ListenAddress =
  | { readonly type: 'stdio' }
  /** Null: the default path. A relative path is relative to where the program was started. */
  | { readonly type: 'unix'; readonly path: string | null }
  | { readonly type: 'webSocket'; readonly host: string; readonly port: number }
  | { readonly type: 'off' };

const FORMS = 'stdio://, unix://, unix://PATH, ws://IP:PORT or off';

/** The address, or why it is none. */
export function parseListenAddress(text: string): ListenAddress | string {
  if (text === 'stdio://') return { type: 'stdio' };
  if (text === 'off') return { type: 'off' };
  if (text.startsWith('unix://')) {
    const path = text.slice('unix://'.length);
    return { type: 'unix', path: path === '' ? null : path };
  }
  if (text.startsWith('ws://')) return parseWebSocket(text);
  return `Cannot listen on ${text}; say ${FORMS}.`;
}

/** Whether only this machine can connect. */
export function isLoopback(host: string): boolean {
  return host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

/** As it stands in a URL. */
export function urlOf(scheme: 'ws' | 'http', host: string, port: number): string {
  return `${scheme}://${isIP(host) === 6 ? `[${host}]` : host}:${port}`;
}

function parseWebSocket(text: string): ListenAddress | string {
  const match = /^ws:\/\/(?:\[(?<six>[^\]]+)\]|(?<four>[^:/]+)):(?<port>\d{1,5})\/?$/.exec(text);
  const { six, four, port = '' } = match?.groups ?? {};
  const host = six ?? four ?? '';
  const isAddress = six === undefined ? isIP(host) === 4 : isIP(host) === 6;
  if (!isAddress || Number(port) > 65_535)
    return `Cannot listen on ${text}; say ws://IP:PORT with the number of an address, for example ws://127.0.0.1:4500.`;
  return { type: 'webSocket', host, port: Number(port) };
}
