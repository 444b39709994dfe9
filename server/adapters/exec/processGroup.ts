// Signals a whole process group and waits until none of it is left.
import { spawnSync } from 'node:child_process';

const POLL_MS = 5;
/** A zombie that nobody reaps counts as alive for ever; after SIGKILL there is nothing more to wait for. */
const AFTER_KILL_MS = 1000;

/** Whether any process of the group is left. */
export function isGroupAlive(group: number): boolean {
  try {
    process.kill(process.platform === 'win32' ? group : -group, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** SIGTERM to every process of the group, SIGKILL to what is left after `graceMs`; resolves when the group is gone. */
export async function endGroup(group: number, graceMs: number): Promise<void> {
  signalGroup(group, 'SIGTERM');
  if (await isGone(group, graceMs)) return;
  signalGroup(group, 'SIGKILL');
  await isGone(group, AFTER_KILL_MS);
}

function signalGroup(group: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  if (process.platform === 'win32') {
    // Windows has no groups and no polite signal: the tree is ended at once
    spawnSync('taskkill', ['/pid', String(group), '/T', '/F'], { windowsHide: true });
    return;
  }
  try {
    process.kill(-group, signal);
  } catch {
    // it ended by itself, or what is left runs as another user and is not ours to end
  }
}

function isGone(group: number, withinMs: number): Promise<boolean> {
  const deadline = performance.now() + withinMs;
  return new Promise((resolve) => {
    const look = (): void => {
      if (!isGroupAlive(group)) resolve(true);
      else if (performance.now() >= deadline) resolve(false);
      else setTimeout(look, POLL_MS);
    };
    look();
  });
}
