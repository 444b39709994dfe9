// A thread that ends its process, and says which case it was, when one case does not end: what never waits cannot be interrupted from within.
import { writeSync } from 'node:fs';
import { isMainThread, Worker, workerData } from 'node:worker_threads';

const LONGEST_CASE_MS = 300_000;
const LOOK_MS = 5_000;

/** Count each case that has ended up in the first element. */
export function watchCases(seed: number): { readonly ended: Int32Array; stop(): Promise<unknown> } {
  const ended = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const worker = new Worker(import.meta.filename, { workerData: { ended, seed } });
  worker.unref();
  return { ended, stop: () => worker.terminate() };
}

if (!isMainThread) {
  const { ended, seed }: { ended: Int32Array; seed: number } = workerData;
  let last = -1;
  let sinceMs = Date.now();
  setInterval(() => {
    const now = Atomics.load(ended, 0);
    if (now !== last) {
      last = now;
      sinceMs = Date.now();
    }
    if (Date.now() - sinceMs < LONGEST_CASE_MS) return;
    writeSync(2, `a case does not end; again with BOWLINE_FUZZ_SEED=${seed}:${now}\n`);
    process.kill(process.pid, 'SIGKILL');
  }, LOOK_MS);
}
