// The home folder: whose variable counts, and that a home of Codex is left alone.
import { deepEqual, equal, match } from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { homeFolder, homeProblem } from '../../server/homeFolder.ts';

describe('the home folder', () => {
  let user: string;
  let codex: string;
  beforeEach(() => {
    user = mkdtempSync(join(tmpdir(), 'bowline-home-'));
    codex = join(user, 'codex');
    mkdirSync(codex);
    mkdirSync(join(user, '.bowline'));
  });
  afterEach(() => rmSync(user, { recursive: true, force: true }));

  const own = (): string => join(user, '.bowline');
  const chosen = (env: Record<string, string>, overrides: readonly string[] = []): string =>
    homeFolder(env, overrides, user).home;

  it('is that of BOWLINE_HOME, else ~/.bowline', () => {
    equal(chosen({ BOWLINE_HOME: '/b', CODEX_HOME: codex }, ['use_codex_home=true']), '/b');
    equal(chosen({}), own());
    equal(chosen({ BOWLINE_HOME: '', CODEX_HOME: codex }), own());
  });

  it('is that of CODEX_HOME where a flag or the configuration says so', () => {
    const env = { CODEX_HOME: codex };
    equal(chosen(env, ['use_codex_home=true']), codex);
    equal(chosen(env, ['use_codex_home=true', 'use_codex_home=false']), own());
    writeFileSync(join(own(), 'config.toml'), 'use_codex_home = true\n');
    equal(chosen(env), codex);
    equal(chosen(env, ['use_codex_home = false']), own());
    writeFileSync(join(own(), 'config.toml'), 'use_codex_home = = true\n');
    equal(chosen(env), own());
  });

  it('is none that Codex uses', () => {
    writeFileSync(join(codex, 'config.toml'), '');
    equal(homeProblem(codex), null, 'a configuration alone may have been made for us');
    for (const trace of ['installation_id', 'state_5.sqlite', 'session_index.jsonl']) {
      writeFileSync(join(codex, trace), '');
      const { home, note } = homeFolder({ CODEX_HOME: codex }, ['use_codex_home=true'], user);
      equal(home, own());
      match(note ?? '', /is a home of Codex/);
      match(homeProblem(codex) ?? '', /Set BOWLINE_HOME/);
      rmSync(join(codex, trace));
    }
    mkdirSync(join(codex, 'sessions'));
    writeFileSync(join(codex, 'threads.db'), '');
    deepEqual([homeProblem(codex), homeProblem(join(user, 'nothing'))], [null, null]);
  });
});
