// Runs the extension's browser suite with the reference server in the place of Bowline's own.
// Usage: npm run test:peer-editor   or: npm run test:peer-editor -- test/browser/threads.test.ts …
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT } from './folders.mjs';
import { runMain, say } from './progress.mjs';
import { runVisibly } from './run.mjs';

await runMain(async () => {
  const named = process.argv.slice(2);
  const files = named.length > 0 ? named : await allFiles();
  const env = { ...process.env, BOWLINE_TEST_SERVER: 'codex' };
  const failed = [];
  // one editor after the other, as in the suite; a file of its own each, so that one does not take the others down
  for (const file of files) {
    const mocha = ['node_modules/mocha/bin/mocha.js', '--timeout', '180000', file];
    if ((await runVisibly(process.execPath, mocha, { cwd: ROOT, env })) !== 0) failed.push(file);
  }
  say(`${files.length - failed.length} of ${files.length} files pass with the reference server`);
  for (const file of failed) say(`failed: ${file}`);
  return failed.length === 0 ? 0 : 1;
});

/** Those that need a server: the pages alone (`test/browser/page`) have a scripted host. */
async function allFiles() {
  const names = await readdir(join(ROOT, 'test', 'browser'));
  return names.filter((name) => name.endsWith('.test.ts')).map((name) => `test/browser/${name}`);
}
