// The few things vscode-jsonrpc asks of its runtime. Its own Node runtime would load net, child_process and 5 MB for pipes we do not use.
import { RAL } from 'vscode-jsonrpc';

/** Only its byte readers and writers ask for these; ours carry messages. */
function notUsed(): never {
  throw new Error('Messages are read and written by our own transport.');
}

/** Its complaints (a listener that threw) go to stderr: stdout belongs to the protocol. */
function complain(...words: unknown[]): void {
  // loaded late: most servers never complain
  const { inspect } = process.getBuiltinModule('node:util');
  const text = words.map((word) => (typeof word === 'string' ? word : inspect(word)));
  process.stderr.write(`${text.join(' ')}\n`);
}

/** Tells vscode-jsonrpc what it runs on; must come before the first connection. */
export function installJsonrpcRuntime(): void {
  RAL.install({
    crypto: { randomUUID: () => globalThis.crypto.randomUUID() },
    console: { info: complain, log: complain, warn: complain, error: complain },
    messageBuffer: { create: notUsed },
    applicationJson: {
      encoder: { name: 'application/json', encode: notUsed },
      decoder: { name: 'application/json', decode: notUsed },
    },
    timer: {
      setTimeout: (callback, ms, ...args: unknown[]) => {
        const timer = setTimeout(callback, ms, ...args);
        return { dispose: () => clearTimeout(timer) };
      },
      setImmediate: (callback, ...args: unknown[]) => {
        const timer = setImmediate(callback, ...args);
        return { dispose: () => clearImmediate(timer) };
      },
      setInterval: (callback, ms, ...args: unknown[]) => {
        const timer = setInterval(callback, ms, ...args);
        return { dispose: () => clearInterval(timer) };
      },
    },
  });
}
