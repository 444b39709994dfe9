// Makes sure that the npm packages of the lockfile are in node_modules, Node 24 among them.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { step, UserError } from './progress.mjs';
import { CommandFailed, npm, run } from './run.mjs';

const OLDEST_NODE = 20;
const WANTED_NODE = 'v24.';

/**
 * Installs the npm packages if node_modules is missing or differs from package-lock.json.
 * @param {string} root the folder of package.json
 * @returns {Promise<string>} the path of Node 24
 * @throws {UserError} if this Node is too old or the packages cannot be installed
 */
export async function ensurePackages(root) {
  if (Number.parseInt(process.versions.node, 10) < OLDEST_NODE) {
    throw new UserError(
      `Bowline needs Node ${OLDEST_NODE} or newer to set itself up; this is Node ${process.versions.node}.`,
      'Install a newer Node (for example from https://nodejs.org) and run the command again.',
    );
  }
  if (!(await isInstalled(root))) {
    await step('Installing packages', (detail) =>
      runNpm(['ci', '--no-audit', '--no-fund'], { cwd: root, onLine: detail }),
    );
  }
  return await ensureNode(root);
}

/**
 * Runs npm; its failure becomes a message that says what to do.
 * @param {string[]} args
 * @param {{ cwd: string, env?: NodeJS.ProcessEnv, onLine?: (line: string) => void }} options
 * @throws {UserError}
 */
export async function runNpm(args, options) {
  const [command, firstArgs] = npm();
  try {
    return await run(command, [...firstArgs, '--loglevel=error', ...args], options);
  } catch (error) {
    const output = error instanceof CommandFailed ? error.output : String(error);
    throw new UserError(`npm ${args[0]} failed in ${options.cwd}.\n\n${output}`, adviceFor(output), error);
  }
}

/** @param {string} output what npm wrote last */
function adviceFor(output) {
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|network/i.test(output)) {
    return 'The npm registry cannot be reached. Check the network (npm ping) or a proxy (npm config get proxy), then run the command again.';
  }
  if (/ENOSPC/.test(output)) return 'The disk is full. Free about 1.5 GB, then run the command again.';
  if (/EACCES|EPERM|EROFS/.test(output))
    return 'This folder cannot be written. Give yourself the right to write it, then run the command again.';
  if (/in sync|EUSAGE/.test(output))
    return 'package.json and package-lock.json differ. Run "npm install", then run the command again.';
  return 'Read the lines above; then run the command again.';
}

/**
 * Whether node_modules is what package-lock.json asks for: npm writes what it installed into a lockfile of its own there, at its very end.
 * @param {string} root
 */
async function isInstalled(root) {
  const wanted = await readPackages(join(root, 'package-lock.json'));
  const present = await readPackages(join(root, 'node_modules', '.package-lock.json'));
  if (wanted === undefined)
    throw new UserError(
      `There is no readable package-lock.json in ${root}.`,
      'Get it back with "git checkout package-lock.json".',
    );
  if (present === undefined) return false;
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === '') return true;
    const found = present[path];
    return found === undefined ? entry.optional === true : found.version === entry.version;
  });
}

/**
 * @param {string} path of a lockfile
 * @returns {Promise<Record<string, { version?: string, optional?: boolean }> | undefined>}
 */
async function readPackages(path) {
  try {
    return JSON.parse(await readFile(path, 'utf8')).packages;
  } catch {
    return undefined; // missing or cut short: to be installed
  }
}

/**
 * The package "node" puts its binary in place in an install script, which some npm settings (ignore-scripts) skip.
 * @param {string} root
 */
async function ensureNode(root) {
  const path = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if ((await versionOf(path))?.startsWith(WANTED_NODE) !== true) {
    await step('Installing Node 24', (detail) =>
      runNpm(['rebuild', '--ignore-scripts=false', 'node', 'bun', 'esbuild'], { cwd: root, onLine: detail }),
    );
  }
  const version = await versionOf(path);
  if (version?.startsWith(WANTED_NODE)) return path;
  throw new UserError(
    `The npm package "node" did not bring Node 24 (${path} ${version === undefined ? 'does not run' : `is ${version}`}).`,
    'Allow install scripts ("npm config get ignore-scripts" should say false), remove node_modules and run the command again.',
  );
}

/** @param {string} nodePath */
async function versionOf(nodePath) {
  try {
    return (await run(nodePath, ['--version'])).trim();
  } catch {
    return undefined; // it does not run: its version is what is asked
  }
}
