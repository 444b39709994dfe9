// Runs all tests, from the checks of the source to the installed product in a real VS Code, and sums them up.
// Usage: npm test   or: npm test -- [suite …]   with suites of the list below
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, delimiter, join } from 'node:path';
import { ROOT } from './folders.mjs';
import { runMain, say, UserError } from './progress.mjs';
import { runVisibly } from './run.mjs';
import { setupTests } from './setup.mjs';
import { STORY_FLAGS, TWO_AT_ONCE, withoutProfile } from './stories.mjs';

/** @typedef {{ passed: number, failed: number, skipped: number, note?: string, failures?: string[] }} Outcome */
/** @typedef {{ node: string, env: NodeJS.ProcessEnv, countsFile: string }} Surroundings */

/** Of the error of a failed test, where everything is summed up: a log is often kept by its end alone. */
const FAILURE_LINES = 30;
const BROWSER_PATIENCE = ['--timeout', '180000'];

/** In the order in which they are run: what is fast and fails first, comes first. @type {Record<string, (at: Surroundings) => Promise<Outcome>>} */
const SUITES = {
  check: (at) => runScript('scripts/check.mjs', at),
  build: (at) => runScript('scripts/package.mjs', at),
  unit: (at) => runMocha('test/unit', at),
  contract: (at) => runStories('test/contract', at, STORY_FLAGS),
  sandbox: (at) => runMocha('test/sandbox', at),
  doors: (at) => runStories('test/doors', at),
  extension: (at) => runCounting('test/extension', ['test/extension/main.ts'], at),
  page: (at) => runMocha('test/browser/page', at, [...BROWSER_PATIENCE, ...TWO_AT_ONCE]),
  browser: (at) => runMocha('test/browser', at, [...BROWSER_PATIENCE, '--ignore', 'test/browser/page/**']),
};

await runMain(async () => {
  const wanted = process.argv.slice(2);
  const unknown = wanted.find((name) => !(name in SUITES));
  if (unknown !== undefined) {
    throw new UserError(`There is no suite "${unknown}".`, `Name any of: ${Object.keys(SUITES).join(', ')}.`);
  }
  const { node, chromium } = await setupTests();
  const folder = await mkdtemp(join(tmpdir(), 'bowline-tests-'));
  const path = [join(ROOT, 'node_modules', '.bin'), dirname(node), process.env.PATH].join(delimiter);
  const countsFile = join(folder, 'counts.jsonl');
  const env = { ...process.env, PATH: path, BOWLINE_CHROMIUM: chromium, BOWLINE_TEST_COUNTS: countsFile };
  try {
    const suites = Object.entries(SUITES).filter(([name]) => wanted.length === 0 || wanted.includes(name));
    return report(await runSuites(suites, { node, env, countsFile }));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

/** @param {[name: string, run: (at: Surroundings) => Promise<Outcome>][]} suites @param {Surroundings} surroundings */
async function runSuites(suites, surroundings) {
  /** @type {(Outcome & { name: string, seconds: number })[]} */
  const outcomes = [];
  for (const [name, run] of suites) {
    say(`\n━━ ${name} ${'━'.repeat(60 - name.length)}`);
    const startedAt = performance.now();
    const outcome = await run(surroundings);
    outcomes.push({ name, ...outcome, seconds: (performance.now() - startedAt) / 1000 });
  }
  return outcomes;
}

/** @param {Awaited<ReturnType<typeof runSuites>>} outcomes */
function report(outcomes) {
  for (const { name, failures = [] } of outcomes) {
    for (const failure of failures) {
      say(`\n✗ ${name}: ${failure.split('\n').slice(0, FAILURE_LINES).join('\n    ')}`);
    }
  }
  say('');
  for (const { name, passed, failed, skipped, seconds, note } of outcomes) {
    const counts = `${passed} passed, ${failed} failed${skipped === 0 ? '' : `, ${skipped} skipped`}`;
    const mark = failed > 0 ? '✗' : note === undefined ? '✓' : '-';
    say(`${mark} ${name.padEnd(10)} ${(note ?? counts).padEnd(40)} ${Math.round(seconds)} s`);
  }
  say('');
  /** @param {'passed' | 'failed'} key */
  const sum = (key) => outcomes.reduce((total, outcome) => total + outcome[key], 0);
  console.log(`${sum('passed')} passed, ${sum('failed')} failed`);
  return sum('failed') === 0 ? 0 : 1;
}

/**
 * A script that counts as one test.
 * @param {string} script
 * @param {Surroundings} at
 * @returns {Promise<Outcome>}
 */
async function runScript(script, { node, env }) {
  const code = await runVisibly(node, [join(ROOT, script)], { cwd: ROOT, env });
  return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 };
}

/**
 * The test files of a folder, by mocha.
 * @param {string} folder
 * @param {Surroundings} at
 * @param {string[]} [flags]
 */
async function runMocha(folder, at, flags = []) {
  // Node strips types by itself, but not JSX
  const loader = (await testFiles(folder)).some((name) => name.endsWith('.tsx')) ? ['--import', 'tsx'] : [];
  const mocha = [...loader, 'node_modules/mocha/bin/mocha.js', '--reporter', 'test/support/countingReporter.ts'];
  return await runCounting(folder, [...mocha, ...flags, `${folder}/**/*.test.{ts,tsx}`], at);
}

/**
 * Test files that start servers: in a home without the profile of whoever runs them.
 * @param {string} folder
 * @param {Surroundings} at
 * @param {string[]} [flags]
 */
async function runStories(folder, at, flags) {
  const home = await withoutProfile(join(dirname(at.countsFile), 'home'));
  return await runMocha(folder, { ...at, env: { ...at.env, ...home } }, flags);
}

/**
 * A runner that appends its counts to a file. One that ends badly without having counted a failure is a failure itself.
 * @param {string} folder where its test files are
 * @param {string[]} args for Node
 * @param {Surroundings} at
 * @returns {Promise<Outcome>}
 */
async function runCounting(folder, args, { node, env, countsFile }) {
  if ((await testFiles(folder)).length === 0) {
    return { passed: 0, failed: 1, skipped: 0, note: `no tests in ${folder}` };
  }
  await rm(countsFile, { force: true });
  const code = await runVisibly(node, args, { cwd: ROOT, env });
  const counts = await readCounts(countsFile);
  if (counts.failed === 0 && (code !== 0 || counts.passed === 0)) {
    say(`✗ ${folder} ended with exit code ${code} and ${counts.passed} tests passed: counted as one failure.`);
    return { ...counts, failed: 1 };
  }
  return counts;
}

/** @param {string} folder @returns {Promise<string[]>} */
async function testFiles(folder) {
  if (!existsSync(join(ROOT, folder))) return [];
  const names = await readdir(join(ROOT, folder), { recursive: true });
  return names.filter((name) => /\.test\.tsx?$/.test(name));
}

/** @param {string} file @returns {Promise<Outcome>} */
async function readCounts(file) {
  const text = existsSync(file) ? await readFile(file, 'utf8') : '';
  /** @type {Outcome[]} */
  const runs = text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
  /** @param {'passed' | 'failed' | 'skipped'} key */
  const sum = (key) => runs.reduce((total, run) => total + run[key], 0);
  const failures = runs.flatMap((run) => run.failures ?? []);
  return { passed: sum('passed'), failed: sum('failed'), skipped: sum('skipped'), failures };
}
