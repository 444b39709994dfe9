// What must hold for JSON Lines however the bytes come: every line gives its message or its fault, in order, whatever the chunks are.
import { deepEqual } from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { JsonlReader } from '../../../server/rpc/jsonlReader.ts';

const LONGEST_LINE = 2_000;

type Told = readonly ['message', unknown] | readonly ['fault', string];

/** A line without its end, and what it must give; null: nothing. */
interface Sample {
  readonly bytes: Uint8Array;
  readonly told: Told | null;
}

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

const id = fc.oneof(fc.maxSafeInteger(), fc.string());

const good: fc.Arbitrary<Sample> = fc
  .record({ id, method: fc.string(), params: fc.option(fc.jsonValue(), { nil: undefined }), more: fc.boolean() })
  .map(({ more, ...message }) => {
    const written = JSON.stringify(more ? { ...message, jsonrpc: '2.0', other: [1] } : message);
    const { params, ...head } = message;
    const read = JSON.parse(JSON.stringify(params === undefined || params === null ? head : { ...head, params }));
    return written.length > LONGEST_LINE / 4
      ? { bytes: utf8(' '), told: null }
      : { bytes: utf8(written), told: ['message', read] };
  });

/** Fixed traps: keys twice, names of prototypes, deep nesting, NUL, no UTF-8, too long. */
const traps: fc.Arbitrary<Sample> = fc.constantFrom<Sample>(
  { bytes: utf8('{"id":1,"method":"a","method":"b"}'), told: ['message', { id: 1, method: 'b' }] },
  { bytes: utf8('{"id":1,"__proto__":{"method":"x"}}'), told: ['fault', 'invalidRequest'] },
  { bytes: utf8('{"method":"a","constructor":1}'), told: ['message', { method: 'a' }] },
  { bytes: utf8(`${'['.repeat(900)}${']'.repeat(900)}`), told: ['fault', 'invalidRequest'] },
  { bytes: utf8('['.repeat(1_900)), told: ['fault', 'parseError'] },
  { bytes: utf8('\0'), told: ['fault', 'parseError'] },
  { bytes: utf8('{"id":1,"method":"a"}\0'), told: ['fault', 'parseError'] },
  { bytes: Uint8Array.of(0x22, 0xff, 0xfe, 0x22), told: ['fault', 'parseError'] },
  { bytes: Uint8Array.of(0xed, 0xa0, 0x80), told: ['fault', 'parseError'] },
  { bytes: utf8(`"${'x'.repeat(LONGEST_LINE)}"`), told: ['fault', 'invalidRequest'] },
  { bytes: utf8('{"id":1e400,"method":"a"}'), told: ['fault', 'invalidRequest'] },
  { bytes: utf8('{"id":9007199254740993,"method":"a"}'), told: ['fault', 'invalidRequest'] },
  { bytes: utf8(''), told: null },
  { bytes: utf8(' \t '), told: null },
);

const stream = fc.record({
  lines: fc.array(fc.record({ sample: fc.oneof(good, traps), end: fc.constantFrom('\n', '\r\n') }), { maxLength: 12 }),
  cuts: fc.array(fc.nat(), { maxLength: 20 }),
  lastIsOpen: fc.boolean(),
});

/** Throws, with the seed, when it does not hold for `cases` random streams. */
export async function framingHolds(cases: number): Promise<void> {
  await fc.assert(
    fc.asyncProperty(stream, async ({ lines, cuts, lastIsOpen }) => {
      const parts = lines.map(({ sample, end }, index) =>
        Buffer.concat([sample.bytes, utf8(lastIsOpen && index === lines.length - 1 ? '' : end)]),
      );
      deepEqual(
        await readIn(Buffer.concat(parts), cuts),
        lines.flatMap(({ sample }) => (sample.told === null ? [] : [sample.told])),
      );
    }),
    { numRuns: cases, verbose: 1 },
  );
}

/** Throws when any bytes at all are not read to their end. */
export async function anyBytesAreRead(cases: number): Promise<void> {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), fc.array(fc.nat(), { maxLength: 9 }), async (bytes, cuts) => {
      const lines = Buffer.from(bytes).toString('latin1').split('\n');
      const told = await readIn(Buffer.from(bytes), cuts);
      return told.length <= lines.length;
    }),
    { numRuns: cases, verbose: 1 },
  );
}

/** What a reader tells of the bytes when they come in pieces. */
function readIn(bytes: Buffer, cuts: readonly number[]): Promise<Told[]> {
  const input = new PassThrough();
  const told: Told[] = [];
  const ended = Promise.withResolvers<Told[]>();
  new JsonlReader(input, LONGEST_LINE).listen({
    message: (message) => told.push(['message', message]),
    fault: ({ code }) => told.push(['fault', code]),
    closed: () => ended.resolve(told),
  });
  const places = cuts.map((cut) => (bytes.length === 0 ? 0 : cut % bytes.length)).toSorted((a, b) => a - b);
  let from = 0;
  for (const place of [...places, bytes.length]) {
    if (place > from) input.write(bytes.subarray(from, place));
    from = Math.max(from, place);
  }
  input.end();
  return ended.promise;
}
