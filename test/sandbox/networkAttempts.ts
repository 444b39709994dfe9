// Attempts to reach somebody outside: over the network, through the proxy, and through sockets of other programs.
import { rmSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { python, type Attempt } from './attempt.ts';
import { listenTcp, listenUdp, listenUnix, type Listener } from './listeners.ts';
import type { Scene } from './scene.ts';

/** An attempt to reach a listener. */
function reaching(
  name: string,
  listen: (scene: Scene) => Promise<Listener>,
  script: (port: number, scene: Scene) => string,
): Attempt {
  return {
    name,
    family: 'network',
    set: async (scene) => {
      const listener = await listen(scene);
      return { script: script(listener.port, scene), opened: () => listener.wasReached() };
    },
  };
}

const tcp = (host?: string) => (scene: Scene) => listenTcp(scene, host);
const dial = (family: string, to: string): string =>
  python(
    'import socket',
    `s = socket.socket(socket.${family}, socket.SOCK_STREAM)`,
    's.settimeout(5)',
    `s.connect(${to})`,
    's.sendall(b"secret")',
  );

/** An address of this machine that is not its loopback; null when it has none. */
function ownAddress(): string | null {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return all.find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? null;
}

const direct: Attempt[] = [
  reaching("a server on this machine's loopback", tcp(), (port) => dial('AF_INET', `("127.0.0.1", ${port})`)),
  reaching("a server on this machine's loopback, by IPv6", tcp('::1'), (port) => dial('AF_INET6', `("::1", ${port})`)),
  reaching("a server on this machine's own address", tcp('0.0.0.0'), (port) =>
    dial('AF_INET', `("${ownAddress() ?? '127.0.0.1'}", ${port})`),
  ),
  reaching(
    'a server, by the shell alone',
    tcp(),
    (port) => `timeout 5 bash -c 'echo secret > /dev/tcp/127.0.0.1/${port}'`,
  ),
  reaching(
    'a server, by curl without the proxy',
    tcp(),
    (port) => `curl -sm 5 --noproxy '*' http://127.0.0.1:${port}/`,
  ),
  reaching('a listener for datagrams', listenUdp, (port) =>
    python(
      'import socket',
      's = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)',
      `s.sendto(b"secret", ("127.0.0.1", ${port}))`,
    ),
  ),
  reaching(
    'a server, after leaving the network namespace',
    tcp(),
    (port) =>
      `${dial('AF_INET', `("127.0.0.1", ${port})`)}; for p in /proc/[0-9]*; do nsenter --net=$p/ns/net true 2>/dev/null && nsenter --net=$p/ns/net ${dial('AF_INET', `("127.0.0.1", ${port})`)}; done`,
  ),
  ...(['SOCK_RAW', 'AF_PACKET'] as const).map((kind): Attempt => ({
    name: kind === 'SOCK_RAW' ? 'raw packets' : 'raw frames',
    family: 'network',
    unshowable: 'only root may, and the battery runs as a plain user',
    set: (scene) => ({
      script: python(
        'import socket',
        kind === 'SOCK_RAW'
          ? 's = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)'
          : 's = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)',
        `print("raw" + "${scene.mark}")`,
      ),
      opened: ({ output }) => output.includes(`raw${scene.mark}`),
    }),
  })),
];

/** Without a sandbox there is no proxy: curl goes straight ahead, and shows that the server would answer. */
const PROXY = '"${HTTP_PROXY:-}"';
const SOCKS = '"${ALL_PROXY:-}"';
const curl = (proxy: string, url: string): string => `NO_PROXY= no_proxy= curl -sm 5 -x ${proxy} '${url}'`;

const throughTheProxy: Attempt[] = [
  reaching('a host that nobody allowed, through the proxy', tcp(), (port) => curl(PROXY, `http://localhost:${port}/`)),
  reaching('an address, through the proxy', tcp(), (port) => curl(PROXY, `http://127.0.0.1:${port}/`)),
  reaching('an address in other notations, through the proxy', tcp(), (port) =>
    ['2130706433', '0x7f000001', '127.1', '[::ffff:127.0.0.1]', 'localhost.']
      .map((host) => curl(PROXY, `http://${host}:${port}/`))
      .join('; '),
  ),
  reaching('an address, by CONNECT', tcp(), (port) => `${curl(PROXY, `http://127.0.0.1:${port}/`)} -p`),
  reaching('an address, by SOCKS', tcp(), (port) => curl(SOCKS, `http://127.0.0.1:${port}/`)),
  reaching('a host, as somebody else to the proxy', tcp(), (port) =>
    [
      'p=$(echo "${HTTP_PROXY:-}" | sed "s|//.*@|//|")',
      curl('"$p"', `http://127.0.0.1:${port}/`),
      'for u in srt root admin other.0 other.1; do',
      `  NO_PROXY= no_proxy= curl -sm 5 -x "$p" \${p:+-U "$u:$u"} http://127.0.0.1:${port}/`,
      `  NO_PROXY= no_proxy= curl -sm 5 -x "$(echo "\${HTTP_PROXY:-}" | sed "s|//[^:]*:|//$u:|")" http://127.0.0.1:${port}/`,
      'done',
    ].join('\n'),
  ),
];

const unix = (to: (scene: Scene) => string) => (scene: Scene) => listenUnix(scene, to(scene));
const knock = (address: string): string => dial('AF_UNIX', JSON.stringify(address));

/** Sockets by which other programs act for the user: whoever may talk to them is out. */
const SOCKETS: Record<string, (scene: Scene) => string> = {
  'the agent of ssh': (scene) => join(scene.runtime, 'ssh-agent.sock'),
  docker: (scene) => join(scene.runtime, 'docker.sock'),
  'the session bus': (scene) => join(scene.runtime, 'bus'),
  'the command line of VS Code': (scene) => join(scene.runtime, 'vscode-ipc-proof.sock'),
  'the agent of gnupg': (scene) => scene.inHome('.gnupg/S.gpg-agent'),
  'a program that listens in the workspace': (scene) => scene.inWorkspace('dev.sock'),
  'a program that listens in /tmp': (scene) => `/tmp/${scene.mark}.sock`,
};

const sockets: Attempt[] = [
  ...Object.entries(SOCKETS).map(([name, path]) => ({
    ...reaching(name, unix(path), (_, scene) => knock(path(scene))),
    family: 'socket' as const,
  })),
  {
    ...reaching(
      'an abstract name, as the display has',
      unix((scene) => `\0${scene.mark}`),
      (_, scene) => knock(`\0${scene.mark}`),
    ),
    family: 'socket',
  },
  {
    name: 'a multiplexer that runs commands',
    family: 'socket',
    set: async (scene) => {
      const socket = `/tmp/${scene.mark}-tmux`;
      await scene.outside(`tmux -S ${socket} new-session -d -s proof 'sleep 600'`);
      scene.atEnd(async () => {
        await scene.outside(`tmux -S ${socket} kill-server`);
        rmSync(socket, { force: true });
      });
      const said = scene.inHome('tmux-ran');
      return {
        // it waits for the command to be over
        script: `tmux -S ${socket} run-shell 'echo ${scene.mark} > ${said}'`,
        opened: () => scene.says(said),
      };
    },
  },
];

export const NETWORK_ATTEMPTS: readonly Attempt[] = [...direct, ...throughTheProxy, ...sockets];
