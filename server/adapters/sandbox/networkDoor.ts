// The one way out of the sandbox: proxies for HTTP and SOCKS that ask, for each host, whoever runs the command.
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { createHttpProxyServer } from '@anthropic-ai/sandbox-runtime/dist/sandbox/http-proxy.js';
import {
  canonicalizeHost,
  isValidHost,
  resolveParentProxy,
} from '@anthropic-ai/sandbox-runtime/dist/sandbox/parent-proxy.js';
import { createResolvedAddressGuard } from '@anthropic-ai/sandbox-runtime/dist/sandbox/resolved-address-guard.js';
import { decodeSandboxedCommand } from '@anthropic-ai/sandbox-runtime/dist/sandbox/sandbox-utils.js';
import { createSocksProxyServer } from '@anthropic-ai/sandbox-runtime/dist/sandbox/socks-proxy.js';
import type { Log, NetworkTarget } from '../../core/ports.ts';
import { messageOf } from '../../protocol/errors.ts';

export type AskHost = (target: NetworkTarget) => Promise<boolean>;

/** Where the proxies listen: sockets, where the sandbox has a network of its own, else ports of the loopback. */
export type DoorPlace =
  | { readonly type: 'sockets'; readonly http: string; readonly socks: string }
  | { readonly type: 'ports'; readonly http: number; readonly socks: number };

export interface NetworkDoor {
  readonly place: DoorPlace;
  /** What a proxy wants to hear beside the name of a command. */
  readonly token: string;
  /** From now on the command of this id, which nobody can guess, may ask. */
  admit(id: string, ask: AskHost): void;
  dismiss(id: string): void;
  close(): Promise<void>;
}

/** One for all commands of a server. With a folder it listens on sockets in it, else on free ports of the loopback. */
export async function openNetworkDoor(folder: string | null, log: Log): Promise<NetworkDoor> {
  const admitted = new Map<string, AskHost>();
  const token = crypto.getRandomValues(Buffer.alloc(16)).toString('hex');
  const guard = createResolvedAddressGuard();
  /** `key` is what the connection says whose it is. */
  const judge = (target: NetworkTarget, key: string | undefined): Promise<boolean> =>
    mayReach(target, key === undefined ? undefined : admitted.get(decodeSandboxedCommand(key)), log);
  const parentProxy = resolveParentProxy();
  const shared = {
    proxyAuthToken: token,
    lookupFor: (port: number) => guard.lookupFor(port),
    ...(parentProxy === undefined ? {} : { parentProxy }),
  };
  const http = createHttpProxyServer({
    ...shared,
    async filter(...[port, host, , key, explain]) {
      const may = await judge({ host, port, protocol: port === 443 ? 'https' : 'http' }, key);
      if (!may) explain?.('This host was not allowed.');
      return may;
    },
  });
  const socks = createSocksProxyServer({
    ...shared,
    filter: (port, host, key) => judge({ host, port, protocol: 'socks5Tcp' }, key),
  });
  const socksFront = createServer((socket) => socks.handleConnection(socket));
  const place = await listenAll(folder, http, socksFront);
  for (const server of [http, socksFront]) server.unref();
  return {
    place,
    token,
    admit: (id, ask) => void admitted.set(id, ask),
    dismiss: (id) => void admitted.delete(id),
    async close() {
      admitted.clear();
      await socks.close();
      http.closeAllConnections();
      await Promise.all([http, socksFront].map((server) => new Promise((done) => server.close(done))));
    },
  };
}

/** A connection that names no running command, or a host that is none, is refused without a question. */
async function mayReach(target: NetworkTarget, ask: AskHost | undefined, log: Log): Promise<boolean> {
  if (ask === undefined || !isValidHost(target.host)) return false;
  const host = (canonicalizeHost(target.host) ?? target.host).toLowerCase();
  try {
    return await ask({ ...target, host });
  } catch (error) {
    log.warn('Whether a command may reach a host could not be decided; it may not.', {
      host,
      reason: messageOf(error),
    });
    return false;
  }
}

async function listenAll(folder: string | null, http: Server, socks: Server): Promise<DoorPlace> {
  if (folder === null) return { type: 'ports', http: await listen(http, null), socks: await listen(socks, null) };
  const place = { type: 'sockets', http: join(folder, 'http.sock'), socks: join(folder, 'socks.sock') } as const;
  await listen(http, place.http);
  await listen(socks, place.socks);
  return place;
}

function listen(server: Server, path: string | null): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    const ready = (): void => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    };
    if (path === null) server.listen(0, '127.0.0.1', ready);
    else server.listen(path, ready);
  });
}
