// The measures with their goals, and the table of what came out.
import type { ProgramName } from './programs.ts';

/** One number for each measure. */
export type Sample = Readonly<Record<string, number>>;

export type Samples = Readonly<Record<ProgramName, readonly Sample[]>>;

interface Measure {
  readonly key: string;
  readonly title: string;
  readonly unit: 'ms' | 'MiB' | '%' | 'bytes';
}

/** `atMost`: the largest ratio to the reference that is good enough; null when it is only told. */
const COMPARED: readonly (Measure & { readonly atMost: number | null })[] = [
  { key: 'initialize', title: 'spawn → `initialize` answered', unit: 'ms', atMost: 0.25 },
  { key: 'rssIdle', title: 'memory after `initialize` (RSS)', unit: 'MiB', atMost: 0.5 },
  { key: 'pssIdle', title: 'memory after `initialize` (PSS)', unit: 'MiB', atMost: null },
  { key: 'rssUsed', title: 'memory after one streamed turn (RSS)', unit: 'MiB', atMost: 0.5 },
  { key: 'pssUsed', title: 'memory after one streamed turn (PSS)', unit: 'MiB', atMost: null },
  { key: 'firstDelta', title: '`turn/start` → first delta, first turn', unit: 'ms', atMost: 0.4 },
  { key: 'secondDelta', title: '`turn/start` → first delta, second turn', unit: 'ms', atMost: null },
  { key: 'deltas', title: '20,000 tiny deltas, every character delivered', unit: 'ms', atMost: 0.5 },
  { key: 'command', title: 'one of 50 trivial commands in a row', unit: 'ms', atMost: 0.5 },
  { key: 'sandboxedCommand', title: 'the same in the sandbox', unit: 'ms', atMost: 1 },
];

/** `atMost`: the largest value that is good enough. */
const ABSOLUTE: readonly (Measure & { readonly atMost: number | null })[] = [
  { key: 'activation', title: 'activation of the extension, its own time', unit: 'ms', atMost: 50 },
  { key: 'firstPaint', title: 'first paint of the chat, from the start of its page', unit: 'ms', atMost: 500 },
  { key: 'idleServer', title: 'processor of the server, panel open, 60 s idle', unit: '%', atMost: 0.5 },
  { key: 'idleServerWrites', title: 'disk writes of the server meanwhile', unit: 'bytes', atMost: 0 },
  { key: 'idleHost', title: 'processor that it adds to the extension host meanwhile', unit: '%', atMost: 0.5 },
  { key: 'idleHostWrites', title: 'disk writes that it adds to the extension host', unit: 'bytes', atMost: 0 },
];

export interface Row {
  readonly cells: readonly string[];
  readonly isGood: boolean;
}

/** The rows of what was compared with the reference. */
export function comparedRows(samples: Samples): Row[] {
  return COMPARED.map(({ key, title, unit, atMost }) => {
    const ours = median(samples.ours, key);
    const reference = median(samples.reference, key);
    const ratio = ours / reference;
    const isGood = atMost === null || ratio <= atMost;
    const goal = atMost === null ? '' : `≤ ${atMost}x`;
    const verdict = atMost === null ? '' : isGood ? 'yes' : 'NO';
    return { cells: [title, shown(ours, unit), shown(reference, unit), `${ratio.toFixed(2)}x`, goal, verdict], isGood };
  });
}

/** The rows of what has a goal of its own. */
export function absoluteRows(samples: readonly Sample[]): Row[] {
  return ABSOLUTE.filter(({ key }) => samples.some((sample) => key in sample)).map(({ key, title, unit, atMost }) => {
    const ours = median(samples, key);
    const isGood = atMost === null || ours <= atMost;
    const goal = atMost === null ? '' : `≤ ${atMost} ${unit}`;
    return { cells: [title, shown(ours, unit), '', '', goal, atMost === null ? '' : isGood ? 'yes' : 'NO'], isGood };
  });
}

/** The rows as a table in Markdown. */
export function tableOf(rows: readonly Row[]): string {
  const head = ['measure', 'Bowline', 'reference', 'ratio', 'goal', 'met'];
  const lines = [head, ['---', '--:', '--:', '--:', '--:', '---'], ...rows.map(({ cells }) => cells)];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** The middle of the samples that have this measure. */
export function median(samples: readonly Sample[], key: string): number {
  const values = samples.flatMap((sample) => sample[key] ?? []).toSorted((a, b) => a - b);
  const middle = values.length / 2;
  return values.length % 2 === 1 ? values[Math.floor(middle)]! : (values[middle - 1]! + values[middle]!) / 2;
}

function shown(value: number, unit: Measure['unit']): string {
  const digits = unit === 'bytes' ? 0 : unit === '%' ? 2 : value < 100 ? 1 : 0;
  return `${value.toFixed(digits)} ${unit}`;
}
