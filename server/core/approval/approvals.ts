// Asks the user within a turn: keeps the thread's "waiting" status, and turns the answer into a verdict.
import type { CommandApprovalDecision, FileChangeApprovalDecision } from '../../protocol/schema/approval.ts';
import type { CommandExecutionItem, FileChangeItem } from '../../protocol/schema/item.ts';
import type { Safety } from '../../protocol/schema/safety.ts';
import type { Approver, Clock } from '../ports.ts';
import type { Action, Ask, CommandQuestion, PatchQuestion, Verdict } from '../turn/tool.ts';
import type { Grants } from './grants.ts';

export interface ApprovalsOptions {
  readonly threadId: string;
  readonly approver: Approver;
  readonly grants: Grants;
  readonly clock: Clock;
  /** Records the thread's status: waiting for the user, or active again. */
  setWaiting(isWaiting: boolean): void;
  /** The user answered `cancel`: the turn ends. */
  cancelTurn(): void;
}

/** Where a question belongs. */
export interface AskedIn {
  readonly turnId: string;
  readonly signal: AbortSignal;
  startItem<T extends CommandExecutionItem | FileChangeItem>(item: T): T;
}

/** The open questions of one thread. */
export class Approvals {
  readonly #options: ApprovalsOptions;
  /** Commands whose refusal is known; their "waiting" ends when they are completed. */
  readonly #refused = new Set<string>();
  #waiting = 0;

  constructor(options: ApprovalsOptions) {
    this.#options = options;
  }

  get isWaiting(): boolean {
    return this.#waiting > 0;
  }

  async askCommand(
    item: CommandExecutionItem,
    { action, ask, rehearse }: CommandQuestion,
    asked: AskedIn,
  ): Promise<Verdict> {
    this.#enter();
    const started = asked.startItem(item);
    const decision = await this.#options.approver.askCommand(
      {
        kind: action.session === undefined ? 'command' : 'writeStdin',
        threadId: this.#options.threadId,
        turnId: asked.turnId,
        itemId: item.id,
        startedAtMs: started.startedAtMs ?? this.#options.clock.nowMs(),
        environmentId: 'local',
        reason: action.justification ?? ask.reason,
        command: item.command,
        cwd: item.cwd,
        commandActions: item.commandActions,
        availableDecisions: ['accept', 'acceptForSession', 'decline', 'cancel'],
        safety: safetyOf(ask, rehearse !== undefined),
      },
      { signal: asked.signal, ...(rehearse === undefined ? {} : { rehearse }) },
    );
    if (decision === 'acceptForSession') this.#options.grants.add(action, ask.isSandboxed ? 'sandbox' : 'outside');
    return this.#settle(item.id, decision, action);
  }

  async askFileChange(item: FileChangeItem, { ask, rehearse }: PatchQuestion, asked: AskedIn): Promise<Verdict> {
    this.#enter();
    const decision = await this.#options.approver.askFileChange(
      {
        threadId: this.#options.threadId,
        turnId: asked.turnId,
        itemId: item.id,
        startedAtMs: this.#options.clock.nowMs(),
        reason: ask.reason,
        grantRoot: null,
        safety: safetyOf(ask, rehearse !== undefined),
      },
      { signal: asked.signal, ...(rehearse === undefined ? {} : { rehearse }) },
    );
    const paths = item.changes.flatMap(({ path, kind }) =>
      kind.type === 'update' && kind.move_path !== null ? [path, kind.move_path] : [path],
    );
    const action = { kind: 'patch', paths } as const;
    if (decision === 'acceptForSession') this.#options.grants.add(action, 'outside');
    return this.#settle(item.id, decision, action);
  }

  /** Call when an item has been completed: a refused one stops counting as waiting only now, as the wire has it. */
  itemCompleted(itemId: string): void {
    if (this.#refused.delete(itemId)) this.#leave();
  }

  #settle(
    itemId: string,
    decision: CommandApprovalDecision | FileChangeApprovalDecision | 'failed',
    action: Action,
  ): Verdict {
    const verdict = verdictOf(decision);
    // The wire's order: a refused command is completed before the waiting ends, a refused patch after it.
    if (verdict === 'accepted' || action.kind === 'patch') this.#leave();
    else this.#refused.add(itemId);
    if (verdict === 'cancelled') this.#options.cancelTurn();
    return verdict;
  }

  #enter(): void {
    this.#waiting += 1;
    if (this.#waiting === 1) this.#options.setWaiting(true);
  }

  #leave(): void {
    this.#waiting -= 1;
    if (this.#waiting === 0) this.#options.setWaiting(false);
  }
}

function safetyOf({ risk, tripwire, isSandboxed }: Ask, canRehearse: boolean): Safety {
  return { risk, tripwire, isSandboxed, canRehearse };
}

function verdictOf(decision: CommandApprovalDecision | FileChangeApprovalDecision | 'failed'): Verdict {
  if (typeof decision === 'object' && 'acceptRehearsal' in decision)
    return { type: 'rehearsed', rehearsalId: decision.acceptRehearsal.rehearsal_id };
  switch (decision) {
    case 'decline':
      return 'declined';
    case 'cancel':
      return 'cancelled';
    case 'failed':
      return 'failed';
    default:
      // `accept`, `acceptForSession`, and amendments: rules do not exist yet, so an amendment holds for the session.
      return 'accepted';
  }
}
