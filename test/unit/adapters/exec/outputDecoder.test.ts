// Bytes become text whatever the chunk borders.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createOutputDecoder } from '../../../../server/adapters/exec/outputDecoder.ts';

function decode(bytes: Uint8Array, cuts: readonly number[]): string[] {
  const decoder = createOutputDecoder();
  const borders = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length];
  const pieces = borders.slice(1).map((end, index) => decoder.push(bytes.subarray(borders[index], end)));
  return [...pieces, decoder.end()];
}

describe('output decoder', () => {
  it('decodes any bytes as if they had come at once', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.array(fc.nat(), { maxLength: 8 }), (bytes, cuts) => {
        assert.equal(decode(bytes, cuts).join(''), new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes));
      }),
    );
  });

  it('cuts no character in two', () => {
    const text = `a${'😀'.repeat(20_000)}`;
    const pieces = decode(new TextEncoder().encode(text), [5, 9001]);
    assert.equal(pieces.join(''), text);
    assert.ok(pieces.every((piece) => piece.isWellFormed()));
  });

  it('replaces a character that never ends', () => {
    assert.deepEqual(decode(Uint8Array.of(0x61, 0xe2, 0x82), []), ['a', '\ufffd']);
  });
});
