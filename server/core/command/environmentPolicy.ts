// `[shell_environment_policy]`: decides which variables a command gets.
import type { ShellEnvironmentPolicy } from '../settings.ts';

type Variables = Readonly<Record<string, string>>;

/** What `inherit = "core"` keeps. */
const CORE_NAMES = new Set(['HOME', 'LOGNAME', 'PATH', 'SHELL', 'USER', 'USERNAME', 'TMPDIR', 'TEMP', 'TMP']);
const SECRET_PATTERNS = ['*KEY*', '*SECRET*', '*TOKEN*'];

/** Output that a program can read: no colours, no pagers, one character set. The user's own `set` goes over it. */
export const FOR_PROGRAMS: Variables = {
  NO_COLOR: '1',
  TERM: 'dumb',
  COLORTERM: '',
  LANG: 'C.UTF-8',
  LC_CTYPE: 'C.UTF-8',
  LC_ALL: 'C.UTF-8',
  PAGER: 'cat',
  GIT_PAGER: 'cat',
  GH_PAGER: 'cat',
  // without a level bash takes itself for the first shell of a remote login and reads ~/.bashrc for every command
  SHLVL: '1',
};

/**
 * The environment of a command, in the order of the reference: inherit from `source`, drop secrets, drop `exclude`, add `set`,
 * keep only `includeOnly`. `hiddenNames` (the server's own keys) are dropped from what is inherited under every policy.
 */
export function commandVariables(
  source: Variables,
  policy: ShellEnvironmentPolicy,
  hiddenNames: readonly string[],
): Record<string, string> {
  const hidden = new Set(hiddenNames);
  const excluded = matcher([...(policy.ignoreDefaultExcludes ? [] : SECRET_PATTERNS), ...policy.exclude]);
  const included = policy.includeOnly.length > 0 ? matcher(policy.includeOnly) : () => true;
  const inherited = Object.entries(source).filter(
    ([name]) => isInherited(name, policy.inherit) && !hidden.has(name) && !excluded(name),
  );
  const kept = [...inherited, ...Object.entries(policy.set)].filter(([name]) => included(name));
  return { ...Object.fromEntries(kept), ...FOR_PROGRAMS, ...pick(policy.set, included) };
}

const CREDENTIAL_NAMES = [
  ...SECRET_PATTERNS,
  '*PASSWORD*',
  '*PASSWD*',
  '*CREDENTIAL*',
  '*PRIVATE*',
  'AWS_*',
  'AZURE_*',
  'GOOGLE_*',
  'GH_*',
  'SSH_AUTH_SOCK',
  'SSH_AGENT_PID',
  'GPG_AGENT_INFO',
  'DBUS_SESSION_BUS_ADDRESS',
];
/** Say where, not who; tools fail without them. */
const HARMLESS_NAMES = new Set(['AWS_REGION', 'AWS_DEFAULT_REGION', 'AWS_PAGER']);
const URL_WITH_PASSWORD = /:\/\/[^/\s:@]*:[^/\s@]+@/;

/**
 * The environment of a sandboxed command: without what usually holds keys, by name or as a URL with a password in it, under every
 * policy. What the user's own policy sets is kept: it was meant for commands.
 */
export function withoutCredentials(variables: Variables, set: Variables): Record<string, string> {
  const isCredential = matcher(CREDENTIAL_NAMES);
  return Object.fromEntries(
    Object.entries(variables).filter(
      ([name, value]) =>
        set[name] === value || HARMLESS_NAMES.has(name) || !(isCredential(name) || URL_WITH_PASSWORD.test(value)),
    ),
  );
}

function isInherited(name: string, inherit: ShellEnvironmentPolicy['inherit']): boolean {
  switch (inherit) {
    case 'all':
      return true;
    case 'core':
      return CORE_NAMES.has(name);
    case 'none':
      return false;
  }
}

function pick(variables: Variables, wanted: (name: string) => boolean): Variables {
  return Object.fromEntries(Object.entries(variables).filter(([name]) => wanted(name)));
}

/** Whether a name matches one of the patterns: `*` any characters, `?` one character, case ignored. */
function matcher(patterns: readonly string[]): (name: string) => boolean {
  const expressions = patterns.map(
    (pattern) =>
      new RegExp(
        `^${pattern
          .replace(/[\\^$.|+()[\]{}]/g, '\\$&')
          .replaceAll('*', '.*')
          .replaceAll('?', '.')}$`,
        'is',
      ),
  );
  return (name) => expressions.some((expression) => expression.test(name));
}
