// The two ways to contain a command: bubblewrap on Linux (and in WSL2), sandbox-exec on a Mac.
import {
  cleanupBwrapMountPoints,
  wrapCommandWithSandboxLinux,
} from '@anthropic-ai/sandbox-runtime/dist/sandbox/linux-sandbox-utils.js';
import { wrapCommandWithSandboxMacOS } from '@anthropic-ai/sandbox-runtime/dist/sandbox/macos-sandbox-utils.js';
import type { Containment } from './containment.ts';
import type { NetworkDoor } from './networkDoor.ts';
import type { SandboxPrograms } from './programs.ts';

export interface Wrapping {
  /** For `/bin/sh`. */
  readonly script: string;
  /** Nobody can guess it: it is how a connection says whose it is. */
  readonly id: string;
  readonly containment: Omit<Containment, 'absent' | 'workspaces'>;
  /** The terminal of the command is its own: it may control it, and nobody else reads what it puts there. */
  readonly hasTerminal: boolean;
  /** Null: no network at all. */
  readonly door: NetworkDoor | null;
}

export interface Backend {
  /** For the user. */
  readonly name: string;
  /** A path that does not exist cannot be kept from being made unless something stands there. */
  readonly needsStandIns: boolean;
  wrap(wrapping: Wrapping): Promise<readonly string[]>;
  /** After each that was wrapped. */
  after(): void;
}

const SHELL = '/bin/sh';
/** Writable for every command; on Linux each has devices of its own. */
const MAC_DEVICES = ['/dev/null', '/dev/tty', '/dev/stdout', '/dev/stderr', '/dev/dtracehelper'];

/**
 * The library protects names below the working directory of this process, and makes what is missing there. So the server's own lies
 * outside of every workspace (it is the root folder), and all that is to be protected is named here.
 */
export function linuxBackend(programs: SandboxPrograms): Backend {
  return {
    name: 'bubblewrap',
    needsStandIns: true,
    async wrap({ script, id, containment, hasTerminal, door }) {
      const line = await wrapCommandWithSandboxLinux({
        command: script,
        commandId: id,
        binShell: SHELL,
        ...fileSystem(containment),
        needsNetworkRestriction: true,
        ...(door?.place.type === 'sockets'
          ? { httpSocketPath: door.place.http, socksSocketPath: door.place.socks, proxyAuthToken: door.token }
          : {}),
        bwrapPath: programs.bwrap,
        socatPath: programs.socat,
        seccompConfig: { applyPath: programs.seccomp },
        // the search below the working directory would find nothing that matters: what does is in `containment`
        ripgrepConfig: { command: '/bin/true' },
        mandatoryDenySearchDepth: 1,
      });
      const contained = withOwnMemory(line);
      return [SHELL, '-c', `exec ${hasTerminal ? withTerminal(contained) : contained}`];
    },
    after: () => cleanupBwrapMountPoints(),
  };
}

const OWN_PROCESSES = ' --unshare-pid';

/** The shared memory and the queues of System V have names of the whole machine: a command gets names of its own. */
function withOwnMemory(line: string): string {
  if (!line.includes(OWN_PROCESSES)) throw new Error('The sandbox has changed how it separates processes.');
  return line.replace(OWN_PROCESSES, `${OWN_PROCESSES} --unshare-ipc`);
}

const NEW_SESSION = ' --new-session';

/** Without a session of its own the command has its terminal for jobs and Ctrl-C. */
function withTerminal(line: string): string {
  if (!line.includes(NEW_SESSION)) throw new Error('The sandbox has changed how it gives terminals to commands.');
  return line.replace(NEW_SESSION, '');
}

export function macBackend(): Backend {
  return {
    name: 'sandbox-exec',
    needsStandIns: false,
    wrap({ script, id, containment, door }) {
      const line = wrapCommandWithSandboxMacOS({
        command: script,
        commandId: id,
        binShell: SHELL,
        ...fileSystem({ ...containment, writable: [...MAC_DEVICES, ...containment.writable] }),
        needsNetworkRestriction: true,
        allowLocalBinding: true,
        allowPty: true,
        ...(door?.place.type === 'ports'
          ? { httpProxyPort: door.place.http, socksProxyPort: door.place.socks, proxyAuthToken: door.token }
          : {}),
      });
      return Promise.resolve([SHELL, '-c', `exec ${line}`]);
    },
    after: () => undefined,
  };
}

/** Every path is a name: none is read as a pattern, whatever characters it has. */
function fileSystem({ writable, readOnly, hidden }: Wrapping['containment']) {
  return {
    readConfig: { denyOnly: [], literalDenyOnly: [...hidden] },
    writeConfig: {
      allowOnly: [],
      literalAllowOnly: [...writable],
      denyWithinAllow: [],
      literalDenyWithinAllow: [...readOnly],
    },
  };
}
