// Tells all contract stories and sums up how many of their messages fit the schema that the reference server publishes.
// Usage: npm run test:oracle   or: npm run test:oracle -- test/contract/turns.test.ts …
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { CACHE, ROOT } from './folders.mjs';
import { runMain, say } from './progress.mjs';
import { runVisibly } from './run.mjs';

await runMain(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'bowline-oracle-'));
  const file = join(folder, 'traffic.jsonl');
  const named = process.argv.slice(2);
  const files = named.length > 0 ? named : ['test/contract/**/*.test.ts'];
  try {
    const twoAtOnce = ['--parallel', '--jobs', '2', '--timeout', '60000'];
    const mocha = ['node_modules/mocha/bin/mocha.js', '--reporter', 'dot', ...twoAtOnce, ...files];
    // an empty home: the profile of a developer, loaded for each command of the agent, takes longer than most stories
    const env = { ...process.env, HOME: folder, XDG_CACHE_HOME: dirname(CACHE), BOWLINE_ORACLE_COUNTS: file };
    const code = await runVisibly(process.execPath, mocha, { cwd: ROOT, env });
    const { stories, messages, violations } = sum(await readFile(file, 'utf8').catch(() => '')); // no story was told
    for (const violation of violations) say(violation);
    say(`${messages} messages of ${stories} stories, ${violations.length} violations`);
    return code === 0 && messages > 0 && violations.length === 0 ? 0 : 1;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

/** @param {string} text one line for each story */
function sum(text) {
  /** @type {{ messages: number, violations: string[] }[]} */
  const told = text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
  return {
    stories: told.length,
    messages: told.reduce((total, { messages }) => total + messages, 0),
    violations: told.flatMap(({ violations }) => violations),
  };
}
