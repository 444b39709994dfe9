// The approval policy as a table: what runs, what asks, what is refused.
import assert from 'node:assert/strict';
import { decide, type PolicyInput } from '../../../../server/core/approval/policy.ts';
import { Grants } from '../../../../server/core/approval/grants.ts';
import type { Action, Decision } from '../../../../server/core/turn/tool.ts';
import type { AskForApproval, SandboxPolicy } from '../../../../server/protocol/schema/common.ts';

const CWD = '/ws/project';
const SANDBOXES: Record<string, SandboxPolicy> = {
  'read-only': { type: 'readOnly', networkAccess: false },
  'workspace-write': {
    type: 'workspaceWrite',
    writableRoots: ['/ws/extra'],
    networkAccess: false,
    excludeTmpdirEnvVar: false,
    excludeSlashTmp: false,
  },
  external: { type: 'externalSandbox', networkAccess: 'restricted' },
  full: { type: 'dangerFullAccess' },
};

const command = (escalated = false): Action => ({
  kind: 'command',
  script: 'ls',
  cwd: CWD,
  escalated,
  justification: null,
});
const patch = (...paths: string[]): Action => ({ kind: 'patch', paths });
const inside = patch('/ws/project/a.ts');
const granular = (asks: boolean): AskForApproval => ({
  granular: {
    sandbox_approval: asks,
    rules: asks,
    skill_approval: asks,
    request_permissions: asks,
    mcp_elicitations: asks,
  },
});

type Row = [what: string, action: Action, sandbox: string, policy: AskForApproval, expected: Decision['type']];

const ROWS: Row[] = [
  // Without a command sandbox every command asks, unless full access was chosen.
  ['command', command(), 'read-only', 'untrusted', 'ask'],
  ['command', command(), 'read-only', 'on-request', 'ask'],
  ['command', command(), 'read-only', 'never', 'refuse'],
  ['command', command(), 'workspace-write', 'untrusted', 'ask'],
  ['command', command(), 'workspace-write', 'on-request', 'ask'],
  ['command', command(), 'workspace-write', 'never', 'refuse'],
  ['command', command(), 'external', 'on-request', 'ask'],
  ['command', command(), 'external', 'never', 'refuse'],
  ['command', command(), 'full', 'untrusted', 'ask'],
  ['command', command(), 'full', 'on-request', 'run'],
  ['command', command(), 'full', 'never', 'run'],
  ['escalated command', command(true), 'full', 'on-request', 'ask'],
  ['escalated command', command(true), 'full', 'never', 'run'],
  ['escalated command', command(true), 'workspace-write', 'never', 'refuse'],
  ['command', command(), 'workspace-write', granular(true), 'ask'],
  ['command', command(), 'workspace-write', granular(false), 'refuse'],
  // Patches inside the workspace.
  ['patch inside', inside, 'read-only', 'on-request', 'ask'],
  ['patch inside', inside, 'read-only', 'never', 'refuse'],
  ['patch inside', inside, 'workspace-write', 'untrusted', 'ask'],
  ['patch inside', inside, 'workspace-write', 'on-request', 'run'],
  ['patch inside', inside, 'workspace-write', 'never', 'run'],
  ['patch inside', inside, 'full', 'on-request', 'run'],
  ['patch inside', inside, 'full', 'untrusted', 'ask'],
  ['patch of an extra root', patch('/ws/extra/b.ts'), 'workspace-write', 'on-request', 'run'],
  ['patch of an extra root', patch('/ws/extra/b.ts'), 'full', 'on-request', 'ask'],
  // Patches outside always ask, full access included; where nobody may be asked they are refused.
  ['patch outside', patch('/ws/project/a.ts', '/etc/hosts'), 'workspace-write', 'on-request', 'ask'],
  ['patch outside', patch('/etc/hosts'), 'full', 'on-request', 'ask'],
  ['patch outside', patch('/etc/hosts'), 'full', 'never', 'refuse'],
  ['patch of a neighbour with the same beginning', patch('/ws/project2/a.ts'), 'workspace-write', 'on-request', 'ask'],
  ['patch of a parent', patch('/ws'), 'workspace-write', 'on-request', 'ask'],
  // Folders that decide what runs later.
  ['patch of .git', patch('/ws/project/.git/hooks/pre-commit'), 'workspace-write', 'on-request', 'ask'],
  ['patch of .vscode', patch('/ws/project/sub/.vscode/tasks.json'), 'full', 'on-request', 'ask'],
  ['patch of .Git', patch('/ws/project/.Git/config'), 'workspace-write', 'never', 'refuse'],
  ['patch of .mcp.json', patch('/ws/project/.mcp.json'), 'workspace-write', 'on-request', 'ask'],
  ['patch of a file that only looks like it', patch('/ws/project/.gitignore'), 'workspace-write', 'on-request', 'run'],
];

describe('approval policy', () => {
  for (const [what, action, sandbox, approvalPolicy, expected] of ROWS) {
    const policy =
      typeof approvalPolicy === 'string' ? approvalPolicy : `granular ${approvalPolicy.granular.sandbox_approval}`;
    it(`${what}, ${sandbox}, ${policy}: ${expected}`, () => {
      const input: PolicyInput = { approvalPolicy, sandbox: SANDBOXES[sandbox]!, cwd: CWD, isGranted: false };
      const decision = decide(action, input);
      assert.equal(decision.type, expected);
      assert.notEqual(decision.reason, '');
    });
  }

  it('runs what was accepted for the session, whatever the policy', () => {
    const input: PolicyInput = {
      approvalPolicy: 'untrusted',
      sandbox: SANDBOXES['read-only']!,
      cwd: CWD,
      isGranted: true,
    };
    assert.equal(decide(command(), input).type, 'run');
  });

  it('treats a root that ends in a slash like one that does not', () => {
    const input: PolicyInput = {
      approvalPolicy: 'on-request',
      sandbox: SANDBOXES['workspace-write']!,
      cwd: `${CWD}/`,
      isGranted: false,
    };
    assert.equal(decide(inside, input).type, 'run');
  });

  it('takes an empty root for none', () => {
    const sandbox = { ...SANDBOXES['workspace-write'], writableRoots: [''] } as SandboxPolicy;
    const input: PolicyInput = { approvalPolicy: 'on-request', sandbox, cwd: CWD, isGranted: false };
    assert.equal(decide(patch('/etc/passwd'), input).type, 'ask');
  });
});

describe('grants of a session', () => {
  it('cover the same command in the same folder, and nothing that merely resembles it', () => {
    const grants = new Grants();
    const action: Action = { kind: 'command', script: 'touch a', cwd: CWD, escalated: false, justification: 'why' };
    grants.add(action);
    assert.ok(grants.covers({ ...action, justification: null }));
    assert.ok(!grants.covers({ ...action, script: 'touch b' }));
    assert.ok(!grants.covers({ ...action, cwd: '/ws' }));
    assert.ok(!grants.covers({ ...action, escalated: true }));
  });

  it('cover patches of the same files only', () => {
    const grants = new Grants();
    grants.add(patch('/ws/a', '/ws/b'));
    assert.ok(grants.covers(patch('/ws/b')));
    assert.ok(!grants.covers(patch('/ws/b', '/ws/c')));
    assert.ok(!grants.covers(patch()));
  });
});
