// Network approvals: what a sandboxed command reaches for is asked once, and each answer holds as long as it says.
import { deepEqual, equal, match } from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { outputOf } from '../support/modelRequest.ts';
import { answer, command } from '../support/modelScript.ts';
import { playTurn, startThread, startTurn, story, type Stage } from '../support/story.ts';
import { ruleFile, writeRules } from '../support/ruleStory.ts';
import { transcript, type Incoming, type WireClient } from '../support/wireClient.ts';

const ASK = 'item/commandExecution/requestApproval';
const CONFIG = {
  config: `sandbox_mode = "workspace-write"
approval_policy = "on-request"
[sandbox]
allow_root = true
[sandbox_workspace_write]
network_access = true
`,
};

/** Somebody to be reached, by the name `localhost`; `hits` counts who came. */
async function reached<T>(tell: (port: number, hits: () => number) => Promise<T>): Promise<T> {
  let hits = 0;
  const server = createServer((_request, response) => {
    hits += 1;
    response.end('reached');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  try {
    return await tell(typeof address === 'object' && address !== null ? address.port : 0, () => hits);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

/** A script that reaches for the port so many times at once, and tells how each went. */
function fetching(port: number, times = 1): string {
  const all = `Promise.all(Array.from({length:${times}},()=>fetch('http://localhost:${port}').then((a)=>a.status,()=>0)))`;
  // what is local goes past the proxies unless it is told not to
  return `NO_PROXY= no_proxy= NODE_USE_ENV_PROXY=1 '${process.execPath}' -e "${all}.then((all)=>console.log('went',all.join()))"`;
}

/** Plays a turn that reaches for the port; returns what the model is told. */
async function play(client: WireClient, stage: Stage, threadId: string, script: string): Promise<string> {
  stage.model.script(answer(command(script, {}, { callId: 'ran' })));
  await playTurn(client, threadId, 'go');
  return outputOf(await stage.model.request(stage.model.requests.length - 1), 'ran');
}

function asked(client: WireClient): Incoming[] {
  return client.incoming().filter(({ method }) => method === ASK);
}

function amend(action: 'allow' | 'deny'): object {
  return { decision: { applyNetworkPolicyAmendment: { network_policy_amendment: { host: 'localhost', action } } } };
}

describe('the approval of a host', () => {
  story(
    'is one question for ten connections, about a command that runs already',
    async (stage, kind) => {
      await reached(async (port) => {
        const client = await stage.open(kind);
        const threadId = await startThread(client, stage);
        stage.model.script(answer(command(fetching(port, 10), {}, { callId: 'ran' })));
        await startTurn(client, threadId, 'go');
        const question = await client.next(ASK);
        equal(question.params.reason, `The command wants to connect to localhost, port ${port} (HTTP).`);
        deepEqual(question.params.networkApprovalContext, { host: 'localhost', protocol: 'http' });
        equal(question.params.itemId, 'ran');
        client.answer(question, { decision: 'accept' });
        await client.turnCompleted(threadId);
        match(outputOf(await stage.model.request(1), 'ran'), /went 200(,200){9}\n/);
        equal(asked(client).length, 1);
        const told = transcript(client.lines);
        const about = told.slice(told.indexOf('< item/started commandExecution inProgress'));
        deepEqual(about.filter((line) => !/outputDelta|diff/.test(line)).slice(0, 7), [
          '< item/started commandExecution inProgress',
          '< thread/status/changed active waitingOnApproval',
          `< ${ASK}`,
          `> result ${ASK}`,
          '< serverRequest/resolved',
          '< thread/status/changed active',
          '< item/completed commandExecution completed',
        ]);
      });
    },
    CONFIG,
  );

  story(
    'accepted: the next command asks again; accepted for the session: it does not',
    async (stage, kind) => {
      await reached(async (port) => {
        const client = await stage.open(kind);
        const threadId = await startThread(client, stage);
        client.whenAsked(() => ({ decision: asked(client).length === 1 ? 'accept' : 'acceptForSession' }));
        for (const questions of [1, 2, 2]) {
          match(await play(client, stage, threadId, fetching(port)), /went 200\n/);
          equal(asked(client).length, questions);
        }
        equal(existsSync(ruleFile(stage)), false);
      });
    },
    CONFIG,
  );

  story(
    'always allowed: a rule, which counts for other threads and after a restart',
    async (stage, kind) => {
      await reached(async (port) => {
        const server = await stage.start(kind);
        const client = await server.connect();
        await client.initialize();
        client.whenAsked(() => amend('allow'));
        match(await play(client, stage, await startThread(client, stage), fetching(port)), /went 200\n/);
        equal(
          readFileSync(ruleFile(stage), 'utf8'),
          'network_rule(host="localhost", protocol="http", decision="allow")\n',
        );
        match(await play(client, stage, await startThread(client, stage), fetching(port)), /went 200\n/);
        equal(asked(client).length, 1);
        await server.stop();
        const next = await stage.open(kind);
        match(await play(next, stage, await startThread(next, stage), fetching(port)), /went 200\n/);
        equal(asked(next).length, 0);
      });
    },
    CONFIG,
  );

  for (const [words, reply] of [
    ['declined', { decision: 'decline' }],
    ['always denied', amend('deny')],
    ['answered with nonsense', { decision: 'certainly' }],
  ] satisfies [string, object][]) {
    story(
      `${words}: nothing is reached, and the model is told which host was refused`,
      async (stage, kind) => {
        await reached(async (port, hits) => {
          const client = await stage.open(kind);
          const threadId = await startThread(client, stage);
          client.whenAsked(() => reply);
          const told = await play(client, stage, threadId, fetching(port, 3));
          match(told, new RegExp(`localhost:${port}`));
          equal(hits(), 0);
          equal(asked(client).length, 1);
          if (words === 'answered with nonsense') forgetAnswers(client);
        });
      },
      CONFIG,
    );
  }

  story(
    'denied by a rule, or under the policy `never`: refused without a question, and told',
    async (stage, kind) => {
      await reached(async (port, hits) => {
        const client = await stage.open(kind);
        const never = await startThread(client, stage, { approvalPolicy: 'never' });
        match(await play(client, stage, never, fetching(port)), new RegExp(`localhost:${port}`));
        writeRules(stage, 'network_rule("localhost", "https", "deny")');
        const denied = await startThread(client, stage);
        match(await play(client, stage, denied, fetching(port)), new RegExp(`localhost:${port}`));
        equal(hits(), 0);
        equal(asked(client).length, 0);
      });
    },
    CONFIG,
  );

  story(
    'cancelled: the turn ends interrupted',
    async (stage, kind) => {
      await reached(async (port, hits) => {
        const client = await stage.open(kind);
        const threadId = await startThread(client, stage);
        client.whenAsked(() => ({ decision: 'cancel' }));
        stage.model.script(answer(command(fetching(port), {}, { callId: 'ran' })));
        await startTurn(client, threadId, 'go');
        equal((await client.turnCompleted(threadId)).params.turn.status, 'interrupted');
        equal(hits(), 0);
      });
    },
    CONFIG,
  );

  story(
    'is withdrawn when the command ends, and the thread is not left waiting',
    async (stage, kind) => {
      await reached(async (port, hits) => {
        const client = await stage.open(kind);
        const threadId = await startThread(client, stage);
        stage.makePipe('go');
        stage.model.script(answer(command(`(${fetching(port)}) & read line < go; kill %1`, {}, { callId: 'ran' })));
        await startTurn(client, threadId, 'go');
        const question = await client.next(ASK);
        stage.write('go', 'on\n');
        equal((await client.next('serverRequest/resolved')).params.requestId, question.id);
        await client.turnCompleted(threadId);
        equal((await client.request('thread/read', { threadId })).thread.status.type, 'idle');
        equal(hits(), 0);
      });
    },
    CONFIG,
  );
});

/** An answer that is none does not fit the schema, and should not. */
function forgetAnswers(client: WireClient): void {
  const kept = client.lines.filter(({ direction, message }) => direction === '<' || 'method' in message);
  client.lines.splice(0, client.lines.length, ...kept);
}
