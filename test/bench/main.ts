// Measures Bowline beside the reference server and in a real VS Code, and prints a table; fails when a goal is missed.
// Usage: npm run bench -- [server] [editor] [--runs N] [--only PATTERN]   (both parts and all rows, if none is named)
import { parseArgs } from 'node:util';
import { runMain, say, step, UserError } from '../../scripts/progress.mjs';
import { absoluteRows, comparedRows, isOfEditor, matching, tableOf, type Row } from './report.ts';

interface Wanted {
  readonly runs: number;
  /** Of measures. */
  readonly keys: ReadonlySet<string>;
}

const PARTS: Record<string, (wanted: Wanted) => Promise<Row[]>> = { server: serverRows, editor: editorRows };

await runMain(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { runs: { type: 'string', default: '15' }, only: { type: 'string', default: '' } },
  });
  const unknown = positionals.find((name) => !(name in PARTS));
  if (unknown !== undefined)
    throw new UserError(`There is no part "${unknown}".`, `Name any of: ${Object.keys(PARTS).join(', ')}.`);
  const runs = Number(values.runs);
  if (!Number.isInteger(runs) || runs < 1) throw new UserError('--runs wants a whole number.', 'Try: --runs 15');
  const keys = matching(new RegExp(values.only, 'i'));
  if (keys.size === 0)
    throw new UserError(`There is no row that matches "${values.only}".`, 'Try a word of its title: --only search');
  const rows: Row[] = [];
  for (const [name, measure] of Object.entries(PARTS)) {
    if (positionals.length === 0 || positionals.includes(name)) rows.push(...(await measure({ runs, keys })));
  }
  say('');
  console.log(tableOf(rows));
  return rows.every(({ isGood }) => isGood) ? 0 : 1;
});

async function serverRows({ runs, keys }: Wanted): Promise<Row[]> {
  const { measureServers } = await import('./serverMeasures.ts');
  const isWanted = (key: string): boolean => keys.has(key);
  return comparedRows(await step('Measuring the servers', (told) => measureServers({ runs, isWanted, told })));
}

async function editorRows({ runs, keys }: Wanted): Promise<Row[]> {
  if (![...keys].some(isOfEditor)) return [];
  const { measureEditor } = await import('./editorMeasures.ts');
  return absoluteRows(await step('Measuring in a real VS Code', (detail) => measureEditor(runs, detail)));
}
