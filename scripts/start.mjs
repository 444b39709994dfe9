// Opens Bowline in a real VS Code: the user's own "code" if there is one, else the VS Code of code-server in the browser.
// Usage: npm start [folder]   or: npm start -- [--browser] [--port 8443] [folder]
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { lstat, mkdir, readdir, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { CACHE, ROOT } from './folders.mjs';
import { ensurePackages } from './packages.mjs';
import { runMain, say, step, UserError } from './progress.mjs';
import { findProgram, runVisibly } from './run.mjs';
import { ensureSandbox } from './setup.mjs';
import { ensureVscode } from './vscode.mjs';
import { startVscodeServer, writeUserSettings } from './vscodeServer.mjs';

const WANTED_PORT = 8443;
const HELP = `Opens Bowline in VS Code.

  npm start [folder]              the folder to open; this one, if none is named
  npm start -- --browser [folder] the VS Code of code-server, even if there is a "code" command
  npm start -- --port 9000        another port for the browser than ${WANTED_PORT}`;

await runMain(async () => {
  const { folder, isBrowser, port, isHelp } = readArguments();
  if (isHelp) {
    say(HELP);
    return 0;
  }
  const node = await ensurePackages(ROOT);
  await ensureSandbox('Without a sandbox every command will ask.');
  const built = await runVisibly(node, [join(ROOT, 'scripts', 'build.mjs')], { cwd: ROOT });
  if (built !== 0) return built;
  const code = isBrowser ? undefined : findProgram('code');
  return code === undefined ? await openInBrowser(node, folder, port) : await openInDesktop(code, folder);
});

function readArguments() {
  const { values, positionals } = parse();
  // npm runs scripts in the folder of package.json; INIT_CWD is where the user called it
  const folder = resolve(process.env.INIT_CWD ?? process.cwd(), positionals[0] ?? '.');
  if (!existsSync(folder) || !statSync(folder).isDirectory()) {
    throw new UserError(`${folder} is not a folder.`, 'Name the folder to open: npm start /path/to/project');
  }
  const port = Number(values.port ?? WANTED_PORT);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new UserError(`${values.port} is not a port.`, 'Name a number from 1 to 65535, or 0 for any free one.');
  }
  return { folder, port, isBrowser: values.browser === true, isHelp: values.help === true };
}

function parse() {
  try {
    const parsed = parseArgs({
      options: { browser: { type: 'boolean' }, port: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
      allowPositionals: true,
    });
    if (parsed.positionals.length > 1)
      throw new Error(`Only one folder can be opened; you named ${parsed.positionals.join(', ')}.`);
    return parsed;
  } catch (error) {
    throw new UserError(error instanceof Error ? error.message : String(error), HELP, error);
  }
}

/**
 * The user's own VS Code, with this build as the extension under development.
 * @param {string} code
 * @param {string} folder
 */
async function openInDesktop(code, folder) {
  say(`Opening ${folder} in your VS Code (${code}).`);
  say('Bowline is in the activity bar of the window that opens. For the browser instead: npm start -- --browser');
  return await runVisibly(code, ['--new-window', `--extensionDevelopmentPath=${ROOT}`, folder]);
}

/**
 * The VS Code of code-server; its settings and state stay from one start to the next.
 * @param {string} node
 * @param {string} folder
 * @param {number} port
 * @returns {Promise<number>} the exit code, once the user has stopped it
 */
async function openInBrowser(node, folder, port) {
  const vscode = await ensureVscode();
  const dataDir = join(CACHE, 'start', 'data');
  const extensionsDir = join(CACHE, 'start', 'extensions');
  await mkdir(dataDir, { recursive: true });
  await mkdir(extensionsDir, { recursive: true });
  await linkExtension(extensionsDir);
  await writeFirstSettings(dataDir);
  const connectionToken = await readToken(join(dataDir, 'connection-token'));
  const freePort = (await isFree(port)) ? port : 0;
  if (freePort !== port) say(`Port ${port} is taken; another one is used.`);
  const server = await step('Starting VS Code', () =>
    startVscodeServer({ vscode, node, dataDir, extensionsDir, port: freePort, connectionToken }),
  );
  const url = server.urlOf(await realpath(folder));
  say(`\n  Bowline is ready in VS Code:\n\n    ${url}\n`);
  if (process.env.SSH_CONNECTION !== undefined) {
    say(`  From the machine you sit at, forward the port first: ssh -L ${server.port}:127.0.0.1:${server.port} …\n`);
  }
  say('  The knot in the activity bar opens the chat, so does Ctrl+Alt+Shift+B. Press Ctrl+C here to stop it.\n');
  openBrowser(url);
  const stopped = new Promise((stop) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => stop('stopped'));
  });
  if ((await Promise.race([stopped, server.ended])) === 'stopped') {
    await server.dispose();
    return 0;
  }
  say(`${server.output()}\n`);
  throw new UserError('VS Code ended by itself.', 'Read the lines above; then run "npm start" again.');
}

