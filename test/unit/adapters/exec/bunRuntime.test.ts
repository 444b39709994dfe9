// The same commands under Bun, the runtime of the binary: the only one with real terminals.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

const ROOT = join(import.meta.dirname, '../../../..');
const SUITES = [
  'adapters/exec/commandRunner',
  'adapters/exec/shellEnvironment',
  'tools/execCommand',
  'tools/terminals',
];

describe('under Bun', function () {
  this.timeout(60_000);
  // inside of Bun these tests are the ones that are running
  const suites = 'Bun' in globalThis ? [] : SUITES;
  for (const suite of suites) {
    it(`passes ${suite}`, async () => {
      const mocha = join(ROOT, 'node_modules/mocha/bin/mocha.js');
      const child = spawn(
        join(ROOT, 'node_modules/.bin/bun'),
        [mocha, '--reporter', 'dot', join(ROOT, `test/unit/${suite}.test.ts`)],
        {
          cwd: ROOT,
          stdio: ['ignore', 'pipe', 'pipe'],
        },
      );
      const output = Promise.all([text(child.stdout), text(child.stderr)]);
      const code = await new Promise((resolve) => child.on('close', resolve));
      assert.equal(code, 0, (await output).join('\n'));
      assert.match((await output)[0], /[1-9]\d* passing/);
    });
  }
});
