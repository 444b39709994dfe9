// The stdio door: JSON Lines on the standard streams of this process, until the client closes them or the process is told to end.
import { createWriteStream } from 'node:fs';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { jsonlTransport } from '../rpc/jsonlTransport.ts';
import { onceToldToEnd, type DoorServer } from './door.ts';

const STDOUT = 1;

/** How long the last answers may take to be written. */
const LONGEST_FLUSH_MS = 1_000;

/** Serves one client on stdin and stdout; resolves when everything has been ended in order. */
export async function serveStdio(server: DoorServer): Promise<void> {
  // A write to a pipe through process.stdout would block the whole server while the client does not read.
  const output = createWriteStream('', { fd: STDOUT, autoClose: false });
  const transport = jsonlTransport(process.stdin, output, collectGarbage);
  onceToldToEnd(() => transport.close());
  try {
    await server.serve(transport);
  } finally {
    await server.close();
    transport.close();
    await flushed(output);
  }
}

/** Resolves when everything is written, or when the client does not take it. */
async function flushed(output: Writable): Promise<void> {
  if (output.writableFinished || output.destroyed) return;
  const timeUp = AbortSignal.timeout(LONGEST_FLUSH_MS);
  await finished(output, { signal: timeUp }).catch(() => undefined); // gone, or not reading: there is nobody to tell
}

/** Bun collects lazily: without this the garbage of a line that is skipped would pile up. Elsewhere there is nothing to do. */
function collectGarbage(): void {
  const bun: unknown = Reflect.get(globalThis, 'Bun');
  if (typeof bun === 'object' && bun !== null && 'gc' in bun && typeof bun.gc === 'function')
    Reflect.apply(bun.gc, bun, [true]);
}
