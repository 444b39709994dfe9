// Short looks at files are taken at once: a hop to another thread and back costs more than they do. Others get their turn in between.
import { setImmediate } from 'node:timers/promises';

/** How long the event loop is held at most: what a turn waits for comes in many steps, each of which may wait so long. */
const SLICE_MS = 2;
let startedAt = 0;

/** Call before each file. Waits, when the slice is over, until everybody else has had a turn. */
export async function breathe(): Promise<void> {
  if (performance.now() - startedAt < SLICE_MS) return;
  await setImmediate();
  startedAt = performance.now();
}
