// `bowline doctor`: looks through the stored threads for damage, says what it found and what to do, and mends it when asked.
import { diagnose, treat, type Diagnosis } from './adapters/store/doctor.ts';
import type { Fault } from './adapters/store/examine.ts';
import type { Liveness } from './adapters/store/liveness.ts';
import type { Clock, Log } from './core/ports.ts';
import type { ForeignOwner } from './core/thread/threadStore.ts';

export interface DoctorCommandOptions {
  /** Absolute. */
  readonly home: string;
  readonly log: Log;
  readonly clock: Clock;
  readonly liveness?: Liveness;
}

const FAULTS_TOLD = 20;
const FIX = 'bowline doctor --fix';

/** What is to be printed, and the exit code. */
export async function runDoctor(
  fix: boolean,
  options: DoctorCommandOptions,
): Promise<{ readonly text: string; readonly exitCode: number }> {
  const found = await diagnose(options);
  if (!fix || isSound(found)) return printed([...describe(found), ...adviceFor(found, fix)], found);
  const { mended, quarantine, after } = await treat(found, options);
  const lines = [
    ...describe(found),
    '',
    `Mended: ${mended}.`,
    ...(quarantine === null ? [] : [`What nothing could mend was moved, not deleted: ${quarantine}`]),
    '',
    'After that:',
    ...describe(after),
    ...adviceFor(after, fix),
  ];
  return printed(lines, after);
}

function printed(lines: readonly string[], last: Diagnosis): { readonly text: string; readonly exitCode: number } {
  return { text: `${lines.join('\n')}\n`, exitCode: isSound(last) ? 0 : 1 };
}

function isSound(diagnosis: Diagnosis): boolean {
  return diagnosis.type === 'nothing' || (diagnosis.type === 'examined' && diagnosis.examination.faults.length === 0);
}

function describe(diagnosis: Diagnosis): string[] {
  const { path } = diagnosis;
  switch (diagnosis.type) {
    case 'nothing':
      return [`No threads are stored yet: there is no ${path}`];
    case 'unusable':
      return [`${path} cannot be read.`, diagnosis.why];
    case 'damaged':
      return [`${path} is damaged. SQLite says:`, ...diagnosis.found.map((line) => `  ${line}`)];
    case 'otherVersion': {
      const isNewer = diagnosis.version > diagnosis.known;
      return [`${path} was written by ${isNewer ? 'a newer' : 'an older'} Bowline; its file is sound.`];
    }
    case 'examined':
      return describeExamined(diagnosis);
  }
}

function describeExamined({
  path,
  examination,
  owners,
  deadLeases,
}: Extract<Diagnosis, { type: 'examined' }>): string[] {
  const { threads, events, faults, otherShapes } = examination;
  const told = faults.slice(0, FAULTS_TOLD).map((fault) => `  ${faultLine(fault, owners)}`);
  const more = faults.length - told.length;
  const others = [...otherShapes.values()].reduce((sum, count) => sum + count, 0);
  return [
    `${path}: ${counted(threads, 'thread')}, ${counted(events, 'event')}. The file is sound.`,
    ...[...owners].map(([threadId, { by }]) => `Note: ${threadId} is being written by ${ownerWords(by)}.`),
    ...(deadLeases === 0
      ? []
      : [`Note: ${counted(deadLeases, 'thread')} had a writer that died; the next server closes what it left open.`]),
    ...(others === 0
      ? []
      : [`Note: ${counted(others, 'event')} of another shape than this version writes; they are kept as they are.`]),
    faults.length === 0 ? 'No faults.' : `${counted(faults.length, 'fault')}:`,
    ...told,
    ...(more > 0 ? [`  and ${more} more`] : []),
  ];
}

function faultLine(fault: Fault, owners: ReadonlyMap<string, ForeignOwner>): string {
  const of = `thread ${fault.threadId === '' ? '?' : fault.threadId}`;
  return `${of}: ${faultWords(fault)}${owners.has(fault.threadId) ? ' (being written: only looked at)' : ''}`;
}

function faultWords(fault: Fault): string {
  switch (fault.type) {
    case 'row':
      return `row ${fault.place} of ${fault.table}: ${fault.why}`;
    case 'base':
      return 'the history that it inherits is not there';
    case 'columns':
      return 'it is listed by other words than its record has';
    case 'projection':
      return `${counted(fault.rows, 'row')} of its turns and items are not as its events say`;
  }
}

function adviceFor(diagnosis: Diagnosis, hasTried: boolean): string[] {
  if (isSound(diagnosis)) return [];
  switch (diagnosis.type) {
    case 'nothing':
    case 'unusable':
      return [];
    case 'otherVersion':
      if (diagnosis.version > diagnosis.known) return ['Update Bowline, or set BOWLINE_HOME to another folder.'];
      return [`The next server brings it up to date, and so does ${FIX}.`];
    case 'damaged':
      if (diagnosis.owners.length > 0)
        return [
          `Close what writes threads in it, then run ${FIX}:`,
          ...diagnosis.owners.map(({ by }) => `  ${ownerWords(by)}`),
        ];
      return hasTried
        ? ['It is still damaged: check the disk.']
        : [`Run ${FIX}: it sets the file aside and recovers what can be read.`];
    case 'examined':
      return hasTried
        ? ['What is left belongs to threads that are being written. Close those windows and run it again.']
        : [`Run ${FIX}: it mends the tables from the event log and sets aside, in a file, what cannot be mended.`];
  }
}

function ownerWords({ client, pid, host }: ForeignOwner['by']): string {
  return `${client} (process ${pid} on ${host})`;
}

function counted(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
