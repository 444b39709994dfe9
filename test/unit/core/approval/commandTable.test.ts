// The table of commands: what is decided on each of them under the named policies, and why.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { decide } from '../../../../server/core/approval/decide.ts';
import type { DecideInput } from '../../../../server/core/approval/decideInput.ts';
import type { RuleMatch, RuleSet } from '../../../../server/core/approval/ruleBook.ts';
import { NO_PLACES } from '../../../../server/core/pathPolicy/places.ts';
import type { SandboxState } from '../../../../server/core/ports.ts';
import type { Decision } from '../../../../server/core/turn/tool.ts';
import type { AskForApproval, SandboxPolicy } from '../../../../server/protocol/schema/common.ts';
import type { RuleDecision } from '../../../../server/protocol/schema/safety.ts';

const WORKSPACE = '/home/u/ws';
const READ_ONLY: SandboxPolicy = { type: 'readOnly', networkAccess: false };
const WRITE: SandboxPolicy = {
  type: 'workspaceWrite',
  writableRoots: [],
  networkAccess: false,
  excludeTmpdirEnvVar: false,
  excludeSlashTmp: false,
};
const FULL: SandboxPolicy = { type: 'dangerFullAccess' };
const EXTERNAL: SandboxPolicy = { type: 'externalSandbox', networkAccess: 'restricted' };
const AVAILABLE: SandboxState = { type: 'available', backend: 'bubblewrap' };
const NONE: SandboxState = { type: 'unavailable', reason: 'no bwrap.', remedy: null, isRoot: false };
const ROOT: SandboxState = { type: 'unavailable', reason: 'root.', remedy: null, isRoot: true };

interface Named {
  readonly approvalPolicy: AskForApproval;
  readonly sandbox: SandboxPolicy;
  readonly state?: SandboxState;
  readonly escalated?: boolean;
}

/** By how their headings in the table begin. */
const POLICIES: Record<string, Named> = {
  'untrusted, in the sandbox': { approvalPolicy: 'untrusted', sandbox: WRITE },
  'on-request, in the sandbox': { approvalPolicy: 'on-request', sandbox: WRITE },
  'on-request, read-only sandbox': { approvalPolicy: 'on-request', sandbox: READ_ONLY },
  'on-request, full access': { approvalPolicy: 'on-request', sandbox: FULL },
  'untrusted, full access': { approvalPolicy: 'untrusted', sandbox: FULL },
  'never, in the sandbox': { approvalPolicy: 'never', sandbox: WRITE },
  'never, full access': { approvalPolicy: 'never', sandbox: FULL },
  'on-request, external sandbox': { approvalPolicy: 'on-request', sandbox: EXTERNAL },
  'on-request, no sandbox here': { approvalPolicy: 'on-request', sandbox: WRITE, state: NONE },
  'never, no sandbox here': { approvalPolicy: 'never', sandbox: WRITE, state: NONE },
  'full access, as root outside of a container': { approvalPolicy: 'on-request', sandbox: FULL, state: ROOT },
  'escalated, in the sandbox': { approvalPolicy: 'on-request', sandbox: WRITE, escalated: true },
  'escalated, never': { approvalPolicy: 'never', sandbox: WRITE, escalated: true },
  'escalated, full access': { approvalPolicy: 'on-request', sandbox: FULL, escalated: true },
};

const RULES: RuleSet = {
  match: (words) =>
    ruled(words, ['npm', 'test'], 'allow') ??
    ruled(words, ['git', 'fetch'], 'allow') ??
    ruled(words, ['git', 'push'], 'prompt') ??
    ruled(words, ['terraform', 'destroy'], 'forbidden'),
  host: () => null,
};

function ruled(words: readonly string[], pattern: readonly string[], decision: RuleDecision): RuleMatch | null {
  return pattern.every((word, index) => words[index] === word) ? { decision, justification: null, pattern } : null;
}

interface Row {
  readonly policy: string;
  readonly expected: string;
  readonly reason: string;
  readonly shown: string;
  readonly script: string;
}

function rowsOf(table: string): Row[] {
  let policy = '';
  return table.split('\n').flatMap((line): Row[] => {
    if (line.startsWith('== ')) policy = line.slice(3).split(':')[0] ?? '';
    const cells = policy === '' ? null : /^(\w+) \| (.*?) \| (.+)$/.exec(line);
    if (cells === null) return [];
    const [, expected = '', reason = '', shown = ''] = cells;
    const script = shown
      .replaceAll('⏎', '\n')
      .replaceAll(/«U\+([0-9A-F]{4})»/g, (_, code: string) => String.fromCodePoint(Number.parseInt(code, 16)));
    return [{ policy, expected, reason, shown, script }];
  });
}

function inputFor({ policy, script }: Row): DecideInput {
  const named = POLICIES[policy];
  assert.ok(named !== undefined, `no policy is named "${policy}"`);
  return {
    policy: {
      approvalPolicy: named.approvalPolicy,
      sandbox: named.sandbox,
      cwd: WORKSPACE,
      places: { ...NO_PLACES, userHomes: ['/home/u'], slashTmp: ['/tmp'] },
      readPlaces: [],
      disarmed: [],
      granted: null,
    },
    sandbox: named.state ?? AVAILABLE,
    rules: RULES,
    action: { kind: 'command', script, cwd: WORKSPACE, escalated: named.escalated ?? false, justification: null },
  };
}

function shortly(decision: Decision): string {
  if (decision.type === 'runSandboxed') return 'sandboxed';
  return decision.type === 'ask' ? (decision.tripwire ?? 'ask') : decision.type;
}

describe('the decision on a command', () => {
  const rows = rowsOf(readFileSync(new URL('commandTable.txt', import.meta.url), 'utf8'));

  it('is written down for at least 300 commands', () => {
    assert.ok(rows.length >= 300, `${rows.length} rows`);
    assert.deepEqual(new Set(rows.map(({ policy }) => policy)), new Set(Object.keys(POLICIES)));
  });

  for (const row of rows) {
    it(`${row.policy}: ${row.shown} -> ${row.expected}`, () => {
      const decision = decide(inputFor(row));
      assert.equal(shortly(decision), row.expected, decision.reason);
      assert.ok(decision.reason.includes(row.reason), decision.reason);
      if (decision.type === 'ask' && decision.tripwire !== null) {
        assert.equal(decision.risk, 'high');
        assert.equal(decision.amendment, null);
      }
    });
  }
});
