// How other people's clients start the server: with dozens of overrides, a home of Codex in the environment, a question for the version.
import { deepEqual, equal, match } from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BINARY, playTurn, startThread, story } from '../support/story.ts';

const SEMVER = /\b\d+\.\d+\.\d+(?:-[\w.]+)?\b/;

describe('the start of the server', () => {
  story(
    'bears dozens of overrides, unknown and odd ones among them',
    async (stage, kind) => {
      const overrides = [
        ...Array.from({ length: 40 }, (_, number) => `features.feature_${number}=${number % 2 === 0}`),
        'mcp_servers.x.command="no-such-program"',
        'mcp_servers."with.dot".args=["a", \'b\']',
        'shell_environment_policy.set={ A = "1", "B.C" = "2" }',
        'model_providers.scripted.http_headers={ "X-Client" = "yes" }',
        'tools.web_search=true',
        'notify=["sh", "-c", "echo"]',
        'profiles.fast.model_reasoning_effort=low',
        'some.future."quoted key".list=[1, 2.5, { a = true }]',
        'model_reasoning_summary=none',
        '=no key',
        'no value',
      ];
      const client = await stage.open(kind, { overrides });
      const threadId = await startThread(client, stage);
      const { params } = await playTurn(client, threadId, 'hi');
      equal(params.turn.status, 'completed');
      equal((await stage.model.request(0)).headers['x-client'], 'yes');
      match((await client.ask('initialize', {})).error?.message ?? '', /Invalid params|Already initialized/);
    },
    { kinds: ['linked', 'binary'] },
  );

  story(
    'says a semver in the user agent and on the command line, and listens on stdio when told to',
    async (stage, kind) => {
      const client = await (await stage.start(kind)).connect();
      const { userAgent } = await client.initialize('any_client');
      match(userAgent, new RegExp(`^any_client/${SEMVER.source} .* bowline/${SEMVER.source} `));
      match(execFileSync(BINARY, ['--version'], { encoding: 'utf8' }), new RegExp(`^bowline ${SEMVER.source}\n$`));
      const hello = { id: 1, method: 'initialize', params: { clientInfo: { name: 'x', version: '1' } } };
      const { stdout, status } = spawnSync(BINARY, ['app-server', '--listen', 'stdio://'], {
        input: `${JSON.stringify(hello)}\n`,
        env: { ...process.env, BOWLINE_HOME: stage.home },
        encoding: 'utf8',
      });
      deepEqual([status, JSON.parse(stdout.split('\n')[0] ?? '').id], [0, 1]);
    },
    { kinds: ['binary'] },
  );

  story(
    'writes nothing into a home of Codex',
    async (stage) => {
      const codex = join(stage.workspace, 'codex');
      mkdirSync(join(codex, 'sessions'), { recursive: true });
      writeFileSync(join(codex, 'installation_id'), 'x');
      const before = readdirSync(codex);
      const run = (env: Record<string, string>, ...args: string[]) =>
        spawnSync(BINARY, ['app-server', ...args], {
          input: '',
          encoding: 'utf8',
          env: { ...process.env, BOWLINE_HOME: '', HOME: stage.home, BOWLINE_LOG: 'warn', ...env },
        });
      const refused = run({ BOWLINE_HOME: codex });
      equal(refused.status, 64);
      match(refused.stderr, /is a home of Codex.*Set BOWLINE_HOME/);
      const elsewhere = run({ CODEX_HOME: codex }, '-c', 'use_codex_home=true');
      equal(elsewhere.status, 0);
      match(elsewhere.stderr, /is a home of Codex/);
      deepEqual(readdirSync(codex), before);
    },
    { kinds: ['binary'] },
  );
});
