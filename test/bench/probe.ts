// A probe: something both programs are made to do, which gives one number for each of its measures.
import type { ProgramName, Programs } from './programs.ts';
import type { Sample } from './report.ts';

export interface Probe {
  /** The measures of report.ts that it gives. */
  readonly keys: readonly string[];
  /** A third of the rounds is enough for what takes seconds. */
  readonly isLong?: boolean;
  /** Makes homes, models and what is stored for both programs. */
  open(programs: Programs): Promise<OpenProbe>;
}

export interface OpenProbe extends AsyncDisposable {
  /** Throws when the program did not do what is measured. */
  sample(name: ProgramName): Promise<Sample>;
}
