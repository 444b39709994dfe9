// Signals a whole process group and waits until none of it is left.
import { readdirSync, readFileSync } from 'node:fs';

const FIRST_POLL_MS = 2;
const LONGEST_POLL_MS = 50;
/** After SIGKILL there is nothing more to do than to wait for the system, and not for ever. */
const AFTER_KILL_MS = 1000;

/** Whether the system still knows the group; cheap, but processes that are dead and not yet reaped count. */
export function isGroupKnown(group: number): boolean {
  try {
    process.kill(process.platform === 'win32' ? group : -group, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Whether any process of the group runs. Orphans of a container without an init stay unreaped for ever; those do not count. */
export function isGroupAlive(group: number): boolean {
  if (!isGroupKnown(group)) return false;
  return (
    process.platform !== 'linux' || readdirSync('/proc').some((entry) => /^\d+$/.test(entry) && runsIn(entry, group))
  );
}

/** SIGTERM to every process of the group, SIGKILL to what is left after `graceMs`; resolves when the group is gone. */
export async function endGroup(group: number, graceMs: number): Promise<void> {
  signalGroup(group, 'SIGTERM');
  if (await isGone(group, graceMs)) return;
  signalGroup(group, 'SIGKILL');
  await isGone(group, AFTER_KILL_MS);
}

function runsIn(pid: string, group: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // pid (name) state parent group ...; a name may have any character in it
    const [state, , processGroup] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return Number(processGroup) === group && state !== 'Z' && state !== 'X';
  } catch {
    return false; // it ended while we looked
  }
}

function signalGroup(group: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  if (process.platform === 'win32') {
    // Windows has no groups and no polite signal: the tree is ended at once
    const { spawnSync } = process.getBuiltinModule('node:child_process');
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
  let pollMs = FIRST_POLL_MS;
  return new Promise((resolve) => {
    const look = (): void => {
      if (!isGroupAlive(group)) resolve(true);
      else if (performance.now() >= deadline) resolve(false);
      else setTimeout(look, pollMs);
      pollMs = Math.min(LONGEST_POLL_MS, pollMs * 2);
    };
    look();
  });
}
