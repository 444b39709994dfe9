// What a door needs of the server, how it is told to end, and how it says that it cannot open.
import type { Transport } from '../rpc/transport.ts';

export interface DoorServer {
  /** Serves one client until its transport closes; several may be served at once. */
  serve(transport: Transport): Promise<void>;
  /** Ends every turn in order and closes the store. */
  close(): Promise<void>;
}

/** The door cannot open; the message is for the user and says what to do. */
export class DoorRefused extends Error {
  override readonly name = 'DoorRefused';
}

/** Calls back once, at the first signal that asks the process to end; a second one ends it at once. */
export function onceToldToEnd(end: () => void): void {
  process.once('SIGTERM', end);
  process.once('SIGINT', end);
}
