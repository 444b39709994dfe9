// JSON Lines over a pair of streams: stdio of this process, or of a child.
import type { ByteInput, ByteOutput } from './byteStreams.ts';
import { JsonlReader, MAX_LINE_BYTES } from './jsonlReader.ts';
import { JsonlWriter } from './jsonlWriter.ts';
import type { Transport } from './transport.ts';

/** A transport that reads lines from `input` and writes lines to `output`. `reclaim`: see JsonlReader and JsonlWriter. */
export function jsonlTransport(input: ByteInput, output: ByteOutput, reclaim?: () => void): Transport {
  const reader = new JsonlReader(input, MAX_LINE_BYTES, reclaim);
  const writer = new JsonlWriter(output, reclaim);
  return {
    listen: (events) => reader.listen(events),
    send: (message) => writer.send(message),
    pause: () => reader.pause(),
    resume: () => reader.resume(),
    get backlogBytes() {
      return writer.backlog;
    },
    whenDrained: (listener) => writer.whenDrained(listener),
    close: () => {
      writer.close();
      input.destroy();
    },
    abort: () => {
      writer.abort();
      input.destroy();
    },
  };
}
