// The stdio door: JSON Lines on the standard streams of this process, until the client closes them or the process is told to end.
import { createWriteStream } from 'node:fs';
import type { ByteOutput } from '../rpc/byteStreams.ts';
import { jsonlTransport } from '../rpc/jsonlTransport.ts';
import { bunStreams, type StandardStreams } from './bunStreams.ts';
import { onceToldToEnd, type DoorServer } from './door.ts';

const STDOUT = 1;

/** How long the last answers may take to be written. */
const LONGEST_FLUSH_MS = 1_000;

/** Serves one client on stdin and stdout; resolves when everything has been ended in order. */
export async function serveStdio(server: DoorServer): Promise<void> {
  const { input, output } = bunStreams() ?? nodeStreams();
  const flushed = whenFlushed(output);
  const transport = jsonlTransport(input, output, collectGarbage);
  onceToldToEnd(() => transport.close());
  try {
    await server.serve(transport);
  } finally {
    await server.close();
    transport.close();
    // a limit, not a wait: a client that reads no more would hold the end up for ever
    await Promise.race([flushed, delay(LONGEST_FLUSH_MS)]);
  }
}

/** A write to a pipe through process.stdout would block the whole server while the client does not read. */
function nodeStreams(): StandardStreams {
  return { input: process.stdin, output: createWriteStream('', { fd: STDOUT, autoClose: false }) };
}

/** Resolves when everything is written, or when nobody takes it. */
function whenFlushed(output: ByteOutput): Promise<void> {
  return new Promise((resolve) => {
    for (const event of ['finish', 'close', 'error'] as const) output.once(event, resolve);
  });
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Bun collects lazily: without this the garbage of a line that is skipped would pile up. Elsewhere there is nothing to do. */
function collectGarbage(): void {
  const bun: unknown = Reflect.get(globalThis, 'Bun');
  if (typeof bun === 'object' && bun !== null && 'gc' in bun && typeof bun.gc === 'function')
    Reflect.apply(bun.gc, bun, [true]);
}
