// Runs the made-up requests in a process of their own, locked in where the system can do that: nothing outside of a scratch folder is written.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSchemaOracle } from '../schemaOracle.ts';
import { runWorker } from './shards.ts';

export interface ParamsRun {
  readonly cases: number;
  readonly seed: number;
  /** Hears each line of the worker. */
  onLine?(line: string): void;
}

/** Resolves with the figures; rejects with what did not hold, and the seed. */
export async function runParams({ cases, seed, onLine = () => undefined }: ParamsRun): Promise<string> {
  // in there is no network to fetch the schema with
  await openSchemaOracle();
  const scratch = mkdtempSync(join(realpathSync(tmpdir()), 'bowline-params-'));
  try {
    const worker = join(import.meta.dirname, 'paramsWorker.ts');
    const command = [process.execPath, '--expose-gc', worker, scratch, String(cases), String(seed)];
    const env = { ...process.env, TMPDIR: scratch };
    return await runWorker({ command: [...lock(scratch), ...command], env, cwd: scratch }, onLine);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** The words before a command that lock it in; none where there is no bubblewrap that works. */
function lock(scratch: string): readonly string[] {
  const words = ['bwrap', '--ro-bind', '/', '/', '--dev', '/dev', '--proc', '/proc'];
  const all = [...words, '--bind', scratch, scratch, '--unshare-pid', '--unshare-net', '--die-with-parent'];
  const [program = '', ...args] = all;
  return spawnSync(program, [...args, 'true'], { stdio: 'ignore' }).status === 0 ? all : [];
}
