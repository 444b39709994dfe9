// An endless output is kept by its beginning and its end, within the limit, without a broken character.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createOutputBuffer } from '../../../../server/core/command/outputBuffer.ts';
import { utf8End, utf8Length, utf8Start } from '../../../../server/core/command/utf8.ts';

const text = fc.string({ unit: fc.constantFrom('a', 'ß', '€', '😀', '\n', '\ud800', '\udc00'), maxLength: 300 });
const bytes = (value: string) => Buffer.byteLength(value);

describe('output buffer', () => {
  it('measures as the encoder does and cuts only between characters', () => {
    fc.assert(
      fc.property(text, fc.nat(400), (value, max) => {
        assert.equal(utf8Length(value), bytes(value));
        const start = utf8Start(value, max);
        const end = utf8End(value, max);
        assert.ok(bytes(start) <= max && value.startsWith(start));
        assert.ok(bytes(end) <= max && value.endsWith(end));
        if (value.isWellFormed()) assert.ok(start.isWellFormed() && end.isWellFormed());
      }),
    );
  });

  it('keeps everything up to the limit, in whatever pieces it comes', () => {
    fc.assert(
      fc.property(fc.array(text, { maxLength: 20 }), fc.integer({ min: 128, max: 2000 }), (pieces, limit) => {
        const buffer = createOutputBuffer(limit);
        for (const piece of pieces) buffer.append(piece);
        const whole = pieces.join('');
        // counted piece by piece: a surrogate pair cut in two by the pieces is two replacement characters
        const total = pieces.reduce((sum, piece) => sum + bytes(piece), 0);
        assert.equal(buffer.totalBytes, total);
        if (total <= limit) assert.equal(buffer.text(), whole);
        else {
          const shown = /^([^]*)\n\[\.\.\. (\d+) bytes left out \.\.\.\]\n([^]*)$/.exec(buffer.text());
          assert.ok(shown, buffer.text());
          const [, head = '', lost, tail = ''] = shown;
          assert.ok(whole.startsWith(head) && whole.endsWith(tail));
          assert.ok(bytes(buffer.text()) <= limit);
          if (whole.isWellFormed() && pieces.every((piece) => piece.isWellFormed())) {
            assert.ok(buffer.text().isWellFormed());
            assert.equal(bytes(head) + Number(lost) + bytes(tail), total);
          }
        }
      }),
    );
  });

  it('takes single characters one by one without slowing down', () => {
    const buffer = createOutputBuffer(1024);
    for (let count = 0; count < 200_000; count += 1) buffer.append('x');
    assert.equal(buffer.totalBytes, 200_000);
    assert.ok(buffer.text().length <= 1024);
  });
});
