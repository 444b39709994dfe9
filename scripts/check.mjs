// Checks everything that can be known without running the product: types, lint, boundaries, format, and the rules of the house.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { findBoundaryFaults } from './boundaries.mjs';
import { ROOT } from './folders.mjs';
import { runMain, say, step } from './progress.mjs';

const checks = {
  types: () => tool('tsc', '-b'),
  lint: () => tool('oxlint', '--type-aware', '--deny-warnings', '--report-unused-disable-directives'),
  boundaries: async () => (await findBoundaryFaults()).join('\n'),
  format: () => tool('oxfmt', '--check', '.'),
  house: () => tool('mocha', '--reporter=dot', 'test/architecture/**/*.test.ts'),
};

await runMain(async () => {
  let failed = 0;
  for (const [name, check] of Object.entries(checks)) {
    const startedAt = performance.now();
    const faults = await step(`Checking ${name}`, check);
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    say(`${faults === '' ? '✓' : '✗'} ${name} (${seconds} s)`);
    if (faults === '') continue;
    failed += 1;
    say(faults);
  }
  say(failed === 0 ? 'All checks passed.' : `${failed} of ${Object.keys(checks).length} checks failed.`);
  return failed === 0 ? 0 : 1;
});

/**
 * @param {string} name a program of node_modules/.bin
 * @param {string[]} args
 * @returns {Promise<string>} what it complained about; nothing if it was content
 */
function tool(name, ...args) {
  return new Promise((resolve) => {
    const limits = { cwd: ROOT, maxBuffer: 64 * 1024 * 1024 };
    execFile(process.execPath, [join(ROOT, 'node_modules/.bin', name), ...args], limits, (error, stdout, stderr) =>
      resolve(error === null ? '' : `${stdout}${stderr}`.trim() || error.message),
    );
  });
}
