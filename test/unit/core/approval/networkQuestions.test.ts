// Network approvals: what the rules decide, what is asked once, how long each answer holds, and that everything fails closed.
import { deepEqual, equal, match } from 'node:assert/strict';
import { NetworkQuestions, type ReachedFrom } from '../../../../server/core/approval/networkQuestions.ts';
import type { RuleBook } from '../../../../server/core/approval/ruleBook.ts';
import { parseRuleFile } from '../../../../server/core/approval/rules/ruleFile.ts';
import { ruleSet } from '../../../../server/core/approval/rules/ruleMatch.ts';
import { networkRuleText } from '../../../../server/core/approval/rules/ruleText.ts';
import { assembleScope } from '../../../../server/core/approval/rules/ruleScope.ts';
import { proposedCommand } from '../../../../server/core/command/commandItem.ts';
import { MOOT, type NetworkTarget } from '../../../../server/core/ports.ts';
import type { CommandApprovalDecision, CommandApprovalParams } from '../../../../server/protocol/schema/approval.ts';
import type { AskForApproval } from '../../../../server/protocol/schema/common.ts';
import { SETTINGS } from '../../../support/commandContext.ts';

type Answer = CommandApprovalDecision | 'failed';

interface Asked {
  readonly params: CommandApprovalParams;
  readonly moot: AbortSignal;
  answer(answer: Answer): void;
}

/** The questions of one thread, and whoever answers them. */
class Scene {
  readonly asked: Asked[] = [];
  readonly warnings: string[] = [];
  readonly written: string[] = [];
  cancelled = 0;
  policy: AskForApproval = 'on-request';
  failure: Error | null = null;
  readonly #questions: NetworkQuestions;

  constructor(rules = '') {
    const book: RuleBook = {
      rules: async () => {
        const file = parseRuleFile([rules, ...this.written].join('\n'));
        return ruleSet(assembleScope([{ type: 'read', path: '/r', file }]));
      },
      allowCommand: () => Promise.resolve(),
      decideHost: async (target, action) => {
        if (this.failure !== null) throw this.failure;
        this.written.push(networkRuleText(target.host, target.protocol, action));
      },
      list: () => Promise.resolve({ data: [], problems: [] }),
      setEnabled: () => Promise.resolve(),
      remove: () => Promise.resolve(),
      onDidChange: () => undefined,
    };
    this.#questions = new NetworkQuestions({
      threadId: 't',
      rules: book,
      ids: { next: () => `id${this.asked.length}` },
      warn: (message) => void this.warnings.push(message),
      cancelTurn: () => void (this.cancelled += 1),
    });
  }

  reach(host: string, more: Partial<NetworkTarget> & { item?: string } = {}): Promise<boolean> {
    const { item = 'c1', ...target } = more;
    const from: ReachedFrom = {
      item: proposedCommand({ callId: item, script: 'fetch', argv: ['fetch'], cwd: '/w' }),
      turnId: 'turn',
      settings: { ...SETTINGS, approvalPolicy: this.policy },
      nowMs: 7,
      ask: (params, moot) => {
        const { promise, resolve } = Promise.withResolvers<Answer>();
        moot.addEventListener('abort', () => resolve('failed'));
        this.asked.push({ params, moot, answer: resolve });
        return promise;
      },
    };
    return this.#questions.mayReach({ host, port: 443, protocol: 'https', ...target }, from);
  }

  end(item: string): void {
    this.#questions.commandEnded(item);
  }

  endTurn(): void {
    this.#questions.turnEnded();
  }

  /** Reaches for the host, answers the question that must come of it, and says whether it may. */
  async reachAnd(host: string, answer: Answer, more: Parameters<Scene['reach']>[1] = {}): Promise<boolean> {
    const before = this.asked.length;
    const may = this.reach(host, more);
    await settled();
    equal(this.asked.length, before + 1, 'It must ask.');
    this.asked.at(-1)?.answer(answer);
    return may;
  }
}

const settled = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

function amendment(host: string, action: 'allow' | 'deny'): CommandApprovalDecision {
  return { applyNetworkPolicyAmendment: { network_policy_amendment: { host, action } } };
}

