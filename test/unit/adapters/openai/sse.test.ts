// The event stream is understood however its bytes are cut.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createSseReader } from '../../../../server/adapters/openai/sse.ts';

interface Seen {
  readonly data: string;
  readonly name: string;
}

function read(pieces: readonly Uint8Array[], end = true): Seen[] {
  const seen: Seen[] = [];
  const reader = createSseReader((data, name) => seen.push({ data, name }));
  for (const piece of pieces) reader.push(piece);
  if (end) reader.end();
  return seen;
}

const bytes = (text: string): Uint8Array[] => [Buffer.from(text)];

describe('createSseReader', () => {
  const cases: readonly { name: string; stream: string; events: readonly Seen[] }[] = [
    { name: 'one event', stream: 'data: one\n\n', events: [{ data: 'one', name: '' }] },
    {
      name: 'a name before or after',
      stream: 'event: a\ndata: 1\n\ndata: 2\nevent: b\n\n',
      events: [
        { data: '1', name: 'a' },
        { data: '2', name: 'b' },
      ],
    },
    { name: 'no space after the colon', stream: 'data:x\n\n', events: [{ data: 'x', name: '' }] },
    { name: 'only one space is taken', stream: 'data:  x\n\n', events: [{ data: ' x', name: '' }] },
    { name: 'several data lines', stream: 'data: a\ndata: b\n\n', events: [{ data: 'a\nb', name: '' }] },
    { name: 'CRLF', stream: 'event: e\r\ndata: a\r\n\r\n', events: [{ data: 'a', name: 'e' }] },
    {
      name: 'lone CR',
      stream: 'data: a\r\rdata: b\r\r',
      events: [
        { data: 'a', name: '' },
        { data: 'b', name: '' },
      ],
    },
    {
      name: 'comments and unknown fields',
      stream: ': hi\n\nid: 3\nretry: 9\n:\ndata: a\n\n',
      events: [{ data: 'a', name: '' }],
    },
    { name: 'an empty data line', stream: 'data:\n\n', events: [{ data: '', name: '' }] },
    {
      name: 'a name without data is no event',
      stream: 'event: ping\n\ndata: a\n\n',
      events: [{ data: 'a', name: '' }],
    },
    { name: 'a byte order mark', stream: '\uFEFFdata: a\n\n', events: [{ data: 'a', name: '' }] },
    { name: 'an end without its blank line', stream: 'data: a', events: [{ data: 'a', name: '' }] },
  ];
  for (const { name, stream, events } of cases) it(name, () => assert.deepEqual(read(bytes(stream)), events));

  it('does not hand over an event before its blank line', () => {
    assert.deepEqual(read(bytes('data: a\n'), false), []);
  });

  it('gives the same events for any cut', () => {
    const stream = Buffer.from(': c\r\nevent: ä\r\ndata: {"t":"héllo 👋🏽"}\r\n\r\ndata: 漢\ndata: 字\n\n\r\ndata:z\n\n');
    const whole = read([stream]);
    assert.equal(whole.length, 3);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }), (sizes) => {
        const pieces: Uint8Array[] = [];
        for (let at = 0, n = 0; at < stream.length; n += 1) {
          const size = sizes[n % sizes.length] ?? 1;
          pieces.push(stream.subarray(at, at + size));
          at += size;
        }
        assert.deepEqual(read(pieces), whole);
      }),
    );
  });

  it('gives up on a line that does not end', () => {
    const reader = createSseReader(() => {});
    const piece = Buffer.alloc(16 * 1024 * 1024, 'x');
    assert.throws(() => {
      for (let n = 0; n < 6; n += 1) reader.push(piece);
    }, RangeError);
  });
});
