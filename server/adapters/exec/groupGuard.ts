// Ends the process groups of this server even when the server itself is killed and can end nothing any more.
import type { ChildProcessByStdio } from 'node:child_process';
import type { Writable } from 'node:stream';

export interface GroupGuard {
  /** To be called before a process is started, so that its group can be added without delay. */
  prepare(): void;
  add(group: number): void;
  remove(group: number): void;
  /** Ends the guard itself; the groups it still knows end with it. */
  close(): void;
}

/**
 * A small shell at the other end of a pipe. It learns which groups there are; when the pipe ends and some are left, the server
 * died without saying goodbye, and the guard ends them in its place.
 */
const SCRIPT = `
while read -r change group; do
  rest=
  for known in $groups; do [ "$known" = "$group" ] || rest="$rest $known"; done
  groups=$rest
  [ "$change" = + ] && groups="$groups $group"
done
[ -z "$groups" ] && exit
for group in $groups; do kill -s TERM -- "-$group"; done
sleep 1
for group in $groups; do kill -s KILL -- "-$group"; done
`;

export function createGroupGuard(): GroupGuard {
  const groups = new Set<number>();
  let guard: ChildProcessByStdio<Writable, null, null> | null = null;
  const tell = (line: string): void => {
    if (guard !== null) guard.stdin.write(line);
  };
  const start = (): void => {
    const { spawn } = process.getBuiltinModule('node:child_process');
    const started = spawn('/bin/sh', ['-c', SCRIPT], {
      cwd: '/',
      env: {},
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    const lost = (): void => {
      if (guard === started) guard = null;
    };
    // a guard that is gone is started again with the next command; commands do not depend on it
    started.on('error', lost);
    started.on('exit', lost);
    started.stdin.on('error', lost);
    started.unref();
    guard = started;
    for (const group of groups) tell(`+ ${group}\n`);
  };
  return {
    prepare() {
      if (guard === null && process.platform !== 'win32') start();
    },
    add(group) {
      groups.add(group);
      tell(`+ ${group}\n`);
    },
    remove(group) {
      if (groups.delete(group)) tell(`- ${group}\n`);
    },
    close() {
      guard?.stdin.end();
      guard = null;
    },
  };
}
