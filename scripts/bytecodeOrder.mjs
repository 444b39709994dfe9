// Lets a freshly built server start once and notes which code it ran, so that the next build can lay that code out together.
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { start, stop } from './run.mjs';

const PATIENCE_MS = 10_000;
const HELLO = { id: 1, method: 'initialize', params: { clientInfo: { name: 'build', version: '0' } } };

/**
 * Runs one handshake with the server.
 * @param {string} server the binary
 * @param {string} scratch an empty folder; becomes the server's home
 * @returns {Promise<string | undefined>} the file for `bun build --bytecode-order`; none if the server did not answer
 */
export async function noteBytecodeOrder(server, scratch) {
  const order = join(scratch, 'bytecode-order');
  const env = { ...process.env, BOWLINE_HOME: join(scratch, 'home'), BUN_BYTECODE_ORDER_OUT: order };
  const child = start(server, ['app-server'], { env, stdio: ['pipe', 'pipe', 'ignore'] });
  const patience = setTimeout(() => void stop(child), PATIENCE_MS);
  try {
    const ended = once(child, 'exit');
    child.stdout?.once('data', () => child.stdin?.end());
    child.stdin?.on('error', () => undefined); // it ended before it read; there is no order then
    child.stdin?.write(`${JSON.stringify(HELLO)}\n`);
    await ended;
  } finally {
    clearTimeout(patience);
  }
  return existsSync(order) ? order : undefined;
}
