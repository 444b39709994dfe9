// Tells the user what a slow step is doing, and turns failures into one clear message.
import { stderr } from 'node:process';

const SHOW_AFTER_MS = 2_000;
const TTY_REFRESH_MS = 250;
const PLAIN_REFRESH_MS = 10_000;
const SPINNER = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

/** A failure the user can do something about: what happened, and what to do. Printed without a stack trace. */
export class UserError extends Error {
  /**
   * @param {string} what one sentence
   * @param {string} whatToDo what the user can do about it; may have several lines
   * @param {unknown} [cause]
   */
  constructor(what, whatToDo, cause) {
    super(what, { cause });
    this.whatToDo = whatToDo;
  }
}

/** @param {string} line */
export function say(line) {
  // the live line of a step that is under way gives way
  stderr.write(`${stderr.isTTY ? '\r\x1b[2K' : ''}${line}\n`);
}

/**
 * Runs one step; if it takes over two seconds, shows what it is and for how long (a live line on a terminal, a line every ten seconds elsewhere).
 * @template T
 * @param {string} what such as "Installing packages"
 * @param {(detail: (text: string) => void) => Promise<T>} work may say with `detail` what it is at
 * @returns {Promise<T>}
 */
export async function step(what, work) {
  const startedAt = performance.now();
  const live = stderr.isTTY === true;
  let detail = '';
  let frame = 0;
  let shown = false;
  const show = () => {
    const elapsed = seconds(performance.now() - startedAt);
    const text = `${what}${detail === '' ? '' : `: ${detail}`} (${elapsed})`;
    shown = true;
    if (live)
      stderr.write(`\r\x1b[2K${SPINNER[frame++ % SPINNER.length]} ${text.slice(0, (stderr.columns ?? 80) - 3)}`);
    else stderr.write(`… ${text}\n`);
  };
  /** @type {NodeJS.Timeout | undefined} */
  let refresh;
  const first = setTimeout(() => {
    show();
    refresh = setInterval(show, live ? TTY_REFRESH_MS : PLAIN_REFRESH_MS);
  }, SHOW_AFTER_MS);
  let isDone = false;
  try {
    const result = await work((text) => (detail = text));
    isDone = true;
    return result;
  } finally {
    clearTimeout(first);
    clearInterval(refresh);
    if (shown)
      stderr.write(
        `${live ? '\r\x1b[2K' : ''}${isDone ? '✓' : '✗'} ${what} (${seconds(performance.now() - startedAt)})\n`,
      );
  }
}

/**
 * Runs a script's main function: a UserError becomes its message and exit code 1, anything else keeps its stack.
 * @param {() => Promise<number>} main answers the exit code
 */
export async function runMain(main) {
  try {
    process.exitCode = await main();
  } catch (error) {
    process.exitCode = 1;
    if (error instanceof UserError) say(`\n✗ ${error.message}\n\n  ${error.whatToDo.replaceAll('\n', '\n  ')}\n`);
    else console.error(error);
  }
}

/** @param {number} ms */
function seconds(ms) {
  return `${Math.round(ms / 1000)} s`;
}
