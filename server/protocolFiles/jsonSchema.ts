// The protocol as JSON Schema (draft 2020-12), made from the registry: one document with every shape and every message.
import * as z from 'zod';
import type { LazySchema, NotificationLine, RequestLine } from '../protocol/define.ts';
import { clientNotifications, clientRequests, serverNotifications, serverRequests } from '../protocol/methods.ts';
import { schemaNames } from '../protocol/schemaNames.ts';

export interface JsonObject {
  [name: string]: unknown;
}

/** What a method takes and answers, by the names of the shapes. */
export interface MethodShapes {
  readonly params: string;
  /** Null for a notification. */
  readonly result: string | null;
}

type Methods = Readonly<Record<string, MethodShapes>>;

export interface ProtocolShapes {
  /** Name -> JSON Schema; references are `#/$defs/Name`. */
  readonly shapes: Readonly<Record<string, JsonObject>>;
  readonly clientRequests: Methods;
  readonly serverRequests: Methods;
  readonly clientNotifications: Methods;
  readonly serverNotifications: Methods;
}

type Io = 'input' | 'output';
type Line = RequestLine | NotificationLine;
type Lines = Readonly<Record<string, Line>>;

export const REF = '#/$defs/';

/**
 * All shapes. What a side may leave out because it has a default is optional where that side writes it and there where it is read:
 * a shape that differs so has the suffix `Input` where it is written.
 */
export function protocolShapes(withExperimental: boolean): ProtocolShapes {
  const names = new Map(schemaNames());
  const nameOf = (schema: LazySchema, method: string, suffix: string): string => {
    const built = schema();
    const name = names.get(built) ?? `${pascalCase(method)}${suffix}`;
    names.set(built, name);
    return name;
  };
  const kept = (lines: Lines): [string, Line][] =>
    Object.entries(lines).filter(([, line]) => withExperimental || !isExperimental(line));
  const tables = {
    clientRequests: kept(clientRequests),
    serverRequests: kept(serverRequests),
    clientNotifications: kept(clientNotifications),
    serverNotifications: kept(serverNotifications),
  };
  for (const [method, line] of Object.values(tables).flat()) {
    nameOf(line.params, method, 'Params');
    if ('result' in line) nameOf(line.result, method, 'Result');
  }
  const { shapes, inputNames } = bothWays(names);
  const bind = (lines: readonly [string, Line][], params: Io, result: Io): Methods => {
    const called = (schema: LazySchema, method: string, io: Io): string => {
      const name = nameOf(schema, method, '');
      return io === 'input' && inputNames.has(name) ? `${name}Input` : name;
    };
    return Object.fromEntries(
      lines.map(([method, line]) => [
        method,
        {
          params: called(line.params, method, params),
          result: 'result' in line ? called(line.result, method, result) : null,
        },
      ]),
    );
  };
  const methods = {
    clientRequests: bind(tables.clientRequests, 'input', 'output'),
    serverRequests: bind(tables.serverRequests, 'output', 'input'),
    clientNotifications: bind(tables.clientNotifications, 'input', 'output'),
    serverNotifications: bind(tables.serverNotifications, 'output', 'output'),
  };
  return { shapes: reachable(shapes, Object.values(methods)), ...methods };
}

/** The document: the shapes, and each side's messages. */
export function jsonSchemaDocument(protocol: ProtocolShapes): JsonObject {
  const message = (methods: Methods, head: JsonObject): JsonObject => ({
    oneOf: Object.entries(methods).map(([method, { params }]) => ({
      type: 'object',
      properties: { ...head, method: { const: method }, params: { $ref: REF + params } },
      required: [...Object.keys(head), 'method'],
    })),
  });
  const id = { anyOf: [{ type: 'string' }, { type: 'integer' }] };
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Bowline App Server protocol',
    $defs: {
      ...protocol.shapes,
      RequestId: id,
      ClientRequest: message(protocol.clientRequests, { id: { $ref: `${REF}RequestId` } }),
      ServerRequest: message(protocol.serverRequests, { id: { $ref: `${REF}RequestId` } }),
      ClientNotification: message(protocol.clientNotifications, {}),
      ServerNotification: message(protocol.serverNotifications, {}),
    },
  };
}

/** Every named shape as it is read, and as it is written where that differs. */
function bothWays(names: ReadonlyMap<z.ZodType, string>): {
  shapes: Record<string, JsonObject>;
  inputNames: ReadonlySet<string>;
} {
  const registry = z.registry<{ id: string }>();
  for (const [schema, id] of names) registry.add(schema, { id });
  const read = allOf(registry, 'output');
  const written = allOf(registry, 'input');
  const inputNames = new Set(Object.keys(read).filter((name) => differ(read[name], written[name])));
  // what refers to a shape that differs, differs
  for (let before = -1; before !== inputNames.size;) {
    before = inputNames.size;
    for (const [name, shape] of Object.entries(written))
      if (referencesOf(shape).some((other) => inputNames.has(other))) inputNames.add(name);
  }
  const inputs = Object.entries(written)
    .filter(([name]) => inputNames.has(name))
    .map(([name, shape]): [string, JsonObject] => [`${name}Input`, renamed(shape, inputNames)]);
  return { shapes: { ...read, ...Object.fromEntries(inputs) }, inputNames };
}

function allOf(registry: z.core.$ZodRegistry<{ id: string }>, io: Io): Record<string, JsonObject> {
  const { schemas } = z.toJSONSchema(registry, {
    io,
    uri: (id) => REF + id,
    unrepresentable: 'any',
    // a reader ignores members that it does not know
    override: ({ jsonSchema }) => {
      if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
    },
  });
  return Object.fromEntries(
    Object.entries(schemas).map(([name, { $id: _id, $schema: _schema, ...shape }]) => [name, { ...shape }]),
  );
}

function differ(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) !== JSON.stringify(right);
}

/** The names of the shapes that a shape refers to. */
export function referencesOf(value: unknown): string[] {
  return [...JSON.stringify(value).matchAll(/"\$ref":"#\/\$defs\/([^"]+)"/g)].flatMap(([, name]) => name ?? []);
}

function renamed(shape: JsonObject, names: ReadonlySet<string>): JsonObject {
  const parsed: unknown = JSON.parse(JSON.stringify(shape), (key, value: unknown) =>
    key === '$ref' && typeof value === 'string' && names.has(value.slice(REF.length)) ? `${value}Input` : value,
  );
  return isObject(parsed) ? parsed : {};
}

/** Only what the messages need. */
function reachable(
  shapes: Readonly<Record<string, JsonObject>>,
  methods: readonly Methods[],
): Record<string, JsonObject> {
  const used = methods.flatMap((table) => Object.values(table)).flatMap(({ params, result }) => [params, result ?? []]);
  const seen = new Set<string>(used.flat());
  for (const name of seen) for (const other of referencesOf(shapes[name] ?? {})) seen.add(other);
  return Object.fromEntries(
    [...seen].toSorted().flatMap((name) => (shapes[name] === undefined ? [] : [[name, shapes[name]]])),
  );
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isExperimental(line: Line): boolean {
  return 'experimental' in line && line.experimental === true;
}

function pascalCase(method: string): string {
  return method.replaceAll(/(?:^|[/_])(\w)/g, (_separator, letter: string) => letter.toUpperCase());
}
