// The page docs/protocol.md, made from the registry: one line of purpose, and the shapes, of every method.
// As a program it writes the page: node test/support/protocolPage.ts
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { ROOT } from '../../scripts/folders.mjs';
import type { LazySchema, NotificationLine, RequestLine } from '../../server/protocol/define.ts';
import * as registry from '../../server/protocol/methods.ts';
import { CommandApprovalDecision } from '../../server/protocol/schema/approval.ts';
import { AskForApproval, SandboxPolicy } from '../../server/protocol/schema/common.ts';
import { CommandAction, FileUpdateChange, ThreadItem, UserInput } from '../../server/protocol/schema/item.ts';
import { Model } from '../../server/protocol/schema/model.ts';
import { Thread, ThreadStatus } from '../../server/protocol/schema/thread.ts';
import { TokenUsage, Turn, TurnError } from '../../server/protocol/schema/turn.ts';
import { PURPOSES } from './methodPurposes.ts';

const SCOPES = {
  connection: 'answered by the connection itself',
  server: 'answered concurrently with others',
  thread: 'answered in order with the thread’s other requests',
};

const AUDIENCES = {
  connection: 'to one connection',
  everyone: 'to every initialised connection',
  subscribers: 'to the subscribers of the thread',
};

const PERSISTENCE = { event: 'stored before it is sent', partial: 'folded into its item', none: 'not stored' };

/** Shapes that are told once, by their names. */
const NAMED: Readonly<Record<string, LazySchema>> = {
  Thread,
  ThreadStatus,
  Turn,
  TurnError,
  TokenUsage,
  ThreadItem,
  CommandAction,
  FileUpdateChange,
  UserInput,
  CommandApprovalDecision,
  AskForApproval,
  SandboxPolicy,
  Model,
};

type Io = 'input' | 'output';

/** The page as it should be. */
export function protocolPage(): string {
  return [
    '# The protocol',
    '',
    'Made from `server/protocol/methods.ts` by `node test/support/protocolPage.ts`; do not edit it by hand.',
    '',
    'Bowline speaks the protocol of the Codex App Server: JSON-RPC without the `jsonrpc` member, one message a line over stdio or one a text',
    'frame over a WebSocket, at most 32 MiB each. The first request is `initialize`. Every request is answered. Notifications of the server',
    'carry `emittedAtMs`. A client ignores members and notifications that it does not know. How to start and reach the server is told in',
    '[The App Server](app-server.md), as is how to have this page as JSON Schema or TypeScript.',
    '',
    'Requests marked experimental are for clients that say `capabilities.experimentalApi` in `initialize`; the others are refused.',
    '',
    'In the shapes `?` marks what may be left out. Names with a capital are shapes described at the end.',
    '',
    '## Requests of the client',
    '',
    ...requests(registry.clientRequests),
    '## Requests of the server',
    '',
    'The first valid answer wins; the other clients get `serverRequest/resolved`.',
    '',
    ...requests(registry.serverRequests),
    '## Notifications of the server',
    '',
    ...notifications(registry.serverNotifications),
    '## Notifications of the client',
    '',
    ...notifications(registry.clientNotifications),
    '## Shapes',
    '',
    'Times are Unix seconds, or Unix milliseconds where the name ends in `Ms`.',
    '',
    ...Object.entries(NAMED).flatMap(([name, schema]) => [`### ${name}`, '', ...block([shapeOf(schema, 'output')])]),
  ]
    .join('\n')
    .trimEnd()
    .concat('\n');
}

function requests(table: Readonly<Record<string, RequestLine>>): string[] {
  return Object.entries(table).flatMap(([method, { params, result, scope, experimental }]) => [
    `### \`${method}\``,
    '',
    `${purposeOf(method)} (${SCOPES[scope]}${experimental === true ? '; experimental' : ''})`,
    '',
    ...block([`params ${shapeOf(params, 'input')}`, `result ${shapeOf(result, 'output')}`]),
  ]);
}

function notifications(table: Readonly<Record<string, NotificationLine>>): string[] {
  return Object.entries(table).flatMap(([method, { params, audience, persistence }]) => [
    `### \`${method}\``,
    '',
    `${purposeOf(method)} (${AUDIENCES[audience]}; ${PERSISTENCE[persistence]})`,
    '',
    ...block([`params ${shapeOf(params, 'output')}`]),
  ]);
}

function purposeOf(method: string): string {
  const purpose = PURPOSES[method];
  if (purpose === undefined) throw new Error(`test/support/methodPurposes.ts has no purpose for ${method}.`);
  return purpose;
}

function block(lines: readonly string[]): string[] {
  return ['```', ...lines, '```', ''];
}

const NAME = 'x-name';

/** Named schemas are one object each, wherever they are used. */
function jsonSchema(schema: z.ZodType, io: Io): any {
  const names = new Map<unknown, string>(Object.entries(NAMED).map(([name, named]) => [named(), name]));
  const top: unknown = schema;
  return z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    reused: 'inline',
    override: ({ zodSchema, jsonSchema: json }) => {
      const name = names.get(zodSchema);
      if (name !== undefined && zodSchema !== top) Object.assign(json, { [NAME]: name });
    },
  });
}

function shapeOf(schema: LazySchema, io: Io): string {
  const json = jsonSchema(schema(), io);
  if (json.type === 'object') return objectOf(json, { io, isTop: true });
  const union: any[] | undefined = json.anyOf ?? json.oneOf;
  if (union === undefined) return choices(json, io);
  const lines = union.flatMap((one) => one.anyOf ?? one.oneOf ?? [one]).map((one) => `| ${member(one, io)}`);
  return lines.join('\n');
}

function member(json: any, io: Io): string {
  if (json === undefined || Object.keys(json).length === 0) return 'any';
  return json[NAME] ?? choices(json, io);
}

function choices(json: any, io: Io): string {
  if (json.const !== undefined) return JSON.stringify(json.const);
  if (json.enum !== undefined) return json.enum.map((value: unknown) => JSON.stringify(value)).join(' | ');
  const union: any[] | undefined = json.anyOf ?? json.oneOf;
  if (union !== undefined) return union.map((one) => member(one, io)).join(' | ');
  if (json.type === 'array') return arrayOf(member(json.items, io));
  if (json.type === 'object') return objectOf(json, { io, isTop: false });
  return Array.isArray(json.type) ? json.type.join(' | ') : (json.type ?? 'any');
}

function arrayOf(item: string): string {
  return item.includes(' | ') ? `(${item})[]` : `${item}[]`;
}

function objectOf(json: any, { io, isTop }: { io: Io; isTop: boolean }): string {
  const required = new Set<string>(json.required ?? []);
  const told = Object.entries(json.properties ?? {}).map(
    ([key, value]) => `${key}${required.has(key) ? '' : '?'}: ${member(value, io)}`,
  );
  if (told.length === 0) return isTop ? '{}' : 'object';
  return isTop && told.join(', ').length > 100 ? `{\n  ${told.join(',\n  ')}\n}` : `{ ${told.join(', ')} }`;
}

if (import.meta.main) writeFileSync(join(ROOT, 'docs/protocol.md'), protocolPage());
