// Sandboxed commands over the wire: what runs without a question, what cannot be done, and how a host is asked for.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { answer, call, command } from '../support/modelScript.ts';
import { outputOf, type ModelRequestRecord } from '../support/modelRequest.ts';
import { playTurn, startThread, startTurn, story, type Stage } from '../support/story.ts';

const WRITE = { approvalPolicy: 'on-request', sandbox: 'workspace-write' };

/** The temporary folder, where the workspaces of tests lie, is outside of them; root of a bare machine may use the sandbox here. */
function config(network: boolean): string {
  return `[sandbox]
allow_root = true
[sandbox_workspace_write]
exclude_slash_tmp = true
exclude_tmpdir_env_var = true
network_access = ${network}
`;
}

const OFFLINE = { config: config(false) };

/** Has the model run a script; returns what it is told. */
async function toldOf(stage: Stage, kind: 'linked' | 'binary', script: string): Promise<string> {
  stage.model.script(answer(command(script, {}, { callId: 'ran' })));
  const client = await stage.open(kind);
  const threadId = await startThread(client, stage, WRITE);
  await playTurn(client, threadId, 'go');
  equal(client.incoming().filter(({ method }) => method.endsWith('requestApproval')).length, 0, 'it asked');
  return outputOf(await stage.model.request(1), 'ran');
}

function commit(stage: Stage): void {
  execFileSync('git', ['init', '-q', stage.workspace]);
}

describe('a sandboxed command', () => {
  story(
    'can be had here',
    async (stage, kind) => {
      const client = await stage.open(kind);
      const { isAvailable, backend, reason, remedy } = await client.request('sandbox/read', {});
      deepEqual([isAvailable, reason, remedy], [true, null, null]);
      equal(backend, process.platform === 'darwin' ? 'sandbox-exec' : 'bubblewrap');
    },
    OFFLINE,
  );

  story(
    'commits without a question, and makes no hook',
    async (stage, kind) => {
      commit(stage);
      const identity = 'git config --global --list >/dev/null 2>&1; git -c user.name=me -c user.email=me@example.org';
      const told = await toldOf(
        stage,
        kind,
        `echo text > made && git add -A && ${identity} commit -qm first && git log --format=%s; ls; echo evil > .git/hooks/pre-commit`,
      );
      match(told, /first\nmade\n[^]*pre-commit: Read-only file system/);
      equal(execFileSync('git', ['-C', stage.workspace, 'log', '--format=%s'], { encoding: 'utf8' }), 'first\n');
      equal(execFileSync('git', ['-C', stage.workspace, 'status', '--porcelain'], { encoding: 'utf8' }), '');
      ok(!stage.exists('.git/hooks/pre-commit'));
    },
    OFFLINE,
  );

  story(
    'writes nothing outside, and no settings of an editor or an agent',
    async (stage, kind) => {
      const told = await toldOf(
        stage,
        kind,
        'touch ../outside; mkdir -p .vscode && touch .vscode/tasks.json; echo "{}" > .mcp.json; touch .bowline/config.toml; exit 1',
      );
      match(told, /Note: this ran in the sandbox[^]*require_escalated/);
      for (const name of ['.vscode', '.mcp.json', '.bowline', '../outside']) ok(!stage.exists(name), name);
    },
    OFFLINE,
  );

  story(
    'reads neither the key nor the threads of Bowline',
    async (stage, kind) => {
      const told = await toldOf(stage, kind, `ls -A ${join(stage.home)}; cat ${join(stage.home, 'config.toml')}`);
      match(told, /config\.toml: No such file/);
      ok(existsSync(join(stage.home, 'config.toml')));
    },
    OFFLINE,
  );

  story(
    'has a loopback of its own for the servers of tests, and no other network',
    async (stage, kind) => {
      const script = `${quoted(process.execPath)} -e ${quoted(`
      const server = require('node:http').createServer((request, response) => response.end('hello')).listen(0, '127.0.0.1', async () => {
        console.log(await (await fetch('http://127.0.0.1:' + server.address().port)).text());
        await fetch('http://example.org').then(() => console.log('open'), () => console.log('closed'));
        server.close();
      });`)}`;
      match(await toldOf(stage, kind, script), /hello\nclosed/);
    },
    OFFLINE,
  );

  story(
    'with a terminal is typed into without a question, and takes Ctrl-C as its own',
    async (stage, kind) => {
      const session = (request: ModelRequestRecord): number =>
        Number(/session ID (\d+)/.exec(outputOf(request, 'tty'))?.[1]);
      // the program's own lines only: what a terminal echoes must not be taken for them
      const script = `trap 'echo "caught $((40 + 2))"; exit 3' INT; read name; echo "hello $((1 + 1)) $name"; while :; do sleep 0.05; done`;
      stage.model.script(
        answer(command(script, { tty: true, yield_time_ms: 500 }, { callId: 'tty' })),
        (request) => answer(call('write_stdin', { session_id: session(request), chars: 'you\n' }, { callId: 'typed' })),
        (request) =>
          answer(call('write_stdin', { session_id: session(request), chars: '\u0003' }, { callId: 'stopped' })),
      );
      const client = await stage.open(kind);
      const threadId = await startThread(client, stage, WRITE);
      await playTurn(client, threadId, 'go');
      equal(client.incoming().filter(({ method }) => method.endsWith('requestApproval')).length, 0, 'it asked');
      match(outputOf(await stage.model.request(2), 'typed'), /hello 2 you/);
      match(outputOf(await stage.model.request(3), 'stopped'), /caught 42/);
    },
    // the other runs on Node, which has no terminals to give
    { ...OFFLINE, kinds: ['binary'] },
  );

  story(
    'with a network asks once for each host, and reaches it when that is accepted',
    async (stage, kind) => {
      const server = createServer((_request, response) => response.end('reached'));
      await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      const get = `fetch('http://localhost:${port}').then(async (answer) => console.log(answer.status, await answer.text()), (error) => console.log('failed', error.message))`;
      // what is local goes past the proxies unless it is told not to
      const script = `NO_PROXY= no_proxy= NODE_USE_ENV_PROXY=1 ${quoted(process.execPath)} -e ${quoted(`${get}.then(() => ${get})`)}`;
      stage.model.script(answer(command(script, {}, { callId: 'ran' })));
      const client = await stage.open(kind);
      client.whenAsked(() => ({ decision: 'accept' }));
      const threadId = await startThread(client, stage, WRITE);
      await startTurn(client, threadId, 'go');
      await client.turnCompleted(threadId);
      server.close();
      match(outputOf(await stage.model.request(1), 'ran'), /200 reached\n200 reached/);
      const asked = client.incoming().filter(({ method }) => method === 'item/commandExecution/requestApproval');
      deepEqual(
        asked.map(({ params }) => params.networkApprovalContext?.host),
        ['localhost'],
      );
    },
    { config: config(true) },
  );
});

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'"'"'`)}'`;
}
