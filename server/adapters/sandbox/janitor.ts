// Cleans up after a server that was killed: a small shell at the other end of a pipe, which waits for the server to be gone.
import type { ChildProcessByStdio } from 'node:child_process';
import type { Writable } from 'node:stream';
import type { PrivateFolders } from './privateFolders.ts';
import { END_SURVIVORS } from './survivors.ts';

export interface Janitor {
  /** Sends it home: the server cleans up itself. */
  close(): void;
}

/**
 * The commands of a killed server end with it, by the guard of their groups; those that were being started at that moment are looked for a
 * few times. Then their stand-ins may go. A server that is closed says so, and there is nothing to do.
 */
const SCRIPT = `
read -r word && [ "$word" = done ] && exit
base=$1 own=$2 temporary=$3
for round in 1 2 3 4 5; do
  sleep 0.3 || sleep 1${END_SURVIVORS}
done
for note in "$own"/held/*; do
  [ -f "$note" ] || continue
  path=$(cat "$note"; echo x)
  path=\${path%x}
  rm -f "$note"
  set -- "$base"/*/held/"\${note##*/}"
  [ -e "$1" ] && continue
  case $path in
    */commondir) [ "$(cat "$path")" = . ] && rm -f "$path" ;;
    */config.worktree) [ -s "$path" ] || rm -f "$path" ;;
    *) rmdir "$path" ;;
  esac
done
rm -rf "$own" "$temporary"
`;

export function startJanitor({ base, own, temporary }: PrivateFolders): Janitor {
  const { spawn } = process.getBuiltinModule('node:child_process');
  const child: ChildProcessByStdio<Writable, null, null> = spawn(
    '/bin/sh',
    ['-c', SCRIPT, 'bowline-janitor', base, own, temporary],
    { cwd: '/', env: { PATH: '/usr/bin:/bin' }, detached: true, stdio: ['pipe', 'ignore', 'ignore'] },
  );
  // without it the next server cleans up
  child.on('error', () => undefined);
  child.stdin.on('error', () => undefined);
  child.unref();
  return { close: () => void child.stdin.end('done\n') };
}
