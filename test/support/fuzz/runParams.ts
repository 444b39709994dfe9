// Runs the made-up requests in a process of their own, locked in where the system can do that: nothing outside of a scratch folder is written.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { openSchemaOracle } from '../schemaOracle.ts';

export interface ParamsRun {
  readonly cases: number;
  readonly seed: number;
}

/** Resolves with the figures; rejects with what did not hold, and the seed. */
export async function runParams({ cases, seed }: ParamsRun): Promise<string> {
  // in there is no network to fetch the schema with
  await openSchemaOracle();
  const scratch = mkdtempSync(join(realpathSync(tmpdir()), 'bowline-params-'));
  try {
    const worker = join(import.meta.dirname, 'paramsWorker.ts');
    const command = [process.execPath, '--expose-gc', worker, scratch, String(cases), String(seed)];
    const [program = '', ...args] = [...lock(scratch), ...command];
    const child = spawn(program, args, {
      cwd: scratch,
      env: { ...process.env, TMPDIR: scratch },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const [told, complaints, [code, signal]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'exit'),
    ]);
    assert.equal(code, 0, `the worker ended with ${String(code ?? signal)}: ${complaints.slice(-6_000)}`);
    return told;
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
