// A request on its way through a proxy or to a server with a certificate of our own: it can be ended at any point.
import { deepEqual, equal, rejects } from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { nodeFetch } from '../../../../server/adapters/openai/nodeFetch.ts';
import { makeAuthority, startProxy, type Authority, type Proxy } from '../../../support/securePlaces.ts';

describe('a request by Node through a proxy', () => {
  let authority: Authority;
  let proxy: Proxy;
  let url: URL;
  let answered: Promise<ServerResponse>;
  const server = (): ReturnType<typeof createServer> => {
    const { promise, resolve } = Promise.withResolvers<ServerResponse>();
    answered = promise;
    return createServer({ key: authority.key, cert: authority.cert }, (_asked, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream', 'set-cookie': ['a=1', 'b=2'] });
      response.write('first');
      resolve(response);
    });
  };
  let running: ReturnType<typeof server>;

  before(() => {
    authority = makeAuthority();
  });
  after(() => authority.remove());
  beforeEach(async () => {
    running = server();
    running.listen(0, '127.0.0.1');
    await once(running, 'listening');
    const { port } = running.address() as AddressInfo;
    proxy = await startProxy({ securePort: port });
    url = new URL(`https://127.0.0.1:${port}/v1`);
  });
  afterEach(async () => {
    await proxy.close();
    running.closeAllConnections();
    running.close();
  });

  const ask = (signal?: AbortSignal): Promise<Response> => {
    const ca = [readFileSync(authority.caFile, 'utf8')];
    return nodeFetch(
      url,
      { method: 'POST', body: '{}', signal },
      { proxy: new URL(`http://127.0.0.1:${proxy.port}`), ca },
    );
  };

  it('is read piece by piece to its end', async () => {
    const response = await ask();
    deepEqual([response.status, response.headers.get('content-type')], [200, 'text/event-stream']);
    const reader = response.body?.getReader();
    equal(new TextDecoder().decode((await reader?.read())?.value), 'first');
    (await answered).end('last');
    equal(new TextDecoder().decode((await reader?.read())?.value), 'last');
    equal((await reader?.read())?.done, true);
  });

  it('ends when it is aborted before, and in the middle of its answer', async () => {
    await rejects(ask(AbortSignal.abort(new Error('not wanted'))), /not wanted/);
    const controller = new AbortController();
    const response = await ask(controller.signal);
    const reader = response.body?.getReader();
    await reader?.read();
    const closed = once(await answered, 'close');
    controller.abort();
    await rejects(async () => await reader?.read());
    await closed;
  });

  it('ends when its reader has had enough, or the server breaks off', async () => {
    const enough = await ask();
    const closed = once(await answered, 'close');
    await enough.body?.cancel();
    await closed;
    const broken = await ask();
    const reader = broken.body?.getReader();
    await reader?.read();
    running.closeAllConnections();
    await rejects(async () => await reader?.read());
  });
});
