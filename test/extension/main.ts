// Runs the tests of this folder in a real VS Code: the one of code-server, or with --electron the desktop's, which is downloaded.
// Usage: node test/extension/main.ts [--electron] [part of a test file's name]
import { build } from 'esbuild';
import { existsSync } from 'node:fs';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT } from '../../scripts/folders.mjs';
import { runMain, say, UserError } from '../../scripts/progress.mjs';
import { launchBrowser, openWindow, screenshot } from '../support/browser.ts';
import { extensionTestUrl, startVscode } from '../support/realVscode.ts';

const FOLDER = import.meta.dirname;
const OUT = join(ROOT, '.cache', 'extensionTests');
const BUNDLE = join(OUT, 'tests.cjs');
const ENTRY = join(OUT, 'index.cjs');
// source maps count for modules that are loaded after they were switched on
const ENTRY_SOURCE = `process.setSourceMapsEnabled(true);\nexports.run = () => require(${JSON.stringify(BUNDLE)}).run();\n`;
const LINE_PREFIX = '[bowline test] ';
const LIMIT_MS = 15 * 60_000;
const ADVICE_OFFLINE = 'Without a network, "npm run test:extension" runs the same tests in the VS Code of code-server.';

await runMain(async () => {
  const args = process.argv.slice(2);
  const isElectron = args.includes('--electron');
  const wanted = args.find((arg) => !arg.startsWith('--')) ?? '';
  if (!existsSync(join(ROOT, 'dist', 'extension.cjs'))) {
    throw new UserError('The extension is not built.', 'Run "npm run build".');
  }
  await bundleTests(wanted);
  return isElectron ? await runInDesktop() : await runInCodeServer();
});

/** Makes one CommonJS module of the test files, as the extension host wants it: it exports `run()`. */
async function bundleTests(wanted: string): Promise<void> {
  const files = (await readdir(FOLDER)).filter((name) => name.endsWith('.test.ts') && name.includes(wanted));
  if (files.length === 0)
    throw new UserError(`No test file in test/extension has "${wanted}" in its name.`, 'Name another.');
  const imports = files.map((name) => `await import('./${name}');`).join('\n');
  await build({
    stdin: {
      contents: `import { runTests } from './runTests.ts';\nexport const run = () => runTests(async () => {\n${imports}\n});`,
      resolveDir: FOLDER,
      loader: 'ts',
    },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    external: ['vscode', 'mocha'],
    sourcemap: 'inline',
    outfile: BUNDLE,
    logLevel: 'warning',
  });
  await writeFile(ENTRY, ENTRY_SOURCE);
}

async function runInCodeServer(): Promise<number> {
  await using editor = await startVscode({
    extension: 'none',
    workspaceFrom: join(FOLDER, 'workspace'),
    smokeTestDriver: true,
    env: { BOWLINE_TEST_LINE_PREFIX: LINE_PREFIX },
  });
  await using browser = await launchBrowser();
  const exited = Promise.withResolvers<number>();
  const log = (_type: string, [first]: unknown[]) => {
    if (typeof first !== 'string') return;
    if (first.startsWith(LINE_PREFIX)) console.log(first.slice(LINE_PREFIX.length));
  };
  const page = await openWindow(browser, extensionTestUrl(editor, { extension: ROOT, tests: ENTRY }), {
    prepare: async (opening) => {
      await opening.exposeFunction('codeAutomationLog', log);
      await opening.exposeFunction('codeAutomationExit', (code: number) => exited.resolve(code));
      opening.once('crash', () => exited.reject(new Error('The window crashed.')));
    },
  });
  const limit = setTimeout(() => exited.reject(new Error(`No end within ${LIMIT_MS / 60_000} minutes.`)), LIMIT_MS);
  try {
    return await exited.promise;
  } catch (error) {
    say(`${editor.output()}\nScreenshot: ${await screenshot(page, 'extension-tests-hang')}`);
    throw error;
  } finally {
    clearTimeout(limit);
  }
}

async function runInDesktop(): Promise<number> {
  const { runTests, TestRunFailedError } = await import('@vscode/test-electron');
  if (process.platform === 'linux' && (process.env['DISPLAY'] ?? process.env['WAYLAND_DISPLAY']) === undefined) {
    throw new UserError(
      'There is no display for the desktop VS Code.',
      `Run it under "xvfb-run -a". ${ADVICE_OFFLINE}`,
    );
  }
  try {
    return await runTests({
      extensionDevelopmentPath: ROOT,
      extensionTestsPath: ENTRY,
      launchArgs: [join(FOLDER, 'workspace'), '--disable-extensions', '--disable-workspace-trust'],
    });
  } catch (error) {
    if (error instanceof TestRunFailedError) return error.code ?? 1;
    throw new UserError(
      'The desktop VS Code could not be downloaded or started.',
      `${String(error)}\n${ADVICE_OFFLINE}`,
      error,
    );
  }
}
