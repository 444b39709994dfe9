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

/** What each method is for. */
const PURPOSES: Readonly<Record<string, string>> = {
  initialize: 'Opens the connection: who the client is, what it wants, and what the server says of itself.',
  initialized: 'The client has read the answer to `initialize`. Optional.',
  'thread/start': 'Starts a thread. Nothing is stored before its first turn.',
  'thread/resume':
    'Loads a stored thread, or joins a loaded one; open items and open approvals are told again after the answer.',
  'thread/fork': 'Starts a thread with the history of another one, whole or up to a turn.',
  'thread/archive': 'Lets a thread go and hides it from the list.',
  'thread/unarchive': 'Brings an archived thread back into the list.',
  'thread/delete': 'Deletes a thread for good; refused while forks reference its history.',
  'thread/name/set': 'Names a thread.',
  'thread/unsubscribe': 'Ends this connection’s turn and item notifications of a thread. What runs there goes on.',
  'thread/list': 'A page of the stored threads, newest first, filtered and searched.',
  'thread/loaded/list': 'The ids of the threads that are loaded in this process.',
  'thread/read': 'A thread, with its turns if asked for, without loading it.',
  'thread/turns/list': 'A page of a thread’s turns, newest first.',
  'thread/items/list': 'A page of a thread’s items, or of one turn’s, oldest first.',
  'turn/start': 'Starts a turn, or joins the one that runs. The answer comes at once, the rest is notifications.',
  'turn/steer': 'Adds a message to the running turn: a text that is being written is cut, a command is waited for.',
  'turn/interrupt':
    'Stops the running turn: its commands are killed, its open items completed, its open approvals withdrawn.',
  'model/list': 'The models of a provider, the configured one first.',
  'config/read': 'The configuration in force, and where each value comes from.',
  'account/read': 'Whether a key is known, and whether one is needed.',
  'account/login/start': 'Stores an API key.',
  'account/logout': 'Forgets the stored API key.',
  'sandbox/read': 'Whether commands can be contained here, by what, and what to do if not.',
  'approval/list': 'The open requests of all threads, also of those that are not loaded.',
  'approval/rehearse': 'Tries what an open request asks about in a scratch copy, and shows what it did.',
  'turn/context/read': 'What left the editor for the model in a turn, and how many secrets were masked in it.',
  'rule/list': 'The rules of the user and, of a trusted workspace, its own; with what is wrong with their files.',
  'rule/setEnabled': 'Switches a rule off or on. Its text stays in its file, as a comment while it is off.',
  'rule/remove': 'Takes a rule out of its file.',
  'rule/propose':
    'The smallest rule that covers the command of an open request, held against the commands of past threads.',
  'item/commandExecution/requestApproval': 'May this command run?',
  'item/fileChange/requestApproval': 'May this patch be applied? Its changes are in the item that was started before.',
  'item/permissions/requestApproval': 'May this tool call read what is kept from the model?',
  error: 'A failure inside a turn. With `willRetry` the turn goes on, without it `turn/completed` follows.',
  warning: 'Something the user should know.',
  configWarning: 'A configuration file, or a value in it, that cannot be used; sent after `initialize`.',
  deprecationNotice: 'A method or option that will go away.',
  'thread/started': 'A thread was started or forked.',
  'thread/status/changed': 'A thread became idle, active, waiting for the user, failed, or is no longer loaded.',
  'thread/archived': 'A thread was archived.',
  'thread/unarchived': 'A thread came back from the archive.',
  'thread/deleted': 'A thread was deleted.',
  'thread/closed': 'A thread was let go because another process writes it now.',
  'thread/name/updated': 'A thread got a name.',
  'thread/tokenUsage/updated': 'What the thread has cost in tokens, in all and in the last response.',
  'turn/started': 'A turn began.',
  'turn/completed':
    'A turn ended: completed, interrupted or failed. Every item of it but background commands is completed by then.',
  'turn/diff/updated':
    'Everything the turn has changed in the workspace so far, commands included, as one git-style diff.',
  'turn/plan/updated': 'The agent’s plan, whole.',
  'item/started': 'An item began; also sent to a client that joins, with what the item has so far.',
  'item/completed': 'An item in its final form.',
  'item/agentMessage/delta': 'More of a message’s text.',
  'item/reasoning/summaryPartAdded': 'A new part of a reasoning summary.',
  'item/reasoning/summaryTextDelta': 'More of a reasoning summary’s part.',
  'item/reasoning/textDelta': 'More of the reasoning itself.',
  'item/commandExecution/outputDelta': 'More output of a command, stdout and stderr merged.',
  'item/commandExecution/terminalInteraction': 'The agent typed into a running command.',
  'item/fileChange/patchUpdated':
    'The changes of a patch that the model is still writing; replaces what was told before.',
  'serverRequest/resolved': 'A request of the server has been settled, by this client or another, or is moot.',
  'rule/changed': 'Rules are others than before, whoever changed them.',
  'account/updated': 'The key was stored or forgotten.',
  'account/login/completed': 'The outcome of a login.',
};

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
    'Bowline speaks the protocol of the Codex App Server: JSON-RPC without the `jsonrpc` member, one message a line over stdio, at most',
    '32 MiB each. The first request is `initialize`. Every request is answered. Notifications of the server carry `emittedAtMs`. A client',
    'ignores members and notifications that it does not know.',
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
  return Object.entries(table).flatMap(([method, { params, result, scope }]) => [
    `### \`${method}\``,
    '',
    `${purposeOf(method)} (${SCOPES[scope]})`,
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
  if (purpose === undefined) throw new Error(`test/support/protocolPage.ts has no purpose for ${method}.`);
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
