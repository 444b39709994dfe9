// Bytes as they lie in the object store: compressed where that pays. Loaded at the first of them, as the compression is.
import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';

const compress = promisify(deflateRaw);
const decompress = promisify(inflateRaw);

/** The first byte of a file says how the rest is to be read. */
const RAW = 0;
const DEFLATED = 1;
const MOST_BYTES = 64 * 1024 * 1024;
/** Smaller contents fill a block of the disk anyway. */
const LEAST_COMPRESSED = 512;

export async function packed(bytes: Uint8Array): Promise<Buffer> {
  if (bytes.length >= LEAST_COMPRESSED) {
    const small = await compress(bytes, { level: 1 });
    if (small.length < bytes.length * 0.9) return Buffer.concat([Buffer.of(DEFLATED), small]);
  }
  return Buffer.concat([Buffer.of(RAW), bytes]);
}

export async function unpacked(file: Buffer): Promise<Uint8Array> {
  const rest = file.subarray(1);
  return file[0] === DEFLATED ? await decompress(rest, { maxOutputLength: MOST_BYTES }) : rest;
}
