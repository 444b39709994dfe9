// What `generate-json-schema` and `generate-ts` write: TypeScript that compiles, and a schema that real traffic fits.
import { deepEqual, equal, ok } from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { ROOT } from '../../scripts/folders.mjs';
import { generate } from '../../server/generateCommand.ts';
import { clientRequests } from '../../server/protocol/methods.ts';
import { NAMED_FILES } from '../../server/protocol/schemaNames.ts';
import { runTool } from '../architecture/house.ts';
import { playTurn, setStage, startThread } from '../support/story.ts';
import type { Line } from '../support/wireClient.ts';

describe('the files of the protocol', function () {
  this.timeout(120_000);
  let out: string;

  beforeEach(() => {
    out = mkdtempSync(join(tmpdir(), 'bowline-protocol-'));
  });
  afterEach(() => rmSync(out, { recursive: true, force: true }));

  const written = (name: string): any => JSON.parse(readFileSync(join(out, name), 'utf8'));

  it('know the names of the schemas of every file', () => {
    const files = readdirSync(join(ROOT, 'server/protocol/schema')).map((name) => name.replace(/\.ts$/, ''));
    deepEqual([...NAMED_FILES].toSorted(), files.toSorted());
  });

  it('TypeScript: compiles, and lets a client be written with it', async () => {
    generate({ type: 'generate', format: 'typeScript', out, experimental: true });
    writeFileSync(
      join(out, 'client.ts'),
      `import type { ClientRequest, ClientRequests, ServerNotification, Thread } from './protocol.js';
       export const start: ClientRequest = { id: 1, method: 'thread/start', params: { cwd: '/' } };
       export const id = (result: ClientRequests['thread/start']['result']): Thread['id'] => result.thread.id;
       export const delta = (event: ServerNotification): string =>
         event.method === 'item/agentMessage/delta' ? event.params.delta : '';
       // @ts-expect-error there is no such method
       export const wrong: ClientRequest = { id: 1, method: 'thread/fly', params: {} };
       // @ts-expect-error it must be a text
       export const number: ClientRequest = { id: 1, method: 'thread/read', params: { threadId: 7 } };`,
    );
    const options = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2022', '--types', ''];
    const { exitCode, output } = await runTool(out, 'tsc', [...options, join(out, 'client.ts')]);
    equal(exitCode, 0, output);
  });

  it('leave out what is experimental unless it is asked for', () => {
    const isExperimental = (method: string): boolean =>
      'experimental' in clientRequests[method as keyof typeof clientRequests];
    generate({ type: 'generate', format: 'jsonSchema', out, experimental: false });
    const stable = Object.keys(written('methods.json').clientRequests);
    deepEqual(
      stable,
      Object.keys(clientRequests).filter((method) => !isExperimental(method)),
    );
    generate({ type: 'generate', format: 'jsonSchema', out, experimental: true });
    deepEqual(Object.keys(written('methods.json').clientRequests), Object.keys(clientRequests));
  });

  it('JSON Schema: the traffic of a turn fits, and what is planted in it is found', async () => {
    generate({ type: 'generate', format: 'jsonSchema', out, experimental: true });
    const faults = validator(written('protocol.schema.json'), written('methods.json'));
    const stage = await setStage();
    const client = await stage.open('linked');
    await playTurn(client, await startThread(client, stage), 'hello');
    await stage.close();
    ok(client.lines.length > 10);
    deepEqual(faults(client.lines), []);
    const planted = structuredClone(client.lines);
    const completed = planted.find(({ message }) => 'method' in message && message.method === 'item/completed');
    delete (completed!.message as any).params.turnId;
    const result = planted.find(({ message }) => 'result' in message && JSON.stringify(message).includes('"thread"'));
    delete (result!.message as any).result.thread.id;
    equal(faults(planted).length, 2);
  });
});

/** Says which lines do not fit. */
function validator(schema: any, methods: any): (lines: readonly Line[]) => string[] {
  const ajv = new Ajv2020({ strict: false, logger: false, validateFormats: false });
  ajv.addSchema(schema, 'protocol');
  const fits = (name: string, value: unknown): boolean =>
    ajv.validate({ $ref: `protocol#/$defs/${name}` }, value) === true;
  return (lines) => {
    const asked = new Map<unknown, string>();
    return lines.flatMap(({ direction, message }): string[] => {
      const side = direction === '>' ? 'Client' : 'Server';
      if ('method' in message) {
        if ('id' in message) asked.set(message.id, message.method);
        const name = `${side}${'id' in message ? 'Request' : 'Notification'}`;
        return fits(name, message) ? [] : [`${name} ${message.method}`];
      }
      if (!('result' in message)) return [];
      const method = asked.get(message.id) ?? '';
      return fits(methods.clientRequests[method].result, message.result) ? [] : [`result of ${method}`];
    });
  };
}
