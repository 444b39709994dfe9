// Measures Bowline beside the reference server and in a real VS Code, and prints a table; fails when a goal is missed.
// Usage: npm run bench -- [server] [editor] [--runs N]   (both parts, if none is named)
import { parseArgs } from 'node:util';
import { runMain, say, step, UserError } from '../../scripts/progress.mjs';
import { absoluteRows, comparedRows, tableOf, type Row } from './report.ts';

const PARTS: Record<string, (runs: number) => Promise<Row[]>> = { server: serverRows, editor: editorRows };

await runMain(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { runs: { type: 'string', default: '15' } },
  });
  const unknown = positionals.find((name) => !(name in PARTS));
  if (unknown !== undefined)
    throw new UserError(`There is no part "${unknown}".`, `Name any of: ${Object.keys(PARTS).join(', ')}.`);
  const runs = Number(values.runs);
  if (!Number.isInteger(runs) || runs < 1) throw new UserError('--runs wants a whole number.', 'Try: --runs 15');
  const rows: Row[] = [];
  for (const [name, measure] of Object.entries(PARTS)) {
    if (positionals.length === 0 || positionals.includes(name)) rows.push(...(await measure(runs)));
  }
  say('');
  console.log(tableOf(rows));
  return rows.every(({ isGood }) => isGood) ? 0 : 1;
});

async function serverRows(runs: number): Promise<Row[]> {
  const { measureServers } = await import('./serverMeasures.ts');
  return comparedRows(await step('Measuring the servers', (detail) => measureServers(runs, detail)));
}

async function editorRows(runs: number): Promise<Row[]> {
  const { measureEditor } = await import('./editorMeasures.ts');
  return absoluteRows(await step('Measuring in a real VS Code', (detail) => measureEditor(runs, detail)));
}
