// The folders in which commands are tried: made, filled with a copy of the workspace, and removed, also those of servers that are gone.
import type { ExecFileOptions } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from '../../core/ports.ts';
import { messageOf } from '../../protocol/errors.ts';
import { isProcessRunning } from '../isProcessRunning.ts';

export interface ScratchFolders {
  /** Where they lie; absolute. */
  readonly base: string;
  make(): string;
  remove(path: string): Promise<void>;
}

/** Removes, before anything else, what servers that are gone left in `base`. */
export function createScratchFolders(base: string, log: Log): ScratchFolders {
  const remove = (path: string): Promise<void> =>
    removeTree(path).catch((error: unknown) =>
      log.warn('A scratch copy could not be removed.', { path, reason: messageOf(error) }),
    );
  const cleaned = Promise.all(leftIn(base).map((name) => remove(join(base, name))));
  return {
    base,
    make() {
      mkdirSync(base, { recursive: true, mode: 0o700 });
      return mkdtempSync(join(base, `${process.pid}-`));
    },
    async remove(path) {
      await cleaned;
      await remove(path);
    },
  };
}

/** With permissions, times, links and special files; blocks are shared where the file system can. */
export async function copyTree(from: string, to: string, signal: AbortSignal): Promise<void> {
  const flags = process.platform === 'darwin' ? ['-Rpc'] : ['-a', '--reflink=auto'];
  try {
    await run('cp', [...flags, '--', `${from}/.`, to], { signal, env: { ...process.env, LC_ALL: 'C' } });
  } catch (error) {
    signal.throwIfAborted();
    const said =
      error instanceof Error && 'stderr' in error ? String(error.stderr).split('\n', 1)[0] : messageOf(error);
    throw new Error(`The workspace could not be copied: ${said}`, { cause: error });
  }
}

async function removeTree(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true });
  } catch {
    // a command may have made folders that cannot be written to
    await run('chmod', ['-R', 'u+rwX', '--', path]);
    await rm(path, { recursive: true, force: true });
  }
}

async function run(program: string, args: readonly string[], options: ExecFileOptions = {}): Promise<void> {
  const { execFile } = process.getBuiltinModule('node:child_process');
  const { promisify } = process.getBuiltinModule('node:util');
  await promisify(execFile)(program, args, options);
}

function leftIn(base: string): string[] {
  try {
    return readdirSync(base).filter((name) => !isProcessRunning(Number.parseInt(name, 10)));
  } catch {
    // there has never been one
    return [];
  }
}
