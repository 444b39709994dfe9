// The handshake: who may speak when, what the server says of itself, and what a client may opt out of.
import { deepEqual, equal, match } from 'node:assert/strict';
import { story, startThread, playTurn } from '../support/story.ts';
import { transcript, type WireClient } from '../support/wireClient.ts';

const clientInfo = { name: 'test_client', version: '1.0.0' };

describe('the handshake', () => {
  story('tells who the server is', async (stage, kind) => {
    const client = await (await stage.start(kind)).connect();
    const result = await client.request('initialize', { clientInfo: { ...clientInfo, title: 'Test' } });
    client.send({ method: 'initialized' });
    match(result.userAgent, /^test_client\/0\.169\.0 \(.+\) .+ \(test_client; 1\.0\.0\)$/);
    equal(result.codexHome, stage.home);
    equal(result.platformFamily, 'unix');
    equal(result.platformOs, 'linux');
    deepEqual(transcript(client.lines), ['> initialize', '< result initialize', '> initialized']);
  });

  story('has to come first, but bad params and unknown methods are told before', async (stage, kind) => {
    const client = await (await stage.start(kind)).connect();
    const early = await client.ask('thread/list', {});
    equal(early.error?.code, -32600);
    equal(early.error?.message, 'Not initialized');
    equal((await client.ask('thread/read', {})).error?.code, -32602);
    equal((await client.ask('no/such/method', {})).error?.code, -32601);
    await client.initialize();
    equal((await client.ask('thread/list', {})).error, undefined);
  });

  story('can be had once, and again after it was refused', async (stage, kind) => {
    const client = await (await stage.start(kind)).connect();
    const incomplete = await client.ask('initialize', { clientInfo: { name: 'x' } });
    equal(incomplete.error?.code, -32602);
    equal(incomplete.error?.data.path, 'clientInfo.version');
    const odd = await client.ask('initialize', { clientInfo: { name: 'line\nbreak', version: '1' } });
    equal(odd.error?.code, -32600);
    match(odd.error?.message ?? '', /^Invalid clientInfo\.name: /);
    await client.initialize();
    const again = await client.ask('initialize', { clientInfo });
    equal(again.error?.code, -32600);
    equal(again.error?.message, 'Already initialized');
  });

  story('does not need the notification `initialized`', async (stage, kind) => {
    const client = await (await stage.start(kind)).connect();
    await client.request('initialize', { clientInfo, capabilities: null });
    equal((await client.ask('thread/list', {})).error, undefined);
  });

  story('lets a client opt out of notifications by their exact names', async (stage, kind) => {
    const client = await (await stage.start(kind)).connect();
    const optOutNotificationMethods = ['item/agentMessage/delta', 'thread/started', 'item/', 'no/such/notification'];
    await client.initialize('quiet', { optOutNotificationMethods });
    const threadId = await startThread(client, stage);
    await playTurn(client, threadId, 'hello');
    const heard = new Set(client.incoming().map(({ method }) => method));
    equal(heard.has('item/agentMessage/delta'), false);
    equal(heard.has('thread/started'), false);
    equal(heard.has('item/started'), true);
    equal(heard.has('turn/completed'), true);
  });

  story('gives the client’s name to the thread and to the model', async (stage, kind) => {
    const client = await (await stage.start(kind)).connect();
    await client.initialize('some_editor');
    const { thread } = await client.request('thread/start', { cwd: stage.workspace });
    equal(thread.originator, 'some_editor');
    await playTurn(client, thread.id, 'hello');
    const { headers } = await stage.model.request(0);
    equal(headers['originator'], 'some_editor');
  });

  story('keeps opt-outs and subscriptions of two connections apart', both, { kinds: ['linked'] });
});

async function both(...[stage, kind]: Parameters<Parameters<typeof story>[1]>): Promise<void> {
  const server = await stage.start(kind);
  const [quiet, curious] = [await server.connect(), await server.connect()];
  await quiet.initialize('quiet', { optOutNotificationMethods: ['thread/status/changed'] });
  await curious.initialize('curious');
  const threadId = await startThread(quiet, stage);
  await playTurn(quiet, threadId, 'hello');
  const heardBy = (client: WireClient): Set<string> => new Set(client.incoming().map(({ method }) => method));
  equal(heardBy(quiet).has('thread/status/changed'), false);
  equal(heardBy(quiet).has('turn/completed'), true);
  equal(heardBy(curious).has('thread/started'), true);
  equal(heardBy(curious).has('thread/status/changed'), true);
  equal(heardBy(curious).has('turn/completed'), false, 'not subscribed');
}
