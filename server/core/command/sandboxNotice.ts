// What the model is told when a sandboxed command failed in a way that looks like the sandbox: what was in its way, and how to ask.

export interface SandboxedEnd {
  /** The last of what it printed. */
  readonly output: string;
  /** No host could be reached at all. */
  readonly isOffline: boolean;
  /** Hosts that it asked for and was refused, as `host:port`. */
  readonly refusedHosts: readonly string[];
}

const WAY_OUT =
  'If it cannot do without, call exec_command again with "sandbox_permissions": "require_escalated" and a justification: the user is asked. Do not look for another way around the sandbox.';

/** Names of what could not be written or opened, where the program said so. */
const STOPPED_PATHS = [
  /['"‘`]?(?<path>\/?[^\s'"‘’`:]+)['"’`]?: (?:Read-only file system|Operation not permitted)/i,
  /(?:EROFS|EPERM)[^\n]*?['"](?<path>[^'"\n]+)['"]/,
  /Read-only file system[^\n]*?['"](?<path>\/[^'"\n]+)['"]/i,
];
const READ_ONLY = /read-only file system|\bEROFS\b/i;
const NOT_PERMITTED = /operation not permitted|\bEPERM\b/i;
const NO_NETWORK =
  /could not resolve host|couldn't resolve host|name resolution|name or service not known|network is unreachable|\bENETUNREACH\b|\bENOTFOUND\b|\bEAI_AGAIN\b|no route to host|failed to lookup address|no such host/i;

/** Null when nothing speaks for the sandbox. */
export function sandboxNotice({ output, isOffline, refusedHosts }: SandboxedEnd): string | null {
  const cause = causeOf({ output, isOffline, refusedHosts });
  return cause === null ? null : `Note: this ran in the sandbox, ${cause} ${WAY_OUT}`;
}

function causeOf({ output, isOffline, refusedHosts }: SandboxedEnd): string | null {
  if (refusedHosts.length > 0) return `and it was not allowed to reach ${refusedHosts.join(', ')}.`;
  if (isOffline && NO_NETWORK.test(output)) return 'which has no network; that is probably why it failed.';
  if (!READ_ONLY.test(output) && !NOT_PERMITTED.test(output)) return null;
  const path = pathIn(output);
  return path === null
    ? 'which is probably why it failed: it can write to the workspace and the temporary folder only.'
    : `which does not let it write to ${path}; that is probably why it failed.`;
}

function pathIn(output: string): string | null {
  for (const pattern of STOPPED_PATHS) {
    const path = pattern.exec(output)?.groups?.['path'];
    if (path !== undefined) return path;
  }
  return null;
}
