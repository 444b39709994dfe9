// Ends what outlived the end of its sandbox: bubblewrap that loses its parent before it has asked to die with it runs on.
import { readdirSync, readFileSync } from 'node:fs';

/** The program in whose hands a contained command is; everything in the container ends with it. */
const CONTAINER = 'bwrap';

/** `mark`: what nobody can guess, and stands among the arguments of the containers meant. */
export function endSurvivors(mark: string): void {
  if (process.platform !== 'linux') return;
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name) || textOf(`/proc/${name}/comm`).trim() !== CONTAINER) continue;
    if (!textOf(`/proc/${name}/cmdline`).includes(mark)) continue;
    try {
      process.kill(Number(name), 'SIGKILL');
    } catch {
      // it has ended meanwhile
    }
  }
}

/** The same for a shell: `$temporary` is the mark. */
export const END_SURVIVORS = `
for entry in $(grep -lF -- "$temporary" /proc/[0-9]*/cmdline 2>/dev/null); do
  entry=\${entry%/cmdline}
  read -r name < "$entry/comm" && [ "$name" = ${CONTAINER} ] && kill -s KILL "\${entry#/proc/}"
done`;

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return ''; // it has ended, or is somebody else's
  }
}
