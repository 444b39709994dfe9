// What is said to the user about an import: a line for each thread, and one for all.
import type { ImportedAs, ImportOutcome } from './threadImport.ts';

const TITLE_LENGTH = 60;

/** Null for a thread of which there is nothing to say. */
export function outcomeLine(outcome: ImportOutcome): string | null {
  switch (outcome.type) {
    case 'imported':
    case 'updated':
      return `${outcome.type} ${outcome.thread.id}: ${described(outcome.thread)}`;
    case 'upToDate':
      return null;
    case 'skipped':
    case 'failed':
      return `${outcome.type} ${outcome.subject}: ${outcome.reason}`;
  }
}

/** E.g. `3 imported, 1 updated, 12 up to date, 0 skipped, 0 failed; 2 threads of sub-agents left out`. */
export function summaryLine(outcomes: readonly ImportOutcome[], subAgents: number): string {
  const count = (type: ImportOutcome['type']): number => outcomes.filter((outcome) => outcome.type === type).length;
  const counts = `${count('imported')} imported, ${count('updated')} updated, ${count('upToDate')} up to date, ${count('skipped')} skipped, ${count('failed')} failed`;
  return subAgents === 0 ? counts : `${counts}; ${counted(subAgents, 'thread')} of sub-agents left out`;
}

function described({ title, turns, broken, unknown, isCut }: ImportedAs): string {
  const line = title.replaceAll(/\s+/g, ' ').trim();
  const kinds = Object.entries(unknown).map(([kind, times]) => `${kind} (${times})`);
  return [
    line.length > TITLE_LENGTH ? `${line.slice(0, TITLE_LENGTH - 1)}…` : line,
    counted(turns, 'turn'),
    ...(broken === 0 ? [] : [`${counted(broken, 'broken line')} passed over`]),
    ...(kinds.length === 0 ? [] : [`not known here: ${kinds.join(', ')}`]),
    ...(isCut ? ['the history before it was not found'] : []),
  ].join(', ');
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
