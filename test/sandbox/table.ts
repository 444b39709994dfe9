// The battery's result as a table, and its sums.
import { CONFINEMENTS, type Confinement } from './attempt.ts';
import type { Outcome } from './battery.ts';

export interface Row {
  readonly name: string;
  readonly kind: string;
  readonly outcomes: Partial<Record<Confinement | 'none', Outcome>>;
}

const COLUMNS = ['none', ...CONFINEMENTS] as const;
const WIDTH = 16;

export function tableOf(rows: readonly Row[]): string {
  const wide = Math.max(...rows.map(({ kind, name }) => kind.length + name.length + 2));
  const line = (title: string, cells: readonly string[]): string =>
    `    ${title.padEnd(wide)}  ${cells.map((cell) => cell.padEnd(WIDTH)).join('')}`.trimEnd();
  return [
    '',
    line('', ['no sandbox', ...CONFINEMENTS]),
    ...rows.map(({ kind, name, outcomes }) =>
      line(
        `${kind}: ${name}`,
        COLUMNS.map((column) => (column === 'none' ? shownOutside : shown)(outcomes[column])),
      ),
    ),
    '',
    line(
      'attempts stopped',
      COLUMNS.map((column) => (column === 'none' ? '' : sum(rows, column, ['stopped', 'OPEN']))),
    ),
    line(
      'checks that work',
      COLUMNS.map((column) => (column === 'none' ? '' : sum(rows, column, ['works', 'BROKEN']))),
    ),
    '',
  ].join('\n');
}

const shown = (outcome: Outcome | undefined): string => outcome ?? '';
const shownOutside = (outcome: Outcome | undefined): string => (outcome === 'OPEN' ? 'succeeds' : (outcome ?? ''));

function sum(rows: readonly Row[], column: Confinement, [good, bad]: readonly [Outcome, Outcome]): string {
  const count = (wanted: Outcome): number => rows.filter(({ outcomes }) => outcomes[column] === wanted).length;
  const others = rows.filter(({ outcomes }) => outcomes[column] === 'not tried').length;
  return `${count(good)} of ${count(good) + count(bad)}${others > 0 && good === 'stopped' ? ` (${others} ?)` : ''}`;
}
