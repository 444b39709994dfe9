// The sandbox's own folders: what it works with, which no command may write to, and the temporary folder of its commands.
import { lstatSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { endSurvivors } from './survivors.ts';

export interface PrivateFolders {
  /** Shared by all servers of this user: each command has it read-only, so that none reaches into another server's folder. */
  readonly base: string;
  /** Of this server: sockets and notes. Its name begins with the server's process id. */
  readonly own: string;
  /** TMPDIR of the commands. */
  readonly temporary: string;
}

/** Makes them, readable by this user alone. Throws where someone else owns the place. */
export function makePrivateFolders(env: Readonly<Record<string, string | undefined>>): PrivateFolders {
  const base = join(parentOf(env), `bowline-${process.geteuid?.() ?? 'sandbox'}`);
  mkdirSync(base, { recursive: true, mode: 0o700 });
  const found = lstatSync(base);
  if (!found.isDirectory() || found.uid !== (process.geteuid?.() ?? found.uid) || (found.mode & 0o077) !== 0) {
    throw new Error(`${base} must be a folder that only this user can open; remove it or change its mode to 700.`);
  }
  const own = mkdtempSync(join(base, `${process.pid}-`));
  mkdirSync(join(own, 'held'));
  const temporary = join(
    realpathSync(tmpdir()),
    `bowline-tmp-${crypto.getRandomValues(Buffer.alloc(8)).toString('hex')}`,
  );
  // noted first, and made only if nobody was there before
  writeFileSync(join(own, TEMPORARY), temporary);
  mkdirSync(temporary, { mode: 0o700 });
  return { base, own, temporary };
}

/** In a server's own folder: where its temporary folder is, for the server that finds it after that one was killed. */
const TEMPORARY = 'temporary';

/**
 * Removes what a server that is gone left: commands, and folders. A note is believed only where it names what a server could have made: the
 * command of a server that keeps its own folders elsewhere could have written it.
 */
export function removeWhatIsLeftOf(own: string): void {
  const temporary = textOf(join(own, TEMPORARY));
  if (NAME_OF_TEMPORARY.test(basename(temporary)) && dirname(temporary) === realpathSync(tmpdir())) {
    endSurvivors(temporary);
    rmSync(temporary, { recursive: true, force: true });
  }
  rmSync(own, { recursive: true, force: true });
}

const NAME_OF_TEMPORARY = /^bowline-tmp-[0-9a-f]{16}$/;

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return ''; // it was killed before it had noted anything
  }
}

export function removePrivateFolders({ own, temporary }: PrivateFolders): void {
  for (const folder of [own, temporary]) rmSync(folder, { recursive: true, force: true });
}

/** Short, for unix sockets have short paths; and best a place that goes with the login. */
function parentOf(env: Readonly<Record<string, string | undefined>>): string {
  const runtime = env['XDG_RUNTIME_DIR'] ?? '';
  try {
    if (runtime.startsWith('/') && lstatSync(runtime).uid === process.geteuid?.()) return realpathSync(runtime);
  } catch {
    // named and not there: as if it were not named
  }
  return realpathSync(tmpdir());
}
