// Where there is no sandbox, why; and that nothing is wrapped there.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { allowsRoot } from '../../../../server/adapters/sandbox/allowRoot.ts';
import { createCommandSandbox } from '../../../../server/adapters/sandbox/commandSandbox.ts';
import { unsupportedPlatform } from '../../../../server/adapters/sandbox/platform.ts';
import { findPrograms } from '../../../../server/adapters/sandbox/programs.ts';
import type { SandboxPolicy } from '../../../../server/protocol/schema/common.ts';
import { createHandClock } from '../../../support/handClock.ts';

const SILENT = { debug: () => undefined, warn: () => undefined, error: () => undefined };
const READ_ONLY: SandboxPolicy = { type: 'readOnly', networkAccess: false };

describe('the command sandbox', () => {
  let home: string;
  beforeEach(() => (home = mkdtempSync(join(tmpdir(), 'bowline-sandbox-'))));
  afterEach(() => rmSync(home, { recursive: true }));

  it('is refused to root outside of a container, and says why and what to do', async () => {
    const sandbox = createCommandSandbox({
      home,
      env: process.env,
      executable: process.execPath,
      clock: createHandClock(),
      log: SILENT,
      allowsRoot: () => false,
      surroundings: () => ({ isRoot: true, isContainer: false }),
    });
    const state = await sandbox.probe();
    assert.ok(state.type === 'unavailable' && state.isRoot);
    assert.match(state.reason, /root outside of a container/);
    assert.match(state.remedy ?? '', /allow_root/);
    const command = { argv: ['true'], cwd: home, workspace: home, env: {}, policy: READ_ONLY, network: null };
    await assert.rejects(sandbox.wrap(command), /cannot be sandboxed here.*root/);
    await sandbox.dispose();
  });

  it('is had by root only when the file of the user says so, and by nothing that only looks like it', () => {
    const say = (text: string): boolean => {
      writeFileSync(join(home, 'config.toml'), text);
      return allowsRoot(home);
    };
    assert.equal(allowsRoot(join(home, 'missing')), false);
    assert.equal(say('[sandbox]\nallow_root = true\n'), true);
    for (const text of ['', 'allow_root = true', '[sandbox]\nallow_root = "true"', 'sandbox = true', '[sandbox'])
      assert.equal(say(text), false, text);
  });

  it('is not there on Windows itself and on systems nobody knows', () => {
    assert.match(unsupportedPlatform('win32')?.remedy ?? '', /WSL2/);
    assert.match(unsupportedPlatform('aix')?.reason ?? '', /aix/);
    for (const platform of ['linux', 'darwin'] as const) assert.equal(unsupportedPlatform(platform), null);
  });

  it('takes the programs of the system before those on PATH, and finds its helper in development', function () {
    if (process.platform !== 'linux') return this.skip();
    for (const name of ['bwrap', 'socat']) writeFileSync(join(home, name), '#!/bin/sh\n', { mode: 0o755 });
    const installed = findPrograms({ env: {}, executable: process.execPath });
    const found = findPrograms({ env: { PATH: `.:${home}` }, executable: process.execPath });
    assert.ok(found.type === 'found');
    assert.match(found.programs.seccomp, /apply-seccomp$/);
    if (installed.type === 'found') assert.deepEqual(found, installed);
    else assert.match(installed.reason, /^Not installed: /);
    return undefined;
  });
});
