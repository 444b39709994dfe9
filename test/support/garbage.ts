// Looks whether something is still held by anybody.
import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Which of the objects are still held after everything that nobody holds was collected. */
export async function stillHeld<T extends object>(objects: readonly WeakRef<T>[]): Promise<T[]> {
  // an object that was looked at is held until the turn of the event loop ends
  await setImmediate();
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  return objects.flatMap((object) => object.deref() ?? []);
}
