// Cuts a stream's bytes into awkward writes, the same way for the same seed.
import type { Chunking } from './modelScript.ts';

/** A small seeded generator (mulberry32): numbers in [0, 1). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** One SSE event as text. Awkward streams mix in CRLF, comments, `retry:` and data without the space. */
export function frame(eventName: string | null, data: string, random: (() => number) | null): string {
  const name = eventName === null ? '' : `event: ${eventName}\n`;
  if (random === null) return `${name}data: ${data}\n\n`;
  const style = random();
  if (style < 0.1) return `: keep-alive\n\n${name}data: ${data}\n\n`;
  if (style < 0.35) return `${name}data: ${data}\n\n`.replaceAll('\n', '\r\n');
  if (style < 0.45) return `data:${data}\n${name}\n`;
  if (style < 0.5) return `id: 7\nretry: 1000\n:\n${name}data: ${data}\n\n`;
  return `${name}data: ${data}\n\n`;
}

/** The frames as the writes that carry them. */
export function chunked(frames: readonly string[], chunking: Chunking, random: () => number): Uint8Array[] {
  if (chunking === 'event' || chunking === 'paced') return frames.map((text) => Buffer.from(text));
  const bytes = Buffer.from(frames.join(''));
  if (chunking === 'whole') return bytes.length === 0 ? [] : [bytes];
  const writes: Uint8Array[] = [];
  for (let at = 0; at < bytes.length;) {
    const size = pieceSize(random);
    writes.push(bytes.subarray(at, at + size));
    at += size;
  }
  return writes;
}

/** Mostly fragments of an event, sometimes a single byte, sometimes several events at once. */
function pieceSize(random: () => number): number {
  const kind = random();
  if (kind < 0.15) return 1 + Math.floor(random() * 3);
  if (kind < 0.75) return 20 + Math.floor(random() * 200);
  return 500 + Math.floor(random() * 2500);
}
