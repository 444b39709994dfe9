// Lets a freshly built server start, and notes which code it ran, so that the next build can lay that code out together.
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { start, stop } from './run.mjs';

const PATIENCE_MS = 10_000;
const HELLO = { id: 1, method: 'initialize', params: { clientInfo: { name: 'build', version: '0' } } };
/** What every client asks next. */
const LIST = { id: 2, method: 'thread/list', params: { limit: 25 } };

/** The most important first. */
const CONVERSATIONS = [[HELLO], [HELLO, LIST]];

/**
 * Runs a handshake with the server, and one that is followed by a look at its threads.
 * @param {string} server the binary
 * @param {string} scratch an empty folder; the server's homes are made in it
 * @returns {Promise<string[]>} the files for `bun build --bytecode-order`; none if the server did not answer
 */
export async function noteBytecodeOrder(server, scratch) {
  const orders = [];
  for (const [index, requests] of CONVERSATIONS.entries()) {
    const order = join(scratch, `bytecode-order-${index}`);
    const env = {
      ...process.env,
      BOWLINE_HOME: join(scratch, `home-${index}`),
      BUN_BYTECODE_ORDER_OUT: order,
    };
    await converse(start(server, ['app-server'], { env, stdio: ['pipe', 'pipe', 'ignore'] }), requests);
    if (existsSync(order)) orders.push(order);
  }
  return orders;
}

/**
 * Sends each request when the one before was answered; resolves when the server has ended.
 * @param {import('node:child_process').ChildProcess} server
 * @param {readonly { id: number }[]} requests
 */
async function converse(server, requests) {
  const { stdin, stdout } = server;
  if (stdin === null || stdout === null) throw new Error('The server was started without pipes.');
  const patience = setTimeout(() => void stop(server), PATIENCE_MS); // one that hangs would hang the build
  const waiting = [...requests];
  const next = () => {
    const request = waiting.shift();
    if (request === undefined) stdin.end();
    else stdin.write(`${JSON.stringify(request)}\n`);
  };
  try {
    const ended = once(server, 'exit');
    createInterface({ input: stdout }).on('line', (line) => {
      if ('id' in JSON.parse(line)) next();
    });
    stdin.on('error', () => undefined); // it ended before it read; there is no order then
    next();
    await ended;
  } finally {
    clearTimeout(patience);
  }
}
