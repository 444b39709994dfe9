// Holds our table of rule files against the reference server itself, where it is installed already.
import { equal } from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CACHE } from '../../scripts/folders.mjs';
import { REFERENCE_VERSION, referenceServer } from '../support/referenceServer.ts';
import { RULE_CASES, type RuleCase } from '../support/ruleCases.ts';

describe('the reference server on our table of rules', () => {
  it('decides as the table says', async function () {
    if (!existsSync(join(CACHE, `codex-${REFERENCE_VERSION}`))) return this.skip();
    this.timeout(60_000);
    const program = await referenceServer();
    const folder = mkdtempSync(join(tmpdir(), 'bowline-rules-'));
    try {
      for (const tested of RULE_CASES) equal(await decisionOf(program, folder, tested), tested.reference, tested.title);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

function decisionOf(program: string, folder: string, { rules, command }: RuleCase): Promise<RuleCase['reference']> {
  const file = join(folder, 'case.rules');
  writeFileSync(file, rules);
  const args = ['execpolicy', 'check', '--rules', file, '--resolve-host-executables', '--', ...command];
  const { promise, resolve } = Promise.withResolvers<RuleCase['reference']>();
  execFile(program, args, { env: { ...process.env, CODEX_HOME: folder }, cwd: folder }, (error, stdout) => {
    resolve(error === null ? (JSON.parse(stdout).decision ?? null) : 'refused');
  });
  return promise;
}
