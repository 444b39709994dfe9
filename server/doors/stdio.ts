// The stdio door: JSON Lines on the standard streams of this process, until the client closes them or the process is told to end.
import { createWriteStream } from 'node:fs';
import { jsonlTransport } from '../rpc/jsonlTransport.ts';
import type { Transport } from '../rpc/transport.ts';

export interface StdioServer {
  serve(transport: Transport): Promise<void>;
  close(): Promise<void>;
}

const STDOUT = 1;

/** Serves one client on stdin and stdout; resolves when everything has been ended in order. */
export async function serveStdio(server: StdioServer): Promise<void> {
  // A write to a pipe through process.stdout would block the whole server while the client does not read.
  const output = createWriteStream('', { fd: STDOUT, autoClose: false });
  const transport = jsonlTransport(process.stdin, output);
  const end = (): void => transport.close();
  process.once('SIGTERM', end);
  process.once('SIGINT', end);
  try {
    await server.serve(transport);
  } finally {
    await server.close();
  }
}
