// The measures with their goals, and the table of what came out.
import type { ProgramName } from './programs.ts';

/** One number for each measure. */
export type Sample = Readonly<Record<string, number>>;

export type Samples = Readonly<Record<ProgramName, readonly Sample[]>>;

interface Measure {
  readonly key: string;
  readonly title: string;
  readonly unit: 'ms' | 'MiB' | '%' | 'bytes' | '';
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
  { key: 'deltasJoined', title: 'of them joined, as this client read too slowly', unit: '', atMost: null },
  { key: 'command', title: 'one of 50 trivial commands in a row', unit: 'ms', atMost: 0.5 },
  { key: 'sandboxedCommand', title: 'the same in the sandbox', unit: 'ms', atMost: 1 },
  { key: 'listFirst', title: '2,000 threads: spawn → first page of `thread/list`', unit: 'ms', atMost: 0.2 },
  { key: 'listAll', title: '2,000 threads: all pages', unit: 'ms', atMost: 0.2 },
  { key: 'search', title: '2,000 threads: `thread/search`', unit: 'ms', atMost: 0.1 },
  { key: 'rssList', title: 'memory after them (RSS)', unit: 'MiB', atMost: 0.6 },
  { key: 'resume', title: '2,000 turns: `thread/resume` without turns', unit: 'ms', atMost: 0.2 },
  { key: 'resumeTurns', title: '2,000 turns: `thread/resume` with turns', unit: 'ms', atMost: 0.4 },
  { key: 'rssResume', title: 'memory after it (RSS)', unit: 'MiB', atMost: 0.6 },
  { key: 'fork', title: '2,000 turns: `thread/fork`', unit: 'ms', atMost: 0.1 },
  { key: 'rssFork', title: 'memory after it (RSS)', unit: 'MiB', atMost: 0.6 },
  { key: 'output', title: '20 MB of command output, live', unit: 'ms', atMost: 1 },
  { key: 'outputLost', title: 'characters of it that were lost', unit: '', atMost: null },
  { key: 'rssOutput', title: 'memory after it (RSS)', unit: 'MiB', atMost: 0.6 },
  { key: 'patch', title: 'a patch of 200 files', unit: 'ms', atMost: 0.5 },
  { key: 'rssPatch', title: 'memory after it (RSS)', unit: 'MiB', atMost: 0.6 },
  { key: 'tenThreads', title: '10 threads of 2,000 deltas at once', unit: 'ms', atMost: 0.5 },
  { key: 'rssThreads', title: 'memory after them (RSS)', unit: 'MiB', atMost: 0.6 },
  { key: 'latency', title: 'model → client, a delta of a paced stream', unit: 'ms', atMost: 1 },
  { key: 'rssLatency', title: 'memory after the stream (RSS)', unit: 'MiB', atMost: 0.6 },
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

/** The measures whose key or title matches. */
export function matching(pattern: RegExp): ReadonlySet<string> {
  const all = [...COMPARED, ...ABSOLUTE].filter(({ key, title }) => pattern.test(key) || pattern.test(title));
  return new Set(all.map(({ key }) => key));
}

/** What the part of the editor gives. */
export const isOfEditor = (key: string): boolean => ABSOLUTE.some((measure) => measure.key === key);

export interface Row {
  readonly cells: readonly string[];
  readonly isGood: boolean;
}

/** The rows of what was compared with the reference. */
export function comparedRows(samples: Samples): Row[] {
  return COMPARED.filter(({ key }) => samples.ours.some((sample) => key in sample)).map((measure) => {
    const { key, title, unit, atMost } = measure;
    const ours = valuesOf(samples.ours, key);
    const reference = valuesOf(samples.reference, key);
    // round by round, so that a machine that others use too is as busy for both
    const ratio = median(ours.map((value, round) => value / reference[round]!));
    const best = Math.min(...ours) / Math.min(...reference);
    const isGood = atMost === null || ratio <= atMost;
    const goal = atMost === null ? '' : `≤ ${atMost}x`;
    const verdict = atMost === null ? '' : isGood ? 'yes' : 'NO';
    const cells = [title, shown(median(ours), unit), shown(median(reference), unit), times(ratio), times(best)];
    return { cells: [...cells, goal, verdict], isGood };
  });
}

function times(ratio: number): string {
  return Number.isFinite(ratio) ? `${ratio.toFixed(2)}x` : '';
}

/** The rows of what has a goal of its own. */
export function absoluteRows(samples: readonly Sample[]): Row[] {
  return ABSOLUTE.filter(({ key }) => samples.some((sample) => key in sample)).map(({ key, title, unit, atMost }) => {
    const ours = median(valuesOf(samples, key));
    const isGood = atMost === null || ours <= atMost;
    const goal = atMost === null ? '' : `≤ ${atMost} ${unit}`;
    return {
      cells: [title, shown(ours, unit), '', '', '', goal, atMost === null ? '' : isGood ? 'yes' : 'NO'],
      isGood,
    };
  });
}

/** The rows as a table in Markdown. */
export function tableOf(rows: readonly Row[]): string {
  const head = ['measure', 'Bowline', 'reference', 'ratio', 'of the best', 'goal', 'met'];
  const lines = [head, ['---', '--:', '--:', '--:', '--:', '--:', '---'], ...rows.map(({ cells }) => cells)];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** The samples that have this measure, in order. */
export function valuesOf(samples: readonly Sample[], key: string): number[] {
  return samples.flatMap((sample) => sample[key] ?? []);
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length % 2 === 1 ? sorted[Math.floor(middle)]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

function shown(value: number, unit: Measure['unit']): string {
  if (unit === '') return value.toLocaleString('en');
  const digits = unit === 'bytes' ? 0 : unit === '%' ? 2 : value < 100 ? 1 : 0;
  return `${value.toFixed(digits)} ${unit}`;
}
