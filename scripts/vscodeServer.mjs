// Runs the VS Code of code-server: one server process, reached by a browser at a local URL.
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { UserError } from './progress.mjs';
import { run, start, stop } from './run.mjs';

const HOST = '127.0.0.1';
const KEPT_CHARACTERS = 16_000;

/**
 * @typedef {object} VscodeServerOptions
 * @property {string} vscode the folder of VS Code, see ensureVscode
 * @property {string} node the path of Node 24
 * @property {string} dataDir for settings, state and logs
 * @property {string} extensionsDir holds one folder publisher.name-version per extension
 * @property {number} [port] 0, the default, takes a free one
 * @property {{ path: string, token: string }} [connectionToken] a file and the secret in it that the URL must carry; without it, who reaches the port may enter
 * @property {boolean} [smokeTestDriver] lets the URL name an extension under development and its tests
 * @property {NodeJS.ProcessEnv} [env] the environment of the server, and so of the extension host
 */

/**
 * @typedef {object} VscodeServer
 * @property {number} port
 * @property {string} origin such as http://127.0.0.1:8443
 * @property {(folder: string) => string} urlOf the address that opens an absolute folder
 * @property {() => string} output the end of what the server wrote
 * @property {Promise<void>} ended resolves when the server has ended, for whatever reason
 * @property {() => Promise<void>} dispose stops it and everything it started
 */

/**
 * Starts a VS Code server and waits until it listens.
 * @param {VscodeServerOptions} options
 * @returns {Promise<VscodeServer>}
 * @throws {UserError} if it ends before it listens
 */
export async function startVscodeServer(options) {
  const child = start(options.node, serverArgs(options), {
    cwd: options.dataDir,
    env: withoutNpm(options.env ?? process.env),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  /** @type {Promise<void>} */
  const ended = new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  /** @type {Promise<number>} */
  const listening = new Promise((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (/** @type {string} */ text) => {
        output = (output + text).slice(-KEPT_CHARACTERS);
        const port = /Extension host agent listening on (\d+)/.exec(output)?.[1];
        if (port !== undefined) resolve(Number(port));
      });
    }
  });
  const port = await Promise.race([listening, ended]);
  if (port === undefined) {
    throw new UserError(
      `VS Code ended before it was ready.\n\n${output}`,
      `Read the lines above. If its files are damaged, remove ${options.vscode} and run the command again.`,
    );
  }
  const origin = `http://${HOST}:${port}`;
  return {
    port,
    origin,
    urlOf: (folder) => {
      const token = options.connectionToken === undefined ? '' : `tkn=${options.connectionToken.token}&`;
      return `${origin}/?${token}folder=${encodeURIComponent(folder).replaceAll('%2F', '/')}`;
    },
    output: () => output,
    ended,
    dispose: () => stop(child),
  };
}

/**
 * Installs a VSIX as a user would: by VS Code's own command.
 * @param {VscodeServerOptions} options
 * @param {string} vsix absolute path
 */
export async function installVsix(options, vsix) {
  const args = [...folderArgs(options), '--install-extension', vsix, '--force'];
  await run(options.node, [serverMain(options), ...args], {
    cwd: options.dataDir,
    env: withoutNpm(options.env ?? process.env),
  });
}

/** @param {string} dataDir */
export function userSettingsFile(dataDir) {
  return join(dataDir, 'data', 'User', 'settings.json');
}

/**
 * Writes the user's settings of a VS Code server.
 * @param {string} dataDir
 * @param {Record<string, unknown>} settings
 */
export async function writeUserSettings(dataDir, settings) {
  await writeSettings(userSettingsFile(dataDir), settings);
}

/**
 * Writes the settings of the machine that a VS Code server runs on: those of the scopes `machine` and `machine-overridable`, which it
 * takes from the user's settings by chance only, as its windows count as remote.
 * @param {string} dataDir
 * @param {Record<string, unknown>} settings
 */
export async function writeMachineSettings(dataDir, settings) {
  await writeSettings(join(dataDir, 'data', 'Machine', 'settings.json'), settings);
}

/** @param {string} path @param {Record<string, unknown>} settings */
async function writeSettings(path, settings) {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `${JSON.stringify(settings, undefined, 2)}\n`);
}

/** @param {VscodeServerOptions} options */
function serverMain(options) {
  return join(options.vscode, 'out', 'server-main.js');
}

/** @param {VscodeServerOptions} options */
function folderArgs(options) {
  return [
    '--accept-server-license-terms',
    '--server-data-dir',
    options.dataDir,
    '--extensions-dir',
    options.extensionsDir,
    '--telemetry-level',
    'off',
  ];
}

/** @param {VscodeServerOptions} options */
function serverArgs(options) {
  const { port = 0, connectionToken, smokeTestDriver } = options;
  const args = [serverMain(options), '--host', HOST, '--port', String(port), ...folderArgs(options)];
  if (smokeTestDriver === true) args.push('--enable-smoke-test-driver');
  if (connectionToken === undefined) return [...args, '--without-connection-token'];
  return [...args, '--connection-token-file', connectionToken.path];
}

/**
 * The variables that npm sets for its scripts would change how npm and git behave in the user's terminals.
 * @param {NodeJS.ProcessEnv} env
 */
function withoutNpm(env) {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^npm_/i.test(name)));
}
