// JSON Lines over a socket of this machine. Closing it loses nothing that was sent; who does not read for too long is cut off.
import type { Socket } from 'node:net';
import { jsonlTransport } from '../rpc/jsonlTransport.ts';
import type { Transport } from '../rpc/transport.ts';

/** A process that was stopped reads nothing: beyond this, in characters, it is no longer waited for. It comes back and reads the store. */
const LONGEST_BACKLOG = 64 * 1024 * 1024;

/** How long the other side may take to read the last of it. */
const LONGEST_END_MS = 2_000;

export function socketTransport(socket: Socket): Transport {
  const lines = jsonlTransport(socket, socket);
  let isClosed = false;
  return {
    listen: (events) => lines.listen(events),
    send(message) {
      if (isClosed) return;
      lines.send(message);
      if (lines.backlogBytes > LONGEST_BACKLOG) socket.destroy();
    },
    pause: () => lines.pause(),
    resume: () => lines.resume(),
    get backlogBytes() {
      return lines.backlogBytes;
    },
    whenDrained: (listener) => lines.whenDrained(listener),
    close() {
      if (isClosed) return;
      isClosed = true;
      // what was sent in this moment is written before
      lines.whenDrained(() => endSoon(socket));
      endAtLast(socket);
    },
    abort() {
      isClosed = true;
      socket.destroy();
    },
  };
}

/** Ends the socket when what was written is on its way, or when that takes too long. */
export function endSoon(socket: Socket): void {
  socket.end(() => socket.destroy());
  endAtLast(socket);
}

function endAtLast(socket: Socket): void {
  const late = setTimeout(() => socket.destroy(), LONGEST_END_MS);
  socket.once('close', () => clearTimeout(late));
}
