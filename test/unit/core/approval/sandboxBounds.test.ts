// A command that runs in one sandbox, and the mode of a later turn.
import assert from 'node:assert/strict';
import { staysWithin } from '../../../../server/core/approval/sandboxBounds.ts';
import type { SandboxPolicy } from '../../../../server/protocol/schema/common.ts';

const READ_ONLY: SandboxPolicy = { type: 'readOnly', networkAccess: false };
const WRITE = {
  type: 'workspaceWrite',
  writableRoots: ['/more'],
  networkAccess: false,
  excludeTmpdirEnvVar: false,
  excludeSlashTmp: false,
} satisfies SandboxPolicy;

const at = (sandbox: SandboxPolicy, cwd = '/ws') => ({ sandbox, cwd });

describe('a sandbox that a command was started in', () => {
  it('stays within one that allows as much or more', () => {
    for (const [inner, outer] of [
      [at(READ_ONLY), at(READ_ONLY, '/other')],
      [at(READ_ONLY), at(WRITE)],
      [at(WRITE), at(WRITE)],
      [at(WRITE, '/ws/below'), at(WRITE)],
      [at({ ...WRITE, writableRoots: ['/ws/a', '/more/b'] }), at(WRITE)],
      [at({ ...WRITE, excludeSlashTmp: true, excludeTmpdirEnvVar: true }), at(WRITE)],
      [at({ ...WRITE, networkAccess: true }), at({ type: 'dangerFullAccess' })],
      [at({ type: 'externalSandbox', networkAccess: 'enabled' }), at({ type: 'dangerFullAccess' })],
    ] as const)
      assert.ok(staysWithin(inner, outer), JSON.stringify([inner, outer]));
  });

  it('does not stay within one that allows less', () => {
    for (const [inner, outer] of [
      [at(WRITE), at(READ_ONLY)],
      [at({ type: 'readOnly', networkAccess: true }), at(READ_ONLY)],
      [at({ ...WRITE, networkAccess: true }), at(WRITE)],
      [at(WRITE, '/'), at(WRITE)],
      [at(WRITE), at({ ...WRITE, writableRoots: [] })],
      [at(WRITE), at(WRITE, '/ws/below')],
      [at(WRITE), at({ ...WRITE, excludeSlashTmp: true })],
      [at(WRITE), at({ ...WRITE, excludeTmpdirEnvVar: true })],
      [at({ type: 'dangerFullAccess' }), at(WRITE)],
    ] as const)
      assert.ok(!staysWithin(inner, outer), JSON.stringify([inner, outer]));
  });
});
