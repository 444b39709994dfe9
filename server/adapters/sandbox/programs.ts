// Finds the programs that the sandbox needs: bubblewrap and socat of the host, and the helper that is shipped with the server.
import { existsSync, realpathSync } from 'node:fs';
import { delimiter, dirname, isAbsolute, join } from 'node:path';
import { isProgram } from '../exec/startCheck.ts';

export interface SandboxPrograms {
  readonly bwrap: string;
  readonly socat: string;
  /** Closes unix sockets to the command; see {@link findSocketFilter}. */
  readonly seccomp: string;
}

export type FoundPrograms =
  | { readonly type: 'found'; readonly programs: SandboxPrograms }
  | { readonly type: 'missing'; readonly reason: string; readonly remedy: string | null };

export interface ProgramOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The server's own program; the helper lies beside it. */
  readonly executable: string;
}

const SYSTEM_FOLDERS = ['/usr/bin', '/bin', '/usr/local/bin', '/usr/sbin'];
const HELPER = 'apply-seccomp';

export function findPrograms(options: ProgramOptions): FoundPrograms {
  const bwrap = findInstalled('bwrap', options);
  const socat = findInstalled('socat', options);
  const missing = [
    ...(bwrap === null ? [{ name: 'bubblewrap (bwrap)', package: 'bubblewrap' }] : []),
    ...(socat === null ? [{ name: 'socat', package: 'socat' }] : []),
  ];
  if (bwrap === null || socat === null) {
    return {
      type: 'missing',
      reason: `Not installed: ${missing.map(({ name }) => name).join(' and ')}.`,
      remedy: installLine(missing.map((program) => program.package)),
    };
  }
  const seccomp = findSocketFilter(options);
  if (seccomp === null) {
    const reason = `The program ${HELPER}, which closes unix sockets to commands, does not lie beside the server.`;
    return { type: 'missing', reason, remedy: 'Install Bowline again.' };
  }
  return { type: 'found', programs: { bwrap, socat, seccomp } };
}

/** Beside the binary; in a folder of the plain bundle, which may run on any processor; or, in development, in its package. */
function findSocketFilter({ executable }: ProgramOptions): string | null {
  const here = import.meta.dirname;
  const vendored = join('@anthropic-ai/sandbox-runtime/vendor/seccomp', process.arch, HELPER);
  const bundled = join('bin', `linux-${process.arch}`, HELPER);
  const candidates = [
    join(dirname(executable), HELPER),
    // the bundle's own folder, or that of its chunks
    ...[here, dirname(here)].map((folder) => join(folder, bundled)),
    ...ancestors(here).map((folder) => join(folder, 'node_modules', vendored)),
  ];
  const found = candidates.find(isProgram);
  return found === undefined ? null : realpathSync(found);
}

/** Programs of the system come first: what PATH names may lie in a folder that a command can write to. */
function findInstalled(name: string, { env }: ProgramOptions): string | null {
  const onPath = (env['PATH'] ?? '').split(delimiter).filter(isAbsolute);
  const found = [...SYSTEM_FOLDERS, ...onPath].map((folder) => join(folder, name)).find(isProgram);
  return found === undefined ? null : realpathSync(found);
}

/** The line that installs packages with the package manager there is. */
function installLine(packages: readonly string[]): string {
  const names = packages.join(' ');
  const managers: readonly (readonly [string, string])[] = [
    ['/usr/bin/apt-get', `sudo apt-get install -y ${names}`],
    ['/usr/bin/dnf', `sudo dnf install -y ${names}`],
    ['/usr/bin/pacman', `sudo pacman -S ${names}`],
    ['/usr/bin/zypper', `sudo zypper install ${names}`],
    ['/sbin/apk', `sudo apk add ${names}`],
  ];
  const known = managers.find(([program]) => existsSync(program));
  return known?.[1] ?? `Install ${packages.join(' and ')} with the package manager of this system.`;
}

function ancestors(folder: string): string[] {
  const parent = dirname(folder);
  return parent === folder ? [folder] : [folder, ...ancestors(parent)];
}
