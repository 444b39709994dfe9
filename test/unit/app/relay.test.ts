// The relay of one client and one thread: which answers wait, what is passed on, and what is forgotten.
import { deepEqual, equal } from 'node:assert/strict';
import { Relay } from '../../../server/app/follow/relay.ts';
import type { JsonRpcMessage } from '../../../server/protocol/jsonrpc.ts';
import { linkedPair } from '../../../server/rpc/linkedPair.ts';
import { createHandClock } from '../../support/handClock.ts';

const ASK = 'item/commandExecution/requestApproval';

function opened() {
  const [ours, theirs] = linkedPair();
  const owned: any[] = [];
  const passed: unknown[] = [];
  const forgotten: unknown[] = [];
  const answers = Promise.withResolvers<unknown>();
  const earlier = Promise.withResolvers<void>();
  theirs.listen({ message: (message) => void owned.push(message), fault: () => undefined, closed: () => undefined });
  const relay = new Relay(ours, {
    connection: {
      clientInfo: { name: 'client', version: '1' },
      pass: (method, params) => void passed.push([method, params]),
      ask: () => answers.promise,
      forget: (id) => void forgotten.push(id),
    },
    threadId: 'a',
    owner: { pid: 1, host: 'here', client: 'owner', sinceMs: 0 },
    clock: createHandClock(),
    earlierRequests: () => earlier.promise,
  });
  const say = (message: JsonRpcMessage): void => theirs.send(message);
  return {
    relay,
    owned,
    passed,
    forgotten,
    answer: answers.resolve,
    goOn: earlier.resolve,
    say,
    end: () => theirs.close(),
  };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('a relay', () => {
  it('sends an answer only after the requests that came before it', async () => {
    const { owned, answer, goOn, say } = opened();
    say({ id: 7, method: ASK, params: { threadId: 'a' } });
    answer({ decision: 'accept' });
    await settled();
    deepEqual(owned, []);
    goOn();
    await settled();
    deepEqual(owned, [{ id: 7, result: { decision: 'accept' } }]);
  });

  it('sends no answer to what was settled elsewhere', async () => {
    const { owned, passed, forgotten, relay, answer, goOn, say } = opened();
    say({ id: 7, method: ASK, params: { threadId: 'a' } });
    say({ method: 'serverRequest/resolved', params: { threadId: 'a', requestId: 7 } });
    answer({ decision: 'accept' });
    goOn();
    await settled();
    deepEqual([owned, forgotten, relay.questions], [[], [7], []]);
    deepEqual(passed, [['serverRequest/resolved', { threadId: 'a', requestId: 7 }]]);
  });

  it('passes on what concerns its thread, and leaves to the notices what these tell', async () => {
    const { passed, say } = opened();
    say({ method: 'item/agentMessage/delta', params: { threadId: 'b', delta: 'x' } });
    say({ method: 'account/updated', params: {} });
    say({ method: 'thread/name/updated', params: { threadId: 'a', threadName: 'n' } });
    say({ method: 'thread/status/changed', params: { threadId: 'a', status: { type: 'idle' } } });
    say({ method: 'not/known/here', params: { threadId: 'a' } });
    await settled();
    deepEqual(
      passed.map((entry) => (entry as unknown[])[0]),
      ['thread/status/changed', 'not/known/here'],
    );
  });

  it('ends with the last words of its thread, without a warning', async () => {
    const { relay, passed, say } = opened();
    say({ method: 'thread/closed', params: { threadId: 'a' } });
    await settled();
    deepEqual([relay.isOpen, passed], [false, [['thread/closed', { threadId: 'a' }]]]);
  });

  it('forgets calls of client tools with their turn', async () => {
    const { relay, forgotten, say } = opened();
    say({ id: 8, method: 'item/tool/call', params: { threadId: 'a' } });
    await settled();
    equal(relay.questions.length, 1);
    say({ method: 'turn/completed', params: { threadId: 'a' } });
    await settled();
    deepEqual([relay.questions, forgotten], [[], [8]]);
  });

  it('tells of a lost owner: no question stands, the thread is not loaded, and what to do', async () => {
    const { passed, say, end } = opened();
    say({ id: 7, method: ASK, params: { threadId: 'a' } });
    await settled();
    end();
    await settled();
    deepEqual(
      passed.map((entry) => (entry as unknown[])[0]),
      ['serverRequest/resolved', 'thread/status/changed', 'warning'],
    );
  });
});