/**
 * Puts this repository where VS Code looks for extensions. VS Code keeps its own list of what is there, which is corrected too.
 * @param {string} extensionsDir
 */
async function linkExtension(extensionsDir) {
  const { publisher, name, version } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
  const id = `${publisher}.${name}`;
  const link = join(extensionsDir, `${id}-${version}`);
  for (const entry of await readdir(extensionsDir)) {
    const path = join(extensionsDir, entry);
    if (entry.startsWith(`${id}-`) && (await lstat(path)).isSymbolicLink()) await rm(path);
  }
  await symlink(ROOT, link, 'junction');
  const listPath = join(extensionsDir, 'extensions.json');
  if (!existsSync(listPath)) return;
  /** @type {{ identifier: { id: string } }[]} */
  const list = JSON.parse(await readFile(listPath, 'utf8'));
  const location = { $mid: 1, path: link, scheme: 'file' };
  const ours = { identifier: { id }, version, location, relativeLocation: `${id}-${version}` };
  await writeFile(listPath, JSON.stringify([...list.filter((entry) => entry.identifier.id !== id), ours]));
}

/**
 * The secret in the URL keeps other users and other web pages of this machine out of the editor. It stays the same, so that an open page finds
 * the editor again after a restart.
 * @param {string} path
 */
async function readToken(path) {
  if (!existsSync(path)) await writeFile(path, randomBytes(16).toString('hex'), { mode: 0o600 });
  return { path, token: await readFile(path, 'utf8') };
}

/** A first start without welcome pages and questions; later the settings are the user's. @param {string} dataDir */
async function writeFirstSettings(dataDir) {
  if (existsSync(join(dataDir, 'data', 'User', 'settings.json'))) return;
  await writeUserSettings(dataDir, {
    'security.workspace.trust.startupPrompt': 'always',
    'telemetry.telemetryLevel': 'off',
    'chat.disableAIFeatures': true,
    'workbench.startupEditor': 'none',
    'workbench.secondarySideBar.defaultVisibility': 'hidden',
  });
}

/** @param {number} port @returns {Promise<boolean>} */
function isFree(port) {
  return new Promise((answer) => {
    const probe = createServer();
    probe.once('error', () => answer(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => answer(true)));
  });
}

/** Shows the page to a user who sits at a desktop; the URL has been printed for all others. @param {string} url */
function openBrowser(url) {
  const isDesktop = process.env.DISPLAY !== undefined || process.env.WAYLAND_DISPLAY !== undefined;
  const opener = process.platform === 'darwin' ? 'open' : isDesktop ? findProgram('xdg-open') : undefined;
  if (opener === undefined) return;
  const child = spawn(opener, [url], { stdio: 'ignore', detached: true });
  child.once('error', () => say('The browser could not be opened; open the address above yourself.'));
  child.unref();
}
