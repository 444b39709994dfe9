// A WebSocket as a transport: one message in each text frame.
import type { RawData, WebSocket } from '@websockets/ws';
import { readMessage } from '../rpc/jsonlReader.ts';
import type { Transport, TransportEvents } from '../rpc/transport.ts';

/** A transport over an open socket. The socket's own fault is followed by its close. */
export function webSocketTransport(socket: WebSocket): Transport {
  let backlog = 0;
  let drained: (() => void)[] = [];
  const settle = (): void => {
    const listeners = drained;
    drained = [];
    for (const listener of listeners) listener();
  };
  const written = (length: number): void => {
    backlog -= length;
    if (backlog === 0) settle();
  };
  return {
    listen: (events) => {
      socket.on('message', (data, isBinary) => receive(data, isBinary, events));
      socket.once('close', () => events.closed());
    },
    send: (message) => {
      if (socket.readyState !== socket.OPEN) return;
      const text = JSON.stringify(message);
      backlog += text.length;
      // the callback comes for a frame that could not be written, too
      socket.send(text, () => written(text.length));
    },
    pause: () => socket.pause(),
    resume: () => socket.resume(),
    get backlogBytes() {
      return backlog;
    },
    whenDrained: (listener) => {
      drained.push(listener);
      if (backlog === 0) settle();
    },
    close: () => socket.close(),
    abort: () => socket.terminate(),
  };
}

function receive(data: RawData, isBinary: boolean, events: TransportEvents): void {
  if (isBinary || !Buffer.isBuffer(data)) {
    events.fault({ code: 'invalidRequest', message: 'A message must be a text frame.' });
    return;
  }
  const read = readMessage(data.toString());
  if (read === null) return;
  if ('fault' in read) events.fault(read.fault);
  else events.message(read.message, data.length);
}
