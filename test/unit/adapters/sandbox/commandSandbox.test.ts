// Where there is no sandbox, why; and that nothing is wrapped there.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { allowsRoot } from '../../../../server/adapters/sandbox/allowRoot.ts';
import { createCommandSandbox, type OwnedCommandSandbox } from '../../../../server/adapters/sandbox/commandSandbox.ts';
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

  it('is looked for again when it was not there', async () => {
    let isRoot = true;
    let nowMs = 0;
    const clock = { ...createHandClock(), nowMs: () => nowMs };
    const options = { home, env: {}, executable: '/nowhere/bowline', clock, log: SILENT, allowsRoot: () => false };
    const sandbox = createCommandSandbox({ ...options, surroundings: () => ({ isRoot, isContainer: false }) });
    const hasRoot = async (): Promise<boolean> => {
      const state = await sandbox.probe();
      return state.type === 'unavailable' && state.isRoot;
    };
    assert.equal(await hasRoot(), true);
    isRoot = false;
    assert.equal(await hasRoot(), true);
    nowMs = 10_000;
    assert.equal(await hasRoot(), false);
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

  describe('that works here', function () {
    let sandbox: OwnedCommandSandbox;
    before(async function () {
      const options = { home: join(tmpdir(), 'no-bowline'), env: process.env, executable: process.execPath };
      sandbox = createCommandSandbox({ ...options, clock: createHandClock(), log: SILENT, allowsRoot: () => true });
      if ((await sandbox.probe()).type === 'unavailable') this.skip();
    });
    after(() => sandbox.dispose());

    const write: SandboxPolicy = {
      type: 'workspaceWrite',
      writableRoots: [],
      networkAccess: false,
      excludeSlashTmp: true,
      excludeTmpdirEnvVar: true,
    };

    async function run(script: string, env: Record<string, string> = {}): Promise<string> {
      const argv = ['/bin/sh', '-c', script];
      const all = { PATH: process.env['PATH'] ?? '/usr/bin:/bin', ...env };
      const wrapped = await sandbox.wrap({ argv, cwd: home, workspace: home, env: all, policy: write, network: null });
      const [program = '', ...args] = wrapped.argv;
      try {
        const { stdout, stderr } = await promisify(execFile)(program, args, { cwd: home, env: wrapped.env });
        return stdout + stderr;
      } finally {
        await sandbox.after(wrapped, false);
      }
    }

    it('is not told by the environment of the command what to load', async () => {
      // bubblewrap would fail on these; code in them would run outside
      for (const library of ['libselinux.so.1', 'libcap.so.2']) writeFileSync(join(home, library), '');
      assert.equal(await run('echo "<$LD_LIBRARY_PATH>"', { LD_LIBRARY_PATH: '.' }), '<.>\n');
    });

    it('holds what must not come into being for as long as any command runs, and leaves nothing', async () => {
      const look = 'mkdir .vscode 2>/dev/null && echo made; touch .mcp.json 2>/dev/null || echo kept';
      const answers = await Promise.all([run(`sleep 0.2; ${look}`), run(look), run(`sleep 0.1; ${look}`)]);
      assert.deepEqual(answers, ['kept\n', 'kept\n', 'kept\n']);
      assert.deepEqual(readdirSync(home), []);
    });

    it('runs a script as long as one without a sandbox may be, quotes and all, and leaves nothing of it in the environment', async () => {
      const text = "it's 'quoted' \"$(text)\"\n".repeat(5_000);
      const script = `cat <<'END' | wc -c; env | grep -c BOWLINE_WORD\n${text}END`;
      assert.equal(await run(`${script}\ntrue`), `${text.length}\n0\n`);
    });

    it('has a temporary folder of its own, whatever the policy excludes', async () => {
      assert.match(await run('cd "$(mktemp -d)" && pwd'), /bowline-tmp-/);
    });
  });
});
