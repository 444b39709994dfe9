// Installs what only the system's package manager has: a browser for the tests, the sandbox, a compiler for the editor's log library.
import { existsSync } from 'node:fs';
import { say, step, UserError } from './progress.mjs';
import { CommandFailed, findProgram, run } from './run.mjs';

/**
 * @typedef {object} SystemProgram
 * @property {string} what for the message, such as "a browser for the tests"
 * @property {() => string | undefined} find its path, if it is there
 * @property {string[]} packages the Debian packages that bring it
 */

/** @type {SystemProgram} */
export const CHROMIUM = {
  what: 'Chromium (the browser of the tests)',
  find: () => {
    const named = process.env.BOWLINE_CHROMIUM;
    if (named !== undefined && existsSync(named)) return named;
    return (
      ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'chrome']
        .map(findProgram)
        .find(Boolean) ?? macChrome()
    );
  },
  packages: ['chromium', 'fonts-liberation'],
};

/** @type {SystemProgram} */
export const GIT = { what: 'git', find: () => findProgram('git'), packages: ['git', 'ca-certificates'] };

/** What contains commands on Linux. */
export const SANDBOX = programsOf([
  ['bwrap', 'bubblewrap'],
  ['socat', 'socat'],
]);

/** What the attempts to get out of the sandbox are written with. */
export const ATTEMPTS = programsOf([
  ['python3', 'python3'],
  ['perl', 'perl'],
  ['curl', 'curl'],
  ['tmux', 'tmux'],
  ['make', 'make'],
  ['cc', 'gcc libc6-dev'],
]);

/** What node-gyp needs. @type {SystemProgram[]} */
export const COMPILER = [
  { what: 'Python 3', find: () => findProgram('python3'), packages: ['python3'] },
  { what: 'make', find: () => findProgram('make'), packages: ['make'] },
  { what: 'a C++ compiler', find: () => findProgram('g++') ?? findProgram('clang++'), packages: ['g++'] },
];

/**
 * Installs the programs that are missing, if this user may.
 * @param {SystemProgram[]} programs
 * @throws {UserError} that names the command to run, if they are missing and cannot be installed from here
 */
export async function ensureSystemPrograms(programs) {
  const missing = programs.filter((program) => program.find() === undefined);
  if (missing.length === 0) return;
  const names = missing.map((program) => program.what).join(', ');
  const packages = missing.flatMap((program) => program.packages);
  if (!canInstall()) {
    throw new UserError(
      `Not installed: ${names}.`,
      `Install it, on Debian or Ubuntu with:\n  sudo apt-get update && sudo apt-get install -y ${packages.join(' ')}`,
    );
  }
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const install = ['install', '-y', '--no-install-recommends', ...packages];
  try {
    await step(`Installing ${names} by apt-get`, async (detail) => {
      await run('apt-get', ['update'], { env, onLine: detail });
      await run('apt-get', install, { env, onLine: detail });
    });
  } catch (error) {
    if (error instanceof CommandFailed) say(error.output);
    throw new UserError(
      `apt-get could not install ${names}.`,
      `Read the lines above, cure what they name, and try by hand:\n  apt-get update && apt-get ${install.join(' ')}`,
      error,
    );
  }
}

/** Whether this user may install system packages without being asked for a password. */
export function canInstall() {
  return process.getuid?.() === 0 && findProgram('apt-get') !== undefined;
}

/** @param {[program: string, packages: string][]} list @returns {SystemProgram[]} */
function programsOf(list) {
  return list.map(([program, packages]) => ({
    what: program,
    find: () => findProgram(program),
    packages: packages.split(' '),
  }));
}

function macChrome() {
  const path = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome';
  return existsSync(path) ? path : undefined;
}
