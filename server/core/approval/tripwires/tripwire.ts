// What a tripwire is: a shape of commands that asks in every mode, and what it needs to know to see one.
import type { TripwireName } from '../../../protocol/schema/safety.ts';
import type { Places } from '../../pathPolicy/places.ts';
import type { ShellCommand, ShellScript } from '../shell/shellScript.ts';

export interface TripwireSurroundings {
  /** Folders below which deleting is everyday work: the workspace and what else may be written. Absolute. */
  readonly roots: readonly string[];
  readonly places: Places;
}

/** Why it asks, in words for the user; null when the command is not of the shape. */
export type CommandTripwire = (command: ShellCommand, where: TripwireSurroundings) => string | null;

export interface Tripped {
  readonly name: TripwireName;
  readonly reason: string;
}

export interface Tripwire {
  readonly name: TripwireName;
  readonly command?: CommandTripwire;
  /** For what is seen only in a script as a whole. */
  readonly script?: (script: ShellScript, where: TripwireSurroundings) => string | null;
}
