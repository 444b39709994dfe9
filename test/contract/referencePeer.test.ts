// Bowline's client drives the reference server: whoever writes for the one can talk to the other.
import { deepEqual, equal, ok } from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ServerNotification, ServerRequest } from '../../server/protocol/methods.ts';
import { reduceThread } from '../../server/protocol/state/threadReducer.ts';
import { threadStateOf } from '../../server/protocol/state/threadState.ts';
import { jsonlTransport } from '../../server/rpc/jsonlTransport.ts';
import { ClientPeer } from '../../server/rpc/peer.ts';
import { answer, command, text } from '../support/modelScript.ts';
import { startModelServer } from '../support/modelServer.ts';
import { referenceServer } from '../support/referenceServer.ts';
import { providerConfig } from '../support/story.ts';

describe('the reference server, driven by Bowline’s client', function () {
  this.timeout(180_000); // the first time it is installed

  it('plays a turn with an approval; what is told is understood, reduced and read back', async () => {
    const program = await referenceServer();
    const base = mkdtempSync(join(tmpdir(), 'bowline-peer-'));
    const model = await startModelServer();
    writeFileSync(join(base, 'config.toml'), providerConfig(model.url));
    const child = spawn(program, ['app-server'], {
      env: { ...process.env, CODEX_HOME: base },
      stdio: ['pipe', 'pipe', 'ignore'],
      cwd: base,
    });
    const notifications: ServerNotification[] = [];
    const requests: ServerRequest[] = [];
    const ended = Promise.withResolvers<void>();
    const client = new ClientPeer(jsonlTransport(child.stdout, child.stdin), {
      request: async (request) => {
        requests.push(request);
        return { decision: 'accept' };
      },
      notification: (notification) => {
        notifications.push(notification);
        if (notification.method === 'turn/completed') ended.resolve();
      },
    });
    try {
      const { userAgent } = await client.request('initialize', {
        clientInfo: { name: 'bowline_test', version: '1.0.0' },
        capabilities: { experimentalApi: true },
      });
      ok(userAgent.startsWith('bowline_test/'));
      client.notify('initialized');
      const started = await client.request('thread/start', {
        cwd: base,
        approvalPolicy: 'untrusted',
        sandbox: 'danger-full-access',
      });
      const threadId = started.thread.id;
      model.script(answer(command('echo hello', {}, { callId: 'c1' })), answer(text('Done.', { id: 'msg_1' })));
      await client.request('turn/start', { threadId, input: [{ type: 'text', text: 'go' }] });
      await ended.promise;
      deepEqual(
        requests.map(({ method }) => method),
        ['item/commandExecution/requestApproval'],
      );
      const state = notifications.reduce(reduceThread, threadStateOf(started.thread));
      const [turn] = state.turns;
      equal(turn?.status, 'completed');
      deepEqual(
        turn?.items.map(({ type }) => type),
        ['userMessage', 'commandExecution', 'agentMessage'],
      );
      const { thread } = await client.request('thread/read', { threadId, includeTurns: true });
      deepEqual(
        thread.turns[0]?.items.map(({ id }) => id),
        turn?.items.map(({ id }) => id),
      );
      ok(
        notifications.some(({ method }) => method === 'deprecationNotice'),
        'reading turns this way is deprecated there',
      );
    } finally {
      const exited = once(child, 'exit');
      client.close();
      child.kill();
      await exited;
      await model.close();
      rmSync(base, { recursive: true, force: true, maxRetries: 5 });
    }
  });
});
