// Says before a start why it would fail, and finds the program: an error that names the missing thing beats a spawn error.
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, isAbsolute, join, resolve } from 'node:path';
import type { CommandSpec } from '../../core/ports.ts';

type Startable = Pick<CommandSpec, 'argv' | 'cwd' | 'env'>;

export type StartCheck =
  | { readonly type: 'ready'; readonly argv: readonly [string, ...string[]] }
  | { readonly type: 'impossible'; readonly message: string };

/** The argument vector with its program as an absolute path, or what is missing. */
export function checkStart(spec: Startable): StartCheck {
  const [name, ...args] = spec.argv;
  if (name === undefined || name === '') return impossible('There is no program to run.');
  if (!isFolder(spec.cwd)) {
    return impossible(
      `The folder ${spec.cwd} does not exist or is not a folder. Choose an existing working directory.`,
    );
  }
  if (spec.argv.some((argument) => argument.includes('\0'))) {
    return impossible('The command contains a NUL character, which no program can be given.');
  }
  const program = findProgram(name, spec);
  if (program !== null) return { type: 'ready', argv: [program, ...args] };
  const where = name.includes('/') ? '' : ' in the folders of PATH';
  return impossible(`The program ${name} was not found${where} or may not be run.`);
}

function impossible(message: string): StartCheck {
  return { type: 'impossible', message };
}

function findProgram(name: string, { cwd, env }: Startable): string | null {
  if (isAbsolute(name)) return isProgram(name) ? name : null;
  if (/[/\\]/.test(name)) return isProgram(resolve(cwd, name)) ? resolve(cwd, name) : null;
  const folders = (env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin').split(delimiter);
  return folders.map((folder) => resolve(cwd, join(folder, name))).find(isProgram) ?? null;
}

export function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false; // not there, or not ours to run: either way it cannot be started
  }
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false; // not there or not readable: nothing can run in it
  }
}
