// Which proxy a request goes through, as the usual variables of the environment say.
import type { Environment } from './credentials.ts';

export type Route =
  | { readonly type: 'direct' }
  | { readonly type: 'proxy'; readonly url: URL }
  /** A variable names something that no request can go through; going around it would not be what was meant. */
  | { readonly type: 'unusable'; readonly words: string };

/** What a request needs beside itself, once its route is known. */
export interface Path {
  readonly proxy: URL | null;
  /** In PEM; null for the well-known ones. */
  readonly ca: readonly string[] | null;
}

const DIRECT: Route = { type: 'direct' };

/**
 * HTTPS_PROXY or HTTP_PROXY by the scheme, else ALL_PROXY, in either case (lower case first), unless NO_PROXY names the host. What runs on
 * this machine is never asked for through a proxy.
 */
export function routeTo(target: URL, env: Environment): Route {
  const host = target.hostname.replace(/^\[|\]$/g, '').toLowerCase();
  if (isLoopback(host) || isExcepted(host, portOf(target), valueOf('no_proxy', env))) return DIRECT;
  const name = target.protocol === 'https:' ? 'https_proxy' : 'http_proxy';
  const value = valueOf(name, env) || valueOf('all_proxy', env);
  if (value === '') return DIRECT;
  const url = URL.parse(/^[a-z][a-z0-9+.-]*:\/\//i.test(value) ? value : `http://${value}`);
  if (url !== null && (url.protocol === 'http:' || url.protocol === 'https:')) return { type: 'proxy', url };
  // the value may hold a password
  const kind = url === null ? 'is no URL' : `is a ${url.protocol.replace(':', '')} proxy, which is not supported`;
  return { type: 'unusable', words: `the proxy that ${name.toUpperCase()} or ALL_PROXY names ${kind}` };
}

function valueOf(name: string, env: Environment): string {
  return env[name]?.trim() || (env[name.toUpperCase()]?.trim() ?? '');
}

function portOf({ port, protocol }: URL): string {
  return port === '' ? (protocol === 'https:' ? '443' : '80') : port;
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost') || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
}

/** `example.com` and `.example.com` mean the name and all below it; `*` means all; a port may follow; `10.0.0.0/8` is a range. */
function isExcepted(host: string, port: string, exceptions: string): boolean {
  return exceptions.split(/[\s,]+/).some((entry) => {
    if (entry === '') return false;
    if (entry === '*') return true;
    const [, name = '', only] = /^(\[[^\]]*\]|[^:]*|.*:.*:.*?)(?::(\d+))?$/.exec(entry.toLowerCase()) ?? [];
    if (only !== undefined && only !== port) return false;
    const plain = name.replace(/^\[|\]$/g, '').replace(/^\*?\.+/, '');
    return host === plain || (plain !== '' && host.endsWith(`.${plain}`)) || isInRange(host, plain);
  });
}

function isInRange(host: string, range: string): boolean {
  const [, network = '', bits = ''] = /^([\d.]+)\/(\d+)$/.exec(range) ?? [];
  const [left, right, size] = [addressOf(host), addressOf(network), Number(bits)];
  if (left === null || right === null || size > 32 || bits === '') return false;
  const width = 2 ** (32 - size);
  return Math.floor(left / width) === Math.floor(right / width);
}

/** An IPv4 address as a number; null for anything else. */
function addressOf(text: string): number | null {
  const parts = text.split('.').map((part) => (/^\d{1,3}$/.test(part) ? Number(part) : 256));
  if (parts.length !== 4 || parts.some((part) => part > 255)) return null;
  return parts.reduce((address, part) => address * 256 + part, 0);
}
