// All tripwires, and which of those that are armed a script or a patch touches.
import type { TripwireName } from '../../../protocol/schema/safety.ts';
import type { ShellScript } from '../shell/shellScript.ts';
import { credentialRead } from './credentialRead.ts';
import { deviceWrite } from './deviceWrite.ts';
import { forkBomb } from './forkBomb.ts';
import { historyRewrite } from './historyRewrite.ts';
import { massDeletion, massDeletionInPatch } from './massDeletion.ts';
import { networkToShell } from './networkToShell.ts';
import { recursiveDeletion } from './recursiveDeletion.ts';
import type { Tripped, Tripwire, TripwireSurroundings } from './tripwire.ts';

/** The gravest first: the first that is touched gives the reason. */
const TRIPWIRES: readonly Tripwire[] = [
  deviceWrite,
  forkBomb,
  recursiveDeletion,
  networkToShell,
  credentialRead,
  historyRewrite,
  massDeletion,
];

/** `disarmed` are those that the user switched off. */
export function trippedByScript(
  script: ShellScript,
  where: TripwireSurroundings,
  disarmed: readonly TripwireName[],
): Tripped | null {
  for (const { name, command: seesCommand, script: seesScript } of TRIPWIRES) {
    if (disarmed.includes(name)) continue;
    const whole = seesScript?.(script, where) ?? null;
    if (whole !== null) return { name, reason: whole };
    if (seesCommand === undefined) continue;
    for (const command of script.commands) {
      const reason = seesCommand(command, where);
      if (reason !== null) return { name, reason };
    }
  }
  return null;
}

export function trippedByPatch(deleted: readonly string[], disarmed: readonly TripwireName[]): Tripped | null {
  if (disarmed.includes('mass_deletion')) return null;
  const reason = massDeletionInPatch(deleted);
  return reason === null ? null : { name: 'mass_deletion', reason };
}
