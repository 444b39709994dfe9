// Checks recorded messages against the schema that the reference server publishes: whatever Bowline says, its clients must understand.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import { CACHE } from '../../scripts/folders.mjs';
import { installOnce } from '../../scripts/installOnce.mjs';
import { run } from '../../scripts/run.mjs';
import { clientRequests, serverNotifications } from '../../server/protocol/methods.ts';
import type { JsonRpcMessage, RequestId } from '../../server/protocol/jsonrpc.ts';
import { REFERENCE_VERSION, referenceServer } from './referenceServer.ts';
import type { Line } from './wireClient.ts';

export interface SchemaOracle {
  /** What in a recorded conversation does not fit the published schema, in words. */
  violations(lines: readonly Line[]): string[];
}

type Side = '>' | '<';

/** Requests whose result is not named after their params. */
const RESULT_NAMES: Readonly<Record<string, string>> = {
  'account/logout': 'LogoutAccountResponse',
  'config/value/write': 'ConfigWriteResponse',
  'config/batchWrite': 'ConfigWriteResponse',
  'config/mcpServer/reload': 'McpServerRefreshResponse',
  'configRequirements/read': 'ConfigRequirementsReadResponse',
  'account/rateLimits/read': 'GetAccountRateLimitsResponse',
};

/** What only Bowline has is held to its own registry. */
const IS_OWN =
  /^(sandbox\/read|thread\/rollback|thread\/release|thread\/import\/.*|rule\/.*|checkpoint\/.*|approval\/.*|turn\/context\/read)$/;
/** Where the reference's own answers do not fit its schema: that says `turn_id`, the program `turnId`. */
const MISTOLD: ReadonlySet<string> = new Set(['thread/timeline/list']);
const RESULTS = new Map(
  Object.entries(clientRequests).filter(([method]) => IS_OWN.test(method) || MISTOLD.has(method)),
);
const OWN_REQUESTS = new Map(Object.entries(clientRequests).filter(([method]) => IS_OWN.test(method)));
const OWN_NOTIFICATIONS = new Map(Object.entries(serverNotifications).filter(([method]) => IS_OWN.test(method)));

function ownProblems({ error }: { readonly error?: { readonly message: string } | undefined }): string[] {
  return error === undefined ? [] : [error.message];
}

/** The decision that only Bowline knows. */
function isOwnAnswer(value: unknown): boolean {
  return JSON.stringify(value)?.startsWith('{"decision":{"acceptRehearsal":') === true;
}

let opened: Promise<SchemaOracle> | null = null;

/** Installs the reference server and has it write its schema, the first time on this machine. */
export function openSchemaOracle(): Promise<SchemaOracle> {
  return (opened ??= publishedSchema().then(createOracle));
}

/** The methods that clients can call, as the reference server publishes them, experimental ones included. */
export async function publishedMethods(): Promise<string[]> {
  return [...variants(JSON.parse(readFileSync(await publishedSchema(), 'utf8')), 'ClientRequest').keys()];
}

/** The file with the schema of every message, experimental ones included. */
async function publishedSchema(): Promise<string> {
  const folder = join(CACHE, `codex-schema-${REFERENCE_VERSION}`);
  if (!existsSync(folder)) {
    const program = await referenceServer();
    await installOnce(folder, async (partial) => {
      const env = { ...process.env, CODEX_HOME: partial };
      await run(program, ['app-server', 'generate-json-schema', '--experimental', '--out', partial], { env });
    });
  }
  return join(folder, 'codex_app_server_protocol.schemas.json');
}

function createOracle(schemaFile: string): SchemaOracle {
  const schema = JSON.parse(readFileSync(schemaFile, 'utf8'));
  const ajv = new Ajv({ strict: false, allErrors: true, logger: false });
  addFormats.default(ajv);
  ajv.addSchema(schema, 'published');
  const compiled = new Map<string, ValidateFunction>();
  const checkAgainst = (pointer: string, value: unknown): string[] => {
    const validate = compiled.get(pointer) ?? ajv.compile({ $ref: `published#${pointer}` });
    compiled.set(pointer, validate);
    if (validate(value)) return [];
    return (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message ?? ''}`.trim());
  };
  const requests = { '>': variants(schema, 'ClientRequest'), '<': variants(schema, 'ServerRequest') };
  const notifications = { '>': variants(schema, 'ClientNotification'), '<': variants(schema, 'ServerNotification') };

  function call(table: ReadonlyMap<string, Variant>, message: JsonRpcMessage & { method: string }): string[] {
    const own = OWN_REQUESTS.get(message.method) ?? OWN_NOTIFICATIONS.get(message.method);
    if (own !== undefined) return ownProblems(own.params().safeParse('params' in message ? message.params : undefined));
    const variant = table.get(message.method);
    return variant === undefined ? ['is no method of the schema'] : checkAgainst(variant.pointer, message);
  }

  function result(side: Side, method: string, value: unknown): string[] {
    const own = RESULTS.get(method);
    if (own !== undefined) return ownProblems(own.result().safeParse(value));
    if (isOwnAnswer(value)) return [];
    const variant = requests[side].get(method);
    if (variant === undefined) return ['answers no method of the schema'];
    const name = RESULT_NAMES[method] ?? variant.params.replace(/Params$/, 'Response');
    return checkAgainst(pointerTo(schema, name), value);
  }

  return {
    violations(lines) {
      const asked = { '>': new Map<RequestId, string>(), '<': new Map<RequestId, string>() };
      const refused = refusedRequests(lines);
      const found: string[] = [];
      for (const { direction, message } of lines) {
        const answered = direction === '>' ? '<' : '>';
        const check = (label: string, problems: readonly string[]): void => {
          for (const problem of problems) found.push(`${direction} ${label}: ${problem}`);
        };
        if ('method' in message) {
          if (!('id' in message)) check(message.method, call(notifications[direction], message));
          else {
            asked[direction].set(message.id, message.method);
            if (direction === '<' || !refused.has(message.id))
              check(message.method, call(requests[direction], message));
          }
        } else if ('error' in message) {
          if (message.id !== null) check('error', checkAgainst('/definitions/JSONRPCError', message));
        } else {
          const method = asked[answered].get(message.id);
          if (method !== undefined) check(`result of ${method}`, result(answered, method, message.result));
        }
      }
      return found;
    },
  };
}

/** Requests of the client that the server refused: stories send wrong ones on purpose. */
function refusedRequests(lines: readonly Line[]): ReadonlySet<RequestId> {
  const refused = new Set<RequestId>();
  for (const { direction, message } of lines) {
    if (direction === '<' && !('method' in message) && 'error' in message && message.id !== null)
      refused.add(message.id);
  }
  return refused;
}

interface Variant {
  readonly pointer: string;
  /** The name of the schema of its params; "" when it has none. */
  readonly params: string;
}

function variants(schema: any, union: string): ReadonlyMap<string, Variant> {
  const table = new Map<string, Variant>();
  const branches: any[] = schema.definitions[union].oneOf;
  branches.forEach((branch, index) => {
    const params: string = branch.properties.params?.$ref ?? '';
    table.set(branch.properties.method.enum[0], {
      pointer: `/definitions/${union}/oneOf/${index}`,
      params: params.split('/').at(-1) ?? '',
    });
  });
  return table;
}

function pointerTo(schema: any, name: string): string {
  if (Object.hasOwn(schema.definitions.v2, name)) return `/definitions/v2/${name}`;
  if (Object.hasOwn(schema.definitions, name)) return `/definitions/${name}`;
  throw new Error(`The schema has no definition ${name}.`);
}
