// Tripwires, risks and the sandbox in plain words.
import type { Risk, Safety, TripwireName } from '../../server/protocol/schema/safety.ts';

/** The name of a tripwire as a heading. */
export function tripwireWords(tripwire: TripwireName): string {
  switch (tripwire) {
    case 'recursive_deletion':
      return 'Deletes a whole folder';
    case 'history_rewrite':
      return 'Rewrites history';
    case 'device_write':
      return 'Writes to a disk or device';
    case 'credential_read':
      return 'Reads credentials';
    case 'network_to_shell':
      return 'Runs what the network sends';
    case 'fork_bomb':
      return 'Starts processes without end';
    case 'mass_deletion':
      return 'Deletes many files';
  }
}

/** A risk as a screen reader says it. */
export function riskWords(risk: Risk): string {
  switch (risk) {
    case 'high':
      return 'High risk';
    case 'medium':
      return 'Medium risk';
    case 'low':
      return 'Low risk';
  }
}

type MaybeSafety = Safety | null | undefined;

/** A server that says nothing about the risk is not taken to mean that there is none. */
export function riskOf(safety: MaybeSafety): Risk {
  return safety?.risk ?? 'medium';
}

/** The question, under the heading of the tripwire if one asks. */
export function questionOf(safety: MaybeSafety, question: string): string {
  const tripwire = safety?.tripwire ?? null;
  return tripwire === null ? question : `${tripwireWords(tripwire)}: ${question}`;
}

/** What a tripwire means for the modes; "" where the policy asks. */
export function tripwireNote(safety: MaybeSafety): string {
  return (safety?.tripwire ?? null) === null ? '' : 'This is asked in every mode, each time.';
}

/** Where a command would run; "" when the server does not say. */
export function sandboxNote(safety: MaybeSafety): string {
  if (safety === null || safety === undefined) return '';
  return safety.isSandboxed
    ? 'It would run inside of the sandbox, with no more than that allows.'
    : 'It would run OUTSIDE of the sandbox, and could do everything that you may do.';
}
