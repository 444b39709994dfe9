// Hashes in hexadecimal. Bun's own are there at once; Node's module is loaded at the first one, and brings all of Node's streams with it.

type Algorithm = 'sha1' | 'sha256';

/** As much of the global `Bun` as is used here. */
interface Bun {
  readonly CryptoHasher: {
    hash(algorithm: Algorithm, content: string | Uint8Array, encoding: 'hex'): string;
  };
}

const bun: unknown = Reflect.get(globalThis, 'Bun');

export function hexHash(algorithm: Algorithm, content: string | Uint8Array): string {
  if (isBun(bun)) return bun.CryptoHasher.hash(algorithm, content, 'hex');
  return process.getBuiltinModule('node:crypto').createHash(algorithm).update(content).digest('hex');
}

function isBun(value: unknown): value is Bun {
  return typeof value === 'object' && value !== null && 'CryptoHasher' in value;
}
