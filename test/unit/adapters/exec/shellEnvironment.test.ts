// The environment of commands: the login shell is asked once, within a time, and the policy has the last word.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCommandRunner, type OwnedCommandRunner } from '../../../../server/adapters/exec/commandRunner.ts';
import { parseEnvironment } from '../../../../server/adapters/exec/loginEnvironment.ts';
import { createShellEnvironment } from '../../../../server/adapters/exec/shellEnvironment.ts';
import type { ShellEnvironmentPolicy } from '../../../../server/core/settings.ts';
import { SETTINGS } from '../../../support/commandContext.ts';

const POLICY: ShellEnvironmentPolicy = {
  inherit: 'all',
  ignoreDefaultExcludes: true,
  exclude: [],
  set: {},
  includeOnly: [],
  useLoginPath: true,
};

describe('shell environment', () => {
  let runner: OwnedCommandRunner;
  let home: string;
  let warnings: string[];
  beforeEach(async () => {
    runner = createCommandRunner();
    home = await mkdtemp(join(tmpdir(), 'bowline-home-'));
    warnings = [];
  });
  afterEach(async () => {
    await runner.dispose();
    await rm(home, { recursive: true });
  });

  const profile = (text: string) => writeFile(join(home, '.bash_profile'), text);
  const environment = (env: Record<string, string> = {}, loginTimeoutMs = 5000) =>
    createShellEnvironment({
      runner,
      home,
      loginTimeoutMs,
      log: {
        debug: () => undefined,
        warn: (message) => void warnings.push(message),
        error: (message) => void warnings.push(message),
      },
      env: { PATH: '/usr/bin:/bin', HOME: home, SHELL: '/bin/bash', KEPT: 'yes', ...env },
      hiddenNames: () => ['PROVIDER_KEY'],
    });
  const settings = (policy: Partial<ShellEnvironmentPolicy> = {}) => ({
    ...SETTINGS,
    shellEnvironment: { ...POLICY, ...policy },
  });

  it("has the login shell's PATH and variables over the server's, but not the server's keys", async () => {
    await profile('echo noise; export PATH=/opt/tools:$PATH ADDED="two\nlines" PROVIDER_KEY=from-profile; false');
    const variables = await environment({ PROVIDER_KEY: 'secret', ELECTRON_RUN_AS_NODE: '1' }).variables(settings());
    assert.ok(variables['PATH']?.startsWith('/opt/tools:'));
    assert.equal(variables['ADDED'], 'two\nlines');
    assert.equal(variables['KEPT'], 'yes');
    assert.ok(!('PROVIDER_KEY' in variables) && !('ELECTRON_RUN_AS_NODE' in variables));
    assert.deepEqual(warnings, []);
  });

  it('asks the login shell once, also for calls at the same time and other policies', async () => {
    await profile('echo asked >> $HOME/log');
    const shellEnvironment = environment();
    await Promise.all(
      [settings(), settings(), settings({ inherit: 'core' })].map((each) => shellEnvironment.variables(each)),
    );
    assert.equal(await readFile(join(home, 'log'), 'utf8'), 'asked\n');
  });

  it('gives each caller an object of its own', async () => {
    const shellEnvironment = environment();
    const first = await shellEnvironment.variables(settings());
    first['PATH'] = 'changed';
    assert.notEqual((await shellEnvironment.variables(settings()))['PATH'], 'changed');
  });

  it('does without when the profile hangs, and says so', async () => {
    await profile('sleep 60');
    const variables = await environment({}, 100).variables(settings());
    assert.equal(variables['PATH'], '/usr/bin:/bin');
    assert.match(warnings[0] ?? '', /longer than 100 ms/);
  });

  it('does without when the profile leaves the shell, and says so', async () => {
    await profile('exit 7');
    assert.equal((await environment().variables(settings()))['PATH'], '/usr/bin:/bin');
    assert.match(warnings[0] ?? '', /ended with code 7/);
  });

  it('does not ask when the policy does not want it', async () => {
    await profile('export PATH=/opt/tools');
    assert.equal((await environment().variables(settings({ useLoginPath: false })))['PATH'], '/usr/bin:/bin');
    assert.ok(!('PATH' in (await environment().variables(settings({ inherit: 'none' })))));
  });

  it('takes a shell that reads the scripts models write', () => {
    assert.equal(environment().shell().path, '/bin/bash');
    for (const SHELL of ['/usr/bin/fish', '/no/bash', 'bash', '', '/bin/false']) {
      assert.match(environment({ SHELL }).shell().path, /\/(ba|z)?sh$/);
    }
  });

  it('reads entries that are ended by NUL', () => {
    assert.deepEqual(parseEnvironment('A=1\0B=x=y\nz\0_=/bin/env\0bad\0=no\0C=\0'), { A: '1', B: 'x=y\nz', C: '' });
  });
});
