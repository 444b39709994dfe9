// A long fuzzing in several processes, one for each core that it may have: each has a seed of its own, and any case can be tried again.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';

export interface Shard {
  readonly cases: number;
  readonly seed: number;
  /** Of the one case to try again, as fast-check told it. */
  readonly path: string | null;
}

const MOST_SHARDS = 2;
/** Further than any worker counts up from its own. */
const BETWEEN_SEEDS = 1_000_000;

/**
 * As the environment says: BOWLINE_FUZZ_CASES in all, BOWLINE_FUZZ_SHARDS processes, BOWLINE_FUZZ_SEED for the first of them. A failure
 * tells its own seed, or `SEED:PATH`: given as BOWLINE_FUZZ_SEED, it comes again, in one process.
 */
export function shardsOf(env: NodeJS.ProcessEnv, usualCases: number): readonly Shard[] {
  const given = env['BOWLINE_FUZZ_SEED'] ?? String(Date.now() % 1_000_000_000);
  const [, seed = '', path] = /^(\d+)(?::([\d:]+))?$/.exec(given) ?? [];
  assert.ok(seed !== '', `BOWLINE_FUZZ_SEED is no seed: ${given}`);
  const cases = Number(env['BOWLINE_FUZZ_CASES'] ?? usualCases);
  if (path !== undefined) return [{ cases, seed: Number(seed), path }];
  const count = Number(env['BOWLINE_FUZZ_SHARDS'] ?? Math.min(MOST_SHARDS, availableParallelism()));
  return Array.from({ length: count }, (_, index) => ({
    cases: Math.ceil(cases / count),
    seed: Number(seed) + index * BETWEEN_SEEDS,
    path: null,
  }));
}

/** Runs all at once, and tells of each which seed it has. Rejects when one has failed, after all have ended. */
export async function runShards(shards: readonly Shard[], run: (shard: Shard) => Promise<unknown>): Promise<void> {
  const ended = await Promise.allSettled(
    shards.map(async (shard) => {
      console.log(`seed ${shard.seed}: ${shard.cases} cases`);
      await run(shard);
    }),
  );
  const failures = ended.flatMap((one) => (one.status === 'rejected' ? [String(one.reason)] : []));
  assert.deepEqual(failures, []);
}

export interface Worker {
  readonly command: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
}

/** Hands on what it prints, line by line. Resolves with all of it; rejects with its complaints. */
export async function runWorker({ command, env, cwd }: Worker, onLine: (line: string) => void): Promise<string> {
  const [program = '', ...args] = command;
  const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const lines: string[] = [];
  createInterface(child.stdout).on('line', (line) => {
    lines.push(line);
    onLine(line);
  });
  const [complaints, [code, signal]] = await Promise.all([text(child.stderr), once(child, 'close')]);
  assert.equal(code, 0, `the worker ended with ${String(code ?? signal)}: ${complaints.slice(-6_000)}`);
  return lines.join('\n');
}
