// Installs what a fresh machine lacks: packages, Node 24, system programs, and a real VS Code for it.
// Usage: node scripts/setup.mjs [tests]   ("tests": also the browser that drives the tests)
import { pathToFileURL } from 'node:url';
import { ROOT } from './folders.mjs';
import { ensurePackages } from './packages.mjs';
import { runMain, say, UserError } from './progress.mjs';
import { CHROMIUM, ensureSystemPrograms, GIT, SANDBOX } from './systemPackages.mjs';
import { ensureVscode } from './vscode.mjs';

/**
 * The packages of the repository, and what is needed to run VS Code.
 * @returns {Promise<{ node: string, vscode: string }>} the paths of Node 24 and of the folder of VS Code
 */
export async function setupEditor() {
  const node = await ensurePackages(ROOT);
  return { node, vscode: await ensureVscode() };
}

/**
 * All that the tests need.
 * @returns {Promise<{ node: string, vscode: string, chromium: string }>}
 */
export async function setupTests() {
  const { node, vscode } = await setupEditor();
  await ensureSystemPrograms([CHROMIUM, GIT]);
  await ensureSandbox();
  return { node, vscode, chromium: CHROMIUM.find() ?? 'chromium' };
}

/** Without a sandbox the other tests can be run all the same; its own say that it was not proven. */
async function ensureSandbox() {
  if (process.platform !== 'linux') return;
  try {
    await ensureSystemPrograms(SANDBOX);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    say(`The sandbox cannot be proven here. ${error.message}\n${error.whatToDo}`);
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await runMain(async () => {
    const made = await (process.argv[2] === 'tests' ? setupTests() : setupEditor());
    say(
      Object.entries(made)
        .map(([name, path]) => `${name.padEnd(9)} ${path}`)
        .join('\n'),
    );
    return 0;
  });
}
