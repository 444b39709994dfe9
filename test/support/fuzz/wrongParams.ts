// Params that are nearly right: something is missing, too much, of another type, at a boundary, huge, deep or named like a prototype.
import fc, { type Arbitrary } from 'fast-check';
import { anyText } from './schemaValues.ts';

interface Change {
  /** Which of the places of the value, counted round. */
  readonly at: number;
  readonly how: 'remove' | 'replace' | 'add';
  readonly name: string;
  readonly value: unknown;
}

const DEEP = 1_500;

/** JSON that fits nowhere, or nearly everywhere. */
export const junk: Arbitrary<unknown> = fc.oneof(
  {
    weight: 16,
    arbitrary: fc.constantFrom<unknown>(
      ...[null, true, false, 0, -1, 1, 1.5, 2 ** 31, -(2 ** 31) - 1, 2 ** 53, 1e308, -1e-308],
      ...['', 'x', [], {}, [null], { type: 'text' }, { type: '__proto__' }],
    ),
  },
  { weight: 8, arbitrary: anyText },
  { weight: 8, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
  { weight: 1, arbitrary: fc.constantFrom(deepList(), deepObject(), 'y'.repeat(100_000), prototypes()) },
);

const name = fc.oneof(
  fc.constantFrom('__proto__', 'constructor', 'prototype', 'toString', 'threadId', 'type', ''),
  anyText,
);

const change: Arbitrary<Change> = fc.record({
  at: fc.nat(99),
  how: fc.constantFrom('remove' as const, 'replace' as const, 'add' as const),
  name,
  value: junk,
});

/** A few changes to what was right. */
export function nearly(right: Arbitrary<unknown>): Arbitrary<unknown> {
  return fc
    .tuple(right, fc.array(change, { minLength: 1, maxLength: 3 }))
    .map(([value, changes]) => changes.reduce(changed, value));
}

function changed(value: unknown, given: Change): unknown {
  const root = { root: structuredClone(value) };
  const places = [...placesIn(root)];
  const place = places[given.at % places.length];
  if (place === undefined) return value;
  const { holder, key } = place;
  const inside: unknown = Reflect.get(holder, key);
  if (given.how === 'add' && typeof inside === 'object' && inside !== null) put(inside, given.name, given.value);
  else if (given.how === 'remove' && holder !== root) remove(holder, key);
  else Reflect.set(holder, key, given.value);
  return root.root;
}

interface Member {
  readonly holder: object;
  readonly key: string;
}

function* placesIn(holder: object): Generator<Member> {
  for (const key of Object.keys(holder)) {
    yield { holder, key };
    const inside: unknown = Reflect.get(holder, key);
    if (typeof inside === 'object' && inside !== null) yield* placesIn(inside);
  }
}

/** As a member of its own, whatever it is called: JSON can name one `__proto__`. */
function put(into: object, key: string, value: unknown): void {
  if (Array.isArray(into)) into.push(value);
  else Object.defineProperty(into, key, { value, enumerable: true, configurable: true, writable: true });
}

function remove(holder: object, key: string): void {
  if (Array.isArray(holder)) holder.splice(Number(key), 1);
  else Reflect.deleteProperty(holder, key);
}

function deepList(): unknown {
  return JSON.parse(`${'['.repeat(DEEP)}${']'.repeat(DEEP)}`);
}

function deepObject(): unknown {
  return JSON.parse(`${'{"a":'.repeat(DEEP)}1${'}'.repeat(DEEP)}`);
}

function prototypes(): unknown {
  return JSON.parse('{"__proto__":{"threadId":"x","isAdmin":true},"constructor":{"prototype":{"polluted":1}}}');
}
