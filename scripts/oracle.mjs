// Tells all contract stories and sums up how many of their messages fit the schema that the reference server publishes.
// Usage: npm run test:oracle   or: npm run test:oracle -- test/contract/turns.test.ts …
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from './folders.mjs';
import { runMain, say } from './progress.mjs';
import { runVisibly } from './run.mjs';
import { STORY_FLAGS, withoutProfile } from './stories.mjs';

await runMain(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'bowline-oracle-'));
  const file = join(folder, 'traffic.jsonl');
  const named = process.argv.slice(2);
  const files = named.length > 0 ? named : ['test/contract/**/*.test.ts'];
  try {
    const mocha = ['node_modules/mocha/bin/mocha.js', '--reporter', 'dot', ...STORY_FLAGS, ...files];
    const env = { ...process.env, ...(await withoutProfile(join(folder, 'home'))), BOWLINE_ORACLE_COUNTS: file };
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
