// Decides whether a running command may reach a host: by the rules, by what was granted, else by one question per host.
import type { CommandApprovalDecision, CommandApprovalParams } from '../../protocol/schema/approval.ts';
import type { AskForApproval } from '../../protocol/schema/common.ts';
import type { CommandExecutionItem } from '../../protocol/schema/item.ts';
import { MOOT, type Ids, type NetworkTarget } from '../ports.ts';
import type { Settings } from '../settings.ts';
import { whyNot } from './remember.ts';
import type { RuleBook } from './ruleBook.ts';
import { hostName } from './rules/hostNames.ts';

export interface NetworkQuestionsOptions {
  readonly threadId: string;
  readonly rules: RuleBook;
  readonly ids: Ids;
  /** Says to the user what an answer could not do. */
  warn(message: string): void;
  /** The user answered `cancel`: the turn ends. */
  cancelTurn(): void;
}

/** Where a connection is tried from. */
export interface ReachedFrom {
  readonly item: CommandExecutionItem;
  readonly turnId: string;
  readonly settings: Settings;
  readonly nowMs: number;
  /** Puts the question, with the thread's status around it, until the signal says that it is moot. */
  ask(params: CommandApprovalParams, moot: AbortSignal): Promise<CommandApprovalDecision | 'failed'>;
}

/** How a connection was decided, and for how long that holds. */
type Answer = { readonly isAllowed: boolean; readonly holds: 'command' | 'thread' };

const PORTS = { http: 80, https: 443, socks5Tcp: null } as const;
const PROTOCOLS = { http: 'HTTP', https: 'HTTPS', socks5Tcp: 'SOCKS' } as const;

/** What was answered for one command alone. */
interface CommandHosts {
  /** A question that is open is shared by all connections to its host. */
  readonly answers: Map<string, Promise<boolean>>;
  readonly over: AbortController;
}

export class NetworkQuestions {
  readonly #options: NetworkQuestionsOptions;
  /** Hosts that the user answered for, for the rest of the thread. */
  readonly #hosts = new Map<string, boolean>();
  /** By item. */
  readonly #commands = new Map<string, CommandHosts>();

  constructor(options: NetworkQuestionsOptions) {
    this.#options = options;
  }

  /** Resolves to whether the connection may be made. Fails closed. */
  async mayReach(target: NetworkTarget, from: ReachedFrom): Promise<boolean> {
    const host = hostName(target.host);
    const rule = (await this.#options.rules.rules(from.settings)).host(host);
    if (rule?.decision === 'forbidden') return false;
    if (rule?.decision === 'allow') return true;
    const known = this.#hosts.get(host);
    if (known !== undefined) return known;
    const command = this.#commands.get(from.item.id) ?? {
      answers: new Map<string, Promise<boolean>>(),
      over: new AbortController(),
    };
    this.#commands.set(from.item.id, command);
    const answer = command.answers.get(host) ?? this.#ask({ ...target, host }, from, command.over.signal);
    command.answers.set(host, answer);
    return answer;
  }

  /** What it reached for needs no answer any more, and what was answered for it alone is forgotten. */
  commandEnded(itemId: string): void {
    this.#commands.get(itemId)?.over.abort(MOOT);
    this.#commands.delete(itemId);
  }

  /** Nobody is asked for a turn that is over. */
  turnEnded(): void {
    for (const itemId of this.#commands.keys()) this.commandEnded(itemId);
  }

  async #ask(target: NetworkTarget, from: ReachedFrom, moot: AbortSignal): Promise<boolean> {
    if (!mayAsk(from.settings.approvalPolicy)) return false;
    const answer = await this.#take(await from.ask(this.#question(target, from), moot), target);
    if (answer.holds === 'thread') this.#hosts.set(target.host, answer.isAllowed);
    return answer.isAllowed;
  }

  #question(target: NetworkTarget, { item, turnId, nowMs }: ReachedFrom): CommandApprovalParams {
    const { host, protocol } = target;
    const allow = { host, action: 'allow' } as const;
    const deny = { host, action: 'deny' } as const;
    return {
      kind: 'command',
      threadId: this.#options.threadId,
      turnId,
      itemId: item.id,
      approvalId: this.#options.ids.next(),
      startedAtMs: nowMs,
      environmentId: 'local',
      reason: reasonOf(target),
      command: item.command,
      cwd: item.cwd,
      commandActions: item.commandActions,
      networkApprovalContext: { host, protocol },
      proposedNetworkPolicyAmendments: [allow, deny],
      availableDecisions: [
        'accept',
        'acceptForSession',
        { applyNetworkPolicyAmendment: { network_policy_amendment: allow } },
        { applyNetworkPolicyAmendment: { network_policy_amendment: deny } },
        'decline',
        'cancel',
      ],
      safety: { risk: 'medium', tripwire: null, isSandboxed: true, canRehearse: false },
    };
  }

  async #take(decision: CommandApprovalDecision | 'failed', target: NetworkTarget): Promise<Answer> {
    if (typeof decision === 'object' && 'applyNetworkPolicyAmendment' in decision) {
      return this.#amend(decision.applyNetworkPolicyAmendment.network_policy_amendment, target);
    }
    switch (decision) {
      case 'accept':
        return { isAllowed: true, holds: 'command' };
      case 'acceptForSession':
        return { isAllowed: true, holds: 'thread' };
      case 'cancel':
        this.#options.cancelTurn();
        return { isAllowed: false, holds: 'command' };
      default:
        // declined, failed, or an answer that is none to this question
        return { isAllowed: false, holds: 'command' };
    }
  }

  /** Once it is written the rule decides; until then, and where it cannot be written, the answer does. */
  async #amend(
    { host, action }: { readonly host: string; readonly action: 'allow' | 'deny' },
    target: NetworkTarget,
  ): Promise<Answer> {
    const isAllowed = action === 'allow';
    if (hostName(host) !== target.host) {
      this.#options.warn(
        `The answer was about ${host}, and the question about ${target.host}: the connection was refused.`,
      );
      return { isAllowed: false, holds: 'command' };
    }
    const consequence = `${target.host} is ${isAllowed ? 'allowed' : 'refused'} in this thread alone and was not remembered`;
    const fault = await whyNot(() => this.#options.rules.decideHost(target, action), consequence);
    if (fault !== null) this.#options.warn(fault);
    return { isAllowed, holds: fault === null ? 'command' : 'thread' };
  }
}

function mayAsk(policy: AskForApproval): boolean {
  return typeof policy === 'object' ? policy.granular.sandbox_approval : policy !== 'never';
}

function reasonOf({ host, port, protocol }: NetworkTarget): string {
  const where = port === PORTS[protocol] ? host : `${host}, port ${port}`;
  return `The command wants to connect to ${where} (${PROTOCOLS[protocol]}).`;
}
