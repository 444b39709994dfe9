// The shells that commands are written for, and how each of them is told to run a script.
import type { Shell } from '../ports.ts';

/** Shells that read the scripts models write. */
export const SCRIPT_SHELLS = ['bash', 'zsh', 'sh', 'dash', 'ksh', 'ash'] as const;

/** The shell at `path`: POSIX shells take `-c` or `-lc`, PowerShell and cmd their own switches. */
export function shellAt(path: string): Shell {
  return { path, argv: (script, login) => [path, ...switches(shellName(path), login), script] };
}

/** `/usr/bin/zsh` -> `zsh`, `C:\\...\\PWSH.EXE` -> `pwsh`. */
export function shellName(path: string): string {
  return path
    .slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1)
    .toLowerCase()
    .replace(/\.exe$/, '');
}

export function isScriptShell(path: string): boolean {
  return SCRIPT_SHELLS.some((name) => name === shellName(path));
}

/**
 * Whether a model may name this shell: a known one by its bare name, or in a folder of the system. Anything else could be a
 * program of the workspace that merely calls itself bash, and the script alone is what gets judged.
 */
export function isTrustedShell(path: string): boolean {
  const folder = path.slice(0, path.length - shellName(path).length);
  return isScriptShell(path) && ['', '/bin/', '/usr/bin/', '/usr/local/bin/', '/opt/homebrew/bin/'].includes(folder);
}

function switches(name: string, login: boolean): string[] {
  switch (name) {
    case 'pwsh':
    case 'powershell':
      return login ? ['-Command'] : ['-NoProfile', '-Command'];
    case 'cmd':
      return ['/d', '/s', '/c'];
    default:
      return [login ? '-lc' : '-c'];
  }
}
