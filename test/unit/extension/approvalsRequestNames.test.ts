// The names of the server's requests: no answer of a former server reaches a later one, and the server hears its own names.
import { deepEqual, equal, notEqual } from 'node:assert/strict';
import type { JsonRpcError, JsonRpcMessage } from '../../../server/protocol/jsonrpc.ts';
import type { Transport } from '../../../server/rpc/transport.ts';
import { requestNames } from '../../../src/agentServer/requestNames.ts';
import { approval } from './fakePort.ts';

describe('the names of requests', () => {
  const names = requestNames('one');
  let sent: (JsonRpcMessage | JsonRpcError)[];
  let transport: Transport;

  beforeEach(() => {
    sent = [];
    const nothing = (): void => undefined;
    const send = (message: JsonRpcMessage | JsonRpcError): void => void sent.push(message);
    transport = names.onTransport({
      listen: nothing,
      send,
      pause: nothing,
      resume: nothing,
      backlogBytes: 0,
      whenDrained: nothing,
      close: nothing,
      abort: nothing,
    });
  });

  const asking = (method: string, requestId: unknown): JsonRpcMessage => ({
    id: 1,
    method,
    params: { threadId: 'a', requestId },
  });

  it('differ between connections, and agree with their resolutions', () => {
    const { id } = names.ofRequest(approval(0, 'a'));
    notEqual(id, requestNames('two').ofRequest(approval(0, 'a')).id);
    const resolved = names.ofNotification({
      method: 'serverRequest/resolved',
      params: { threadId: 'a', requestId: 0 },
    });
    deepEqual(resolved.params, { threadId: 'a', requestId: id });
  });

  for (const own of [0, 'q7', 'with:colon'])
    for (const method of ['rule/propose', 'approval/rehearse'])
      it(`are turned back into ${JSON.stringify(own)} when ${method} asks about one`, () => {
        transport.send(asking(method, names.ofRequest(approval(own, 'a')).id));
        deepEqual(sent, [asking(method, own)]);
      });

  it('of another connection, and of anything else, are left as they are', () => {
    const foreign = asking('rule/propose', requestNames('two').ofRequest(approval(0, 'a')).id);
    const other = asking('turn/start', names.ofRequest(approval(0, 'a')).id);
    for (const message of [foreign, other]) transport.send(message);
    equal(sent[0], foreign);
    equal(sent[1], other);
  });
});
