// Runs tests inside the extension host, with the real `vscode` API; main.ts makes the module that calls this.
import Mocha from 'mocha';
import { findSourceMap } from 'node:module';
import { fileURLToPath } from 'node:url';
import { format } from 'node:util';
import { CountingReporter } from '../support/countingReporter.ts';

/**
 * @param load imports the test files, which register themselves with mocha's globals
 * @throws if a test failed: VS Code then exits with code 1
 */
export async function runTests(load: () => Promise<unknown>): Promise<void> {
  // tells the report from everything else that is logged in the window
  const prefix = process.env['BOWLINE_TEST_LINE_PREFIX'] ?? '';
  Mocha.reporters.Base.consoleLog = (...args: unknown[]) => console.log(`${prefix}${format(...args)}`);
  const mocha = new Mocha({ ui: 'bdd', timeout: 60_000, forbidOnly: true, color: false });
  mocha.reporter(CountingReporter);
  mocha.suite.emit('pre-require', globalThis, '', mocha);
  await load();
  const failures = await new Promise<number>((resolve) => {
    mocha.run(resolve).on('fail', (_test, error: unknown) => {
      if (error instanceof Error && error.stack !== undefined) error.stack = toSources(error.stack);
    });
  });
  if (failures > 0) throw new Error(`${failures} of the tests in the extension host failed.`);
}

/** VS Code makes stack traces its own way, without source maps; this names the test files in them. */
function toSources(stack: string): string {
  return stack.replaceAll(/([^\s()]+\.cjs):(\d+):(\d+)/g, (place, ...parts: string[]) => {
    const [bundle = '', line, column] = parts;
    const entry = findSourceMap(bundle)?.findEntry(Number(line) - 1, Number(column) - 1);
    if (entry === undefined || !('originalSource' in entry)) return place;
    return `${fileURLToPath(entry.originalSource)}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
  });
}
