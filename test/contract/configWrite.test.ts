// Writing the configuration: what was asked for, the rest of the file as its user left it, and nothing where it would do harm.
import { deepEqual, equal, match } from 'node:assert/strict';
import { lstatSync, mkdirSync, readFileSync, renameSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { playTurn, startThread, story, type Stage } from '../support/story.ts';

const fileOf = (stage: Stage): string => join(stage.home, 'config.toml');
const textOf = (stage: Stage): string => readFileSync(fileOf(stage), 'utf8');
const replace = (keyPath: string, value: any) => ({ keyPath, value, mergeStrategy: 'replace' as const });

describe('config/value/write', () => {
  story('changes a value, keeps the rest, and counts at once', async (stage, kind) => {
    writeFileSync(fileOf(stage), `# mine\n${textOf(stage).replace('"scripted-model"', '"scripted-model" # for now')}`);
    const before = textOf(stage);
    const client = await stage.open(kind);
    const written = await client.request('config/value/write', replace('model', 'other-model'));
    equal(textOf(stage), before.replace('"scripted-model"', '"other-model"'));
    equal(statSync(fileOf(stage)).mode & 0o777, 0o600);
    const { layers } = await client.request('config/read', { includeLayers: true });
    deepEqual(written, {
      status: 'ok',
      version: layers.find(({ name }: any) => name.type === 'user').version,
      filePath: fileOf(stage),
      overriddenMetadata: null,
    });
    equal((await client.request('thread/start', { cwd: stage.workspace })).model, 'other-model');
  });

  story(
    'refuses another version, an unusable value, another file, no key; the file stays',
    async (stage, kind) => {
      const before = textOf(stage);
      const client = await stage.open(kind);
      const refused = async (params: object): Promise<[unknown, unknown, string]> => {
        const { error } = await client.ask('config/value/write', params);
        return [error?.code, error?.data.config_write_error_code, error?.message ?? ''];
      };
      const conflict = await refused({ ...replace('model', 'x'), expectedVersion: 'sha256:00' });
      deepEqual(conflict.slice(0, 2), [-32600, 'configVersionConflict']);
      const invalid = await refused(replace('sandbox_mode', 'everything'));
      deepEqual(invalid.slice(0, 2), [-32600, 'configValidationError']);
      match(invalid[2], /^Invalid configuration: expected one of read-only, .*\nin `sandbox_mode`$/);
      equal((await refused(replace('model_providers.x', { name: 'no url' })))[1], 'configValidationError');
      equal((await refused(replace('', 1)))[1], 'configValidationError');
      equal((await refused(replace('list', ['a', null])))[1], 'configValidationError');
      const elsewhere = { ...replace('model', 'x'), filePath: join(stage.workspace, 'config.toml') };
      equal((await refused(elsewhere))[1], 'configLayerReadonly');
      equal(textOf(stage), before);
      equal(stage.exists('config.toml'), false);
    },
    { kinds: ['linked'] },
  );

  story(
    'leaves a broken file alone',
    async (stage, kind) => {
      writeFileSync(fileOf(stage), 'model = = 1\n');
      const client = await stage.open(kind);
      const { error } = await client.ask('config/value/write', replace('model', 'x'));
      equal(error?.data.config_write_error_code, 'configValidationError');
      match(error?.message ?? '', /left as it is: .*config\.toml, line 1, column \d+/);
      equal(textOf(stage), 'model = = 1\n');
    },
    { kinds: ['linked'] },
  );

  story(
    'does not write where Codex lives, follows a link to the file, and does not take a shown secret for one',
    async (stage, kind) => {
      const real = join(stage.workspace, 'dotfiles.toml');
      renameSync(fileOf(stage), real);
      symlinkSync(real, fileOf(stage));
      const client = await stage.open(kind);
      await client.request('config/value/write', replace('model_providers.scripted.experimental_bearer_token', 'sk-1'));
      equal(lstatSync(fileOf(stage)).isSymbolicLink(), true);
      const { config } = await client.request('config/read', {});
      const shown = config.model_providers;
      equal(shown.scripted.experimental_bearer_token, '(hidden)');
      await client.request('config/value/write', replace('model_providers', shown));
      match(readFileSync(real, 'utf8'), /experimental_bearer_token = "sk-1"/);
      mkdirSync(join(stage.home, 'sessions'));
      const { error } = await client.ask('config/value/write', replace('model', 'x'));
      equal(error?.data.config_write_error_code, 'configLayerReadonly');
    },
    { kinds: ['linked'] },
  );

  story(
    'says what keeps the value from counting',
    async (stage, kind) => {
      const client = await stage.open(kind, { overrides: ['model="from-flag"'] });
      const { status, overriddenMetadata } = await client.request('config/value/write', replace('model', 'x'));
      equal(status, 'okOverridden');
      deepEqual(
        [overriddenMetadata?.overridingLayer.name, overriddenMetadata?.effectiveValue],
        [{ type: 'sessionFlags' }, 'from-flag'],
      );
    },
    { kinds: ['linked'] },
  );
});

describe('config/batchWrite', () => {
  story(
    'writes all or nothing, merges or replaces tables, and reloads loaded threads',
    async (stage, kind) => {
      const client = await stage.open(kind);
      const threadId = await startThread(client, stage);
      await playTurn(client, threadId, 'before');
      const before = textOf(stage);
      const broken = [replace('model_verbosity', 'low'), replace('approval_policy', 'sometimes')];
      const { error } = await client.ask('config/batchWrite', { edits: broken });
      equal(error?.data.config_write_error_code, 'configValidationError');
      equal(textOf(stage), before);
      await client.request('config/batchWrite', {
        edits: [
          replace('model_verbosity', 'low'),
          { keyPath: 'shell_environment_policy', value: { set: { A: '1' } }, mergeStrategy: 'upsert' },
          { keyPath: 'shell_environment_policy', value: { set: { B: '2' } }, mergeStrategy: 'upsert' },
          replace('projects."/a/b.c".trust_level', 'trusted'),
          replace('nothing.of.the.kind', null),
        ],
        reloadUserConfig: true,
      });
      const { config } = await client.request('config/read', {});
      deepEqual(config.shell_environment_policy, { set: { A: '1', B: '2' } });
      deepEqual(config.projects, { '/a/b.c': { trust_level: 'trusted' } });
      await playTurn(client, threadId, 'after');
      const verbosities = [];
      for (const number of [0, 1])
        verbosities.push(((await stage.model.request(number)).body['text'] as any)?.verbosity);
      deepEqual(verbosities, [undefined, 'low']);
    },
    { kinds: ['linked'] },
  );
});

describe('config/read', () => {
  story(
    'shows the layer of a workspace, and why it does not count until the workspace is trusted',
    async (stage, kind) => {
      stage.write('.bowline/config.toml', 'model = "of-the-workspace"\n');
      const client = await stage.open(kind, { overrides: ['model_verbosity="low"'] });
      const read = async () => await client.request('config/read', { includeLayers: true, cwd: stage.workspace });
      const kinds = (layers: any) => layers.map(({ name }: any) => name.type);
      const untrusted = await read();
      equal(untrusted.config.model, 'scripted-model');
      deepEqual(kinds(untrusted.layers), ['sessionFlags', 'project', 'user']);
      match(untrusted.layers[1].disabledReason, /add .* as a trusted project/);
      await client.request('config/value/write', replace(`projects."${stage.workspace}".trust_level`, 'trusted'));
      const trusted = await read();
      deepEqual([trusted.config.model, trusted.config.apps], ['of-the-workspace', null]);
      deepEqual(kinds(trusted.layers), ['sessionFlags', 'project', 'user']);
      deepEqual(trusted.layers[1].disabledReason, null);
      equal(trusted.origins.model.name.type, 'project');
    },
    { kinds: ['linked'] },
  );
});