describe('a command that reaches for a host', () => {
  it('is asked about with the host, the port and the protocol in words, and every answer on offer', async () => {
    const scene = new Scene();
    equal(await scene.reachAnd('Example.COM.', 'accept', { port: 8443 }), true);
    const params = scene.asked[0]?.params;
    equal(params?.reason, 'The command wants to connect to example.com, port 8443 (HTTPS).');
    deepEqual(params?.networkApprovalContext, { host: 'example.com', protocol: 'https' });
    deepEqual(
      [params?.itemId, params?.approvalId, params?.startedAtMs, params?.command, params?.cwd],
      ['c1', 'id0', 7, 'fetch', '/w'],
    );
    deepEqual(params?.availableDecisions, [
      'accept',
      'acceptForSession',
      amendment('example.com', 'allow'),
      amendment('example.com', 'deny'),
      'decline',
      'cancel',
    ]);
    deepEqual(params?.proposedNetworkPolicyAmendments, [
      { host: 'example.com', action: 'allow' },
      { host: 'example.com', action: 'deny' },
    ]);
  });

  it('is not asked about where a rule decides', async () => {
    const scene = new Scene(
      'network_rule("*.ok.org", "https", "allow")\nnetwork_rule("bad.ok.org", "https", "deny")\nnetwork_rule("127.0.0.1", "http", "allow")',
    );
    deepEqual(
      await Promise.all(['a.ok.org', 'A.B.OK.org.', 'bad.ok.org', '127.0.0.1'].map((host) => scene.reach(host))),
      [true, true, false, true],
    );
    equal(scene.asked.length, 0);
  });

  it('is asked about where a rule says so, whoever allows the rest', async () => {
    const scene = new Scene('network_rule("*.ok.org", "https", "allow")\nnetwork_rule("a.ok.org", "https", "prompt")');
    equal(await scene.reachAnd('a.ok.org', 'decline'), false);
  });

  it('asks once for ten connections at once', async () => {
    const scene = new Scene();
    const all = Array.from({ length: 10 }, (_, index) => scene.reach(index % 2 === 0 ? 'a.org' : 'A.org.'));
    await settled();
    equal(scene.asked.length, 1);
    scene.asked[0]?.answer('accept');
    deepEqual(
      await Promise.all(all),
      Array.from({ length: 10 }, () => true),
    );
    equal(await scene.reach('a.org'), true);
    equal(scene.asked.length, 1);
  });

  it('asks for each host', async () => {
    const scene = new Scene();
    equal(await scene.reachAnd('a.org', 'accept'), true);
    equal(await scene.reachAnd('b.org', 'decline'), false);
  });
});

describe('an answer about a host', () => {
  it('`accept` holds for the command alone', async () => {
    const scene = new Scene();
    await scene.reachAnd('a.org', 'accept');
    equal(await scene.reachAnd('a.org', 'decline', { item: 'c2' }), false);
    scene.end('c1');
    equal(await scene.reachAnd('a.org', 'accept'), true);
  });

  it('`decline` is not asked again by the same command', async () => {
    const scene = new Scene();
    await scene.reachAnd('a.org', 'decline');
    equal(await scene.reach('a.org'), false);
    equal(scene.asked.length, 1);
  });

  it('`acceptForSession` holds for the thread', async () => {
    const scene = new Scene();
    await scene.reachAnd('a.org', 'acceptForSession');
    scene.endTurn();
    equal(await scene.reach('a.org', { item: 'c2' }), true);
  });

  for (const action of ['allow', 'deny'] as const) {
    it(`always ${action} is written, and then the rule decides`, async () => {
      const scene = new Scene();
      equal(await scene.reachAnd('a.org', amendment('A.org', action)), action === 'allow');
      deepEqual(scene.written, [`network_rule(host="a.org", protocol="https", decision="${action}")`]);
      equal(await scene.reach('a.org', { item: 'c2' }), action === 'allow');
      scene.written.length = 0;
      equal(await scene.reachAnd('a.org', 'decline', { item: 'c3' }), false);
    });

    it(`always ${action} that cannot be written holds for the thread, and the user is told`, async () => {
      const scene = new Scene();
      scene.failure = new Error('The disk is full.');
      equal(await scene.reachAnd('a.org', amendment('a.org', action)), action === 'allow');
      match(scene.warnings[0] ?? '', /was not remembered: The disk is full\./);
      equal(await scene.reach('a.org', { item: 'c2' }), action === 'allow');
    });
  }

  it('about another host is no consent', async () => {
    const scene = new Scene();
    equal(await scene.reachAnd('a.org', amendment('*.org', 'allow')), false);
    deepEqual(scene.written, []);
    equal(scene.warnings.length, 1);
  });

  it('about something else is no consent', async () => {
    const scene = new Scene();
    const other: CommandApprovalDecision = { acceptWithExecpolicyAmendment: { execpolicy_amendment: ['x'] } };
    equal(await scene.reachAnd('a.org', other), false);
    equal(await scene.reachAnd('b.org', 'failed'), false);
  });

  it('`cancel` refuses and ends the turn', async () => {
    const scene = new Scene();
    equal(await scene.reachAnd('a.org', 'cancel'), false);
    equal(scene.cancelled, 1);
  });
});

describe('nobody is asked', () => {
  it('under the policy `never`, and where asking is switched off', async () => {
    const scene = new Scene();
    scene.policy = 'never';
    equal(await scene.reach('a.org'), false);
    scene.policy = {
      granular: {
        sandbox_approval: false,
        rules: true,
        skill_approval: true,
        request_permissions: true,
        mcp_elicitations: true,
      },
    };
    equal(await scene.reach('b.org'), false);
    equal(scene.asked.length, 0);
  });

  it('any more when the command or the turn has ended: the question is withdrawn', async () => {
    const scene = new Scene();
    const first = scene.reach('a.org');
    const second = scene.reach('a.org', { item: 'c2' });
    await settled();
    scene.end('c1');
    equal(await first, false);
    equal(scene.asked[0]?.moot.reason, MOOT);
    equal(scene.asked[1]?.moot.aborted, false);
    scene.endTurn();
    equal(await second, false);
  });
});
