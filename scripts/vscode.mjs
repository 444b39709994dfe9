// Brings a complete VS Code from the npm registry: the one inside code-server, without code-server's own parts.
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { CACHE } from './folders.mjs';
import { installOnce } from './installOnce.mjs';
import { runNpm } from './packages.mjs';
import { say, step, UserError } from './progress.mjs';
import { COMPILER, ensureSystemPrograms } from './systemPackages.mjs';

export const CODE_SERVER_VERSION = '4.139.1';

const FOLDER = join(CACHE, `vscode-${CODE_SERVER_VERSION}`);
const IN_PACKAGE = join('node_modules', 'code-server', 'lib', 'vscode');

// The native modules that the server, the terminal and the file watcher use. The others (kerberos, …) belong to features that are not used here.
const NATIVE_MODULES = ['@vscode/spdlog', '@vscode/native-watchdog', '@parcel/watcher', 'node-pty'];

/**
 * Installs VS Code into the cache folder if it is not there (some 30 to 90 seconds, 600 MB).
 * @returns {Promise<string>} the folder of VS Code: `out/server-main.js` is in it
 */
export async function ensureVscode() {
  if (!existsSync(FOLDER)) {
    await step('Installing VS Code (code-server)', (detail) =>
      installOnce(FOLDER, (folder) => fill(folder, detail), detail),
    );
  }
  return join(FOLDER, IN_PACKAGE);
}

/** @param {string} folder @param {(text: string) => void} detail */
async function fill(folder, detail) {
  const install = ['install', '--ignore-scripts', '--no-audit', '--no-fund'];
  await writeFile(join(folder, 'package.json'), '{ "private": true }\n');
  detail('downloading');
  await runNpm([...install, `code-server@${CODE_SERVER_VERSION}`], { cwd: folder });
  const vscode = join(folder, IN_PACKAGE);
  detail('its packages');
  await runNpm([...install, '--omit=dev'], { cwd: vscode });
  detail('the packages of its built-in extensions');
  await runNpm([...install, '--omit=dev'], { cwd: join(vscode, 'extensions') });
  detail('compiling its native modules');
  await compileNativeModules(vscode);
  detail('finishing');
}

/**
 * VS Code runs without these modules, only its log files and output channels stay empty: so their failure is told and not fatal.
 * @param {string} vscode
 */
async function compileNativeModules(vscode) {
  try {
    await ensureSystemPrograms(COMPILER);
    const headers = nodeHeaders();
    const env = headers === undefined ? process.env : { ...process.env, npm_config_nodedir: headers };
    await runNpm(['rebuild', '--ignore-scripts=false', ...NATIVE_MODULES], { cwd: vscode, env });
  } catch (error) {
    say(error instanceof UserError ? `${error.message} ${error.whatToDo}\n` : `${String(error)}\n`);
    say(
      '! The native modules of VS Code could not be compiled: its Output panel will stay empty. Everything else works.',
    );
    say(`  To try again after curing what the lines above name, remove ${FOLDER}`);
  }
}

/** The installation of Node whose C headers are on this machine, so that node-gyp need not download them. */
function nodeHeaders() {
  const programs = [dirname(process.execPath), ...(process.env.PATH ?? '').split(delimiter)];
  const prefixes = [...programs.map(dirname), '/usr', '/usr/local'];
  return prefixes.find((prefix) => existsSync(join(prefix, 'include', 'node', 'node_api.h')));
}
