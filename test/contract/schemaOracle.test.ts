// The oracle itself: it is content with what fits the published schema, and finds what does not.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import type { JsonRpcMessage } from '../../server/protocol/jsonrpc.ts';
import { openSchemaOracle, type SchemaOracle } from '../support/schemaOracle.ts';
import { playTurn, setStage, startThread } from '../support/story.ts';
import type { Line } from '../support/wireClient.ts';

describe('the schema oracle', function () {
  this.timeout(180_000); // the first time it installs the reference server
  let oracle: SchemaOracle;
  let told: readonly Line[];

  before(async () => {
    oracle = await openSchemaOracle();
    const stage = await setStage();
    const client = await stage.open('linked');
    await playTurn(client, await startThread(client, stage), 'hello');
    await stage.close();
    told = client.lines;
  });

  /** The story with one message changed. */
  function planted(fits: (message: JsonRpcMessage) => boolean, change: (message: any) => void): string[] {
    const at = told.findIndex(({ message }) => fits(message));
    ok(at >= 0, 'there is such a message');
    const lines = told.map((line, index) => (index === at ? structuredClone(line) : line));
    change(lines[at]!.message);
    return oracle.violations(lines);
  }

  const named = (method: string) => (message: JsonRpcMessage) => 'method' in message && message.method === method;

  it('is content with a true story', () => {
    ok(told.length > 10);
    deepEqual(oracle.violations(told), []);
  });

  it('finds a notification without a member', () => {
    const found = planted(named('item/started'), (message) => delete message.params.turnId);
    match(found.join('\n'), /^< item\/started: \/params must have required property 'turnId'/);
  });

  it('finds a wrong type in an item', () => {
    const found = planted(named('item/completed'), (message) => (message.params.item.content = 'text'));
    match(found.join('\n'), /< item\/completed: \/params\/item/);
  });

  it('finds a result without a member', () => {
    const isResult = (message: JsonRpcMessage): boolean =>
      'result' in message && JSON.stringify(message.result).includes('"thread"');
    const found = planted(isResult, (message) => delete message.result.thread.id);
    match(found.join('\n'), /< result of thread\/start: \/thread must have required property 'id'/);
  });

  it('finds a request with wrong params, and one of an unknown method', () => {
    const wrong = planted(named('turn/start'), (message) => (message.params.threadId = 7));
    match(wrong.join('\n'), /> turn\/start: \/params\/threadId must be string/);
    const unknown = planted(named('turn/start'), (message) => (message.method = 'turn/begin'));
    equal(unknown[0], '> turn/begin: is no method of the schema');
  });
});
