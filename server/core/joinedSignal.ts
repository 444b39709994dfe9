// Waits on several signals as on one, for a while.

/**
 * Does the task with a signal that is aborted with the first of the sources, and with its reason. Unlike `AbortSignal.any` it leaves
 * nothing with sources that live longer than the task.
 */
export async function withJoinedSignal<T>(
  sources: readonly AbortSignal[],
  task: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const joined = new AbortController();
  const abort = (): void => joined.abort(sources.find(({ aborted }) => aborted)?.reason);
  for (const source of sources) source.addEventListener('abort', abort);
  if (sources.some(({ aborted }) => aborted)) abort();
  try {
    return await task(joined.signal);
  } finally {
    for (const source of sources) source.removeEventListener('abort', abort);
  }
}
