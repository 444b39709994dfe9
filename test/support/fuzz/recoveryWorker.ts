// Damages thread databases and prints what came of it; a program of its own, so that several can run at once.
// Usage: node test/support/fuzz/recoveryWorker.ts CASES SEED [PATH]
import { watchCases } from './caseWatch.ts';
import { recoversAnything, scratchRoot, type Figures } from './storeRecovery.ts';

const [cases = '1000', seed = '1', path] = process.argv.slice(2);
const inWords = ({ cases: tried, recovered, refused, mended, rows }: Figures): string =>
  `${tried} cases, ${recovered} recovered, ${refused} taken for newer, ${mended} faults mended, ${rows} untouched rows found again`;
const CASES_A_REPORT = 1000;
const { ended, stop } = watchCases(Number(seed));

// for the copies that a recovery reads
process.env['TMPDIR'] = scratchRoot();
try {
  const progress = (figures: Figures): void => {
    Atomics.store(ended, 0, figures.cases);
    if (figures.cases % CASES_A_REPORT === 0) console.log(inWords(figures));
  };
  const run = { cases: Number(cases), seed: Number(seed), progress };
  console.log(inWords(await recoversAnything(path === undefined ? run : { ...run, path })));
  await stop();
} catch (error) {
  console.error(error);
  process.exit(1);
}
