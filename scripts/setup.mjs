// Installs what a fresh machine lacks: packages, Node 24, system programs, and a real VS Code for it.
// Usage: node scripts/setup.mjs [tests]   ("tests": also the browser that drives the tests)
import { pathToFileURL } from 'node:url';
import { ROOT } from './folders.mjs';
import { ensurePackages } from './packages.mjs';
import { runMain, say, UserError } from './progress.mjs';
import { ATTEMPTS, CHROMIUM, ensureSystemPrograms, GIT, SANDBOX } from './systemPackages.mjs';
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
  await ensureSandbox('The sandbox cannot be proven here.', [...SANDBOX, ...ATTEMPTS]);
  return { node, vscode, chromium: CHROMIUM.find() ?? 'chromium' };
}

/**
 * Everything else goes on without a sandbox: every command asks, and the tests of the sandbox say that it was not proven.
 * @param {string} consequence of its absence, for the message
 * @param {import('./systemPackages.mjs').SystemProgram[]} [programs]
 */
export async function ensureSandbox(consequence, programs = SANDBOX) {
  if (process.platform !== 'linux') return;
  try {
    await ensureSystemPrograms(programs);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    say(`${consequence} ${error.message}\n${error.whatToDo}`);
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
