// Values that a JSON Schema allows, as the registry's schemas are written: what a client in good order may send.
import fc, { type Arbitrary } from 'fast-check';
import * as z from 'zod';
import type { LazySchema } from '../../../server/protocol/define.ts';

type Schema = Readonly<Record<string, any>>;

interface Place {
  /** The nearest member that the value stands in, such as "threadId". */
  readonly name: string;
  readonly definitions: Schema;
  readonly depth: number;
}

/** Where a schema calls itself: no deeper than this. */
const DEEPEST = 5;
/** Mostly what was told last: a thread and the turn that runs in it come together so. */
const NTH = [0, 0, 0, 0, 0, 1, 1, 2, 4, 7];
const NUMBERS = [0, 1, -1, 2, 10, 100, 0.5, 65_535, 2 ** 31 - 1, 2 ** 32, Number.MAX_SAFE_INTEGER];

/**
 * A word that is replaced when it is sent: by what the server told of this kind, the `n`th from the last. So the same seed asks the same,
 * whatever ids the server gives.
 */
export const reference = (name: string): Arbitrary<string> => fc.constantFrom(...NTH).map((n) => `@@${name}/${n}`);

/** Lone surrogates, NUL and everything else that a JSON text can say. */
export const anyText: Arbitrary<string> = fc.oneof(
  { weight: 20, arbitrary: fc.string({ maxLength: 20 }) },
  { weight: 8, arbitrary: fc.string({ unit: 'binary', maxLength: 20 }) },
  {
    weight: 8,
    arbitrary: fc.constantFrom('', ' ', '\0', '\ud800', 'a\udfff', '__proto__', 'constructor', "'; DROP TABLE x; --"),
  },
  { weight: 1, arbitrary: fc.integer({ min: 1_000, max: 20_000 }).map((length) => '%_"\u{1f600}'.repeat(length)) },
);

/** What the schema of a request's params allows. */
export function paramsOf(schema: LazySchema): Arbitrary<unknown> {
  const written: Schema = z.toJSONSchema(schema(), { io: 'input', unrepresentable: 'any' });
  return valueOf(written, { name: '', definitions: written['$defs'] ?? {}, depth: 0 });
}

function valueOf(schema: Schema, place: Place): Arbitrary<unknown> {
  if (place.depth > DEEPEST) return fc.constantFrom<unknown>(null, 1, 'deep');
  const within = { ...place, depth: place.depth + 1 };
  if (typeof schema['$ref'] === 'string')
    return valueOf(place.definitions[schema['$ref'].split('/').at(-1) ?? ''], within);
  if ('const' in schema) return fc.constant(schema['const']);
  if (Array.isArray(schema['enum'])) return fc.constantFrom<unknown>(...schema['enum']);
  const branches: Schema[] | undefined = schema['anyOf'] ?? schema['oneOf'];
  if (branches !== undefined) return fc.oneof(...branches.map((branch) => valueOf(branch, place)));
  if (Array.isArray(schema['type']))
    return fc.oneof(...schema['type'].map((type: string) => valueOf({ ...schema, type }, place)));
  switch (schema['type']) {
    case 'string':
      return textFor(place.name);
    case 'integer':
    case 'number':
      return numberIn(schema);
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'array':
      return fc.array(valueOf(schema['items'] ?? {}, within), {
        maxLength: Math.min(4, schema['maxItems'] ?? 4),
        minLength: schema['minItems'] ?? 0,
      });
    case 'object':
      return objectOf(schema, within);
    default:
      return fc.jsonValue({ maxDepth: 3 });
  }
}

function numberIn(schema: Schema): Arbitrary<number> {
  const least = schema['minimum'] ?? (schema['exclusiveMinimum'] ?? -Infinity) + 1;
  const most = schema['maximum'] ?? Infinity;
  const allowed = [...NUMBERS, least, most].filter(
    (value) =>
      Number.isFinite(value) && value >= least && value <= most && (schema['type'] !== 'integer' || value % 1 === 0),
  );
  return fc.constantFrom(...allowed);
}

function objectOf(schema: Schema, place: Place): Arbitrary<unknown> {
  const properties: Readonly<Record<string, Schema>> = schema['properties'] ?? {};
  const required: readonly string[] = schema['required'] ?? [];
  const members = Object.fromEntries(
    Object.entries(properties).map(([name, member]) => [name, valueOf(member, { ...place, name })]),
  );
  const known = fc.record(members, { requiredKeys: required.filter((name) => name in members) });
  const more: unknown = schema['additionalProperties'];
  if (typeof more !== 'object' || more === null) return known;
  const others = fc.dictionary(fc.string({ maxLength: 12 }), valueOf(more, place), { maxKeys: 3 });
  return fc.tuple(known, others).map(([own, extra]) => ({ ...extra, ...own }));
}

/** Names that belong to something the server knows are mostly such, of all kinds. */
function textFor(name: string): Arbitrary<string> {
  if (/path|cwd|root|dir|file|folder|url/i.test(name))
    return fc.oneof({ weight: 6, arbitrary: reference('path') }, { weight: 1, arbitrary: anyText });
  if (/id$|cursor|handle|hash|version|revision/i.test(name))
    return fc.oneof({ weight: 8, arbitrary: reference(name) }, { weight: 2, arbitrary: anyText });
  if (/base64/i.test(name)) return fc.oneof(fc.base64String({ maxLength: 40 }), anyText);
  if (name === 'type') return fc.oneof(fc.constantFrom('apiKey', 'chatgpt', 'text'), anyText);
  if (name === 'model' || name === 'modelProvider')
    return fc.oneof(fc.constantFrom('scripted-model', 'scripted', 'demo'), anyText);
  return anyText;
}
