// The protocol as TypeScript declarations, made from its JSON Schema.
import { isObject, REF, type JsonObject, type MethodShapes, type ProtocolShapes } from './jsonSchema.ts';

/** The text of one module without imports. */
export function typeScriptModule(protocol: ProtocolShapes, version: string): string {
  const shapes = Object.entries(protocol.shapes).map(([name, shape]) => `export type ${name} = ${typeOf(shape, '')};`);
  return [
    `// The protocol of the Bowline App Server ${version}. Made by \`bowline app-server generate-ts\`.`,
    '',
    'export type RequestId = string | number;',
    '',
    ...shapes.flatMap((line) => [line, '']),
    ...table('ClientRequests', 'Requests of a client, by method.', protocol.clientRequests),
    ...table('ServerRequests', 'Requests of the server, by method.', protocol.serverRequests),
    ...table('ClientNotifications', 'Notifications of a client, by method.', protocol.clientNotifications),
    ...table('ServerNotifications', 'Notifications of the server, by method.', protocol.serverNotifications),
    ...message('ClientRequest', 'id: RequestId;'),
    ...message('ServerRequest', 'id: RequestId;'),
    ...message('ClientNotification', ''),
    ...message('ServerNotification', 'emittedAtMs: number;'),
  ]
    .join('\n')
    .trimEnd()
    .concat('\n');
}

function table(name: string, purpose: string, methods: Readonly<Record<string, MethodShapes>>): string[] {
  const lines = Object.entries(methods).map(([method, { params, result }]) =>
    result === null
      ? `  ${JSON.stringify(method)}: { params: ${params} };`
      : `  ${JSON.stringify(method)}: { params: ${params}; result: ${result} };`,
  );
  return [`/** ${purpose} */`, `export interface ${name} {`, ...lines, '}', ''];
}

/** A message with any of the methods of its table; `more` are the members beside method and params. */
function message(name: string, more: string): string[] {
  return [
    `export type ${name} = {`,
    `  [M in keyof ${name}s]: { ${more} method: M; params: ${name}s[M]['params'] };`,
    `}[keyof ${name}s];`,
    '',
  ];
}

/** The type of a JSON Schema; `indent` is that of the line it begins on. */
function typeOf(schema: unknown, indent: string): string {
  if (!isObject(schema)) return 'unknown';
  if (typeof schema.$ref === 'string') return schema.$ref.slice(REF.length);
  if ('const' in schema) return JSON.stringify(schema.const);
  if (Array.isArray(schema.enum)) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  const either = schema.anyOf ?? schema.oneOf;
  if (Array.isArray(either)) return unionOf(either.map((one) => typeOf(one, indent)));
  if (Array.isArray(schema.allOf)) return schema.allOf.map((one) => `(${typeOf(one, indent)})`).join(' & ');
  if (Array.isArray(schema.type))
    return unionOf(schema.type.map((type: unknown) => typeOf({ ...schema, type }, indent)));
  switch (schema.type) {
    case 'object':
      return objectOf(schema, indent);
    case 'array':
      return `Array<${typeOf(schema.items, indent)}>`;
    case 'integer':
      return 'number';
    case 'string':
    case 'number':
    case 'boolean':
    case 'null':
      return schema.type;
    default:
      return 'unknown';
  }
}

function unionOf(types: readonly string[]): string {
  return [...new Set(types)].join(' | ');
}

function objectOf(schema: JsonObject, indent: string): string {
  const { properties, additionalProperties, required } = schema;
  const inner = `${indent}  `;
  const needed = new Set<unknown>(Array.isArray(required) ? required : []);
  if (!isObject(properties) || Object.keys(properties).length === 0) {
    return isObject(additionalProperties)
      ? `{ [key: string]: ${typeOf(additionalProperties, indent)} }`
      : 'Record<string, unknown>';
  }
  const lines = Object.entries(properties).map(
    ([name, member]) => `${inner}${nameOf(name)}${needed.has(name) ? '' : '?'}: ${typeOf(member, inner)};`,
  );
  return `{\n${lines.join('\n')}\n${indent}}`;
}

function nameOf(member: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(member) ? member : JSON.stringify(member);
}
