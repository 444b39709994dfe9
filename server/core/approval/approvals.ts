// Asks the user within a turn: keeps the thread's "waiting" status, and turns the answer into a verdict.
import type {
  CommandApprovalDecision,
  CommandApprovalParams,
  FileChangeApprovalDecision,
  FileChangeApprovalParams,
} from '../../protocol/schema/approval.ts';
import type { CommandExecutionItem, FileChangeItem } from '../../protocol/schema/item.ts';
import type { Safety } from '../../protocol/schema/safety.ts';
import type { ToolRequestUserInputResult, UserQuestion } from '../../protocol/schema/userInput.ts';
import { withJoinedSignal } from '../joinedSignal.ts';
import type { Approver, Clock, Ids, NetworkTarget } from '../ports.ts';
import type { Settings } from '../settings.ts';
import type { KeptQuestion, TurnConditions } from '../thread/keptQuestion.ts';
import type { Action, Ask, CommandQuestion, PatchQuestion, Verdict } from '../turn/tool.ts';
import type { Grants } from './grants.ts';
import { NetworkQuestions } from './networkQuestions.ts';
import { OpenQuestions, type Matter, type OpenQuestionsOptions } from './openQuestions.ts';
import { ReadGrants, readQuestionParams, type ReadQuestion } from './readQuestion.ts';
import { rememberCommand } from './remember.ts';
import type { RuleBook } from './ruleBook.ts';
import { flagOf, WAITING_FLAGS, type WaitingFlag } from './waiting.ts';

export interface ApprovalsOptions extends OpenQuestionsOptions {
  readonly approver: Approver;
  readonly grants: Grants;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly rules: RuleBook;
  /** Says to the user what an answer could not do. */
  warn(message: string): void;
  /** Records the thread's status: what it waits for, nothing when it is active again. */
  setWaiting(flags: readonly WaitingFlag[]): void;
  /** The user answered `cancel`: the turn ends. */
  cancelTurn(): void;
}

const COMMAND = 'item/commandExecution/requestApproval';
const FILE_CHANGE = 'item/fileChange/requestApproval';
const USER_INPUT = 'item/tool/requestUserInput';
const PERMISSIONS = 'item/permissions/requestApproval';

/** Where a question belongs. */
export interface AskedIn {
  readonly turnId: string;
  readonly signal: AbortSignal;
  /** What another process needs to go on with the turn. */
  readonly conditions: TurnConditions;
  startItem<T extends CommandExecutionItem | FileChangeItem>(item: T): T;
}

/** The open questions of one thread. */
export class Approvals {
  readonly #options: ApprovalsOptions;
  /** Commands whose refusal is known; their "waiting" ends when they are completed. */
  readonly #refused = new Set<string>();
  readonly #open: OpenQuestions;
  readonly #network: NetworkQuestions;
  readonly #reads: ReadGrants;
  readonly #waiting: Record<WaitingFlag, number> = { waitingOnApproval: 0, waitingOnUserInput: 0 };

  constructor(options: ApprovalsOptions) {
    this.#options = options;
    this.#open = new OpenQuestions(options);
    this.#network = new NetworkQuestions(options);
    this.#reads = new ReadGrants(options.grants);
  }

  get isWaiting(): boolean {
    return this.#flags.length > 0;
  }

  /** Whether something waits for an answer that another process may take when this one ends. */
  get outlive(): boolean {
    return this.#open.outlives;
  }

  /** Whether the tool call waits for such an answer. */
  isKept(itemId: string): boolean {
    return this.#open.isKept(itemId);
  }

  /** Goes on with what another process asked; the thread's status says already that it waits. */
  takeUp(questions: readonly KeptQuestion[]): void {
    this.#open.takeUp(questions);
    for (const { method } of questions) this.#waiting[flagOf(method)] += 1;
  }

  /** A tool call that another process began has ended; what it asked there and not here needs no answer any more. */
  callEnded(itemId: string): void {
    for (const { method } of this.#open.withdraw(itemId)) this.#leave(flagOf(method));
  }

  async askCommand(item: CommandExecutionItem, question: CommandQuestion, asked: AskedIn): Promise<Verdict> {
    const { action, ask, rehearse } = question;
    this.#enter(item.id, { method: COMMAND, params: { command: item.command } });
    const started = asked.startItem(item);
    const params: CommandApprovalParams = {
      kind: action.session === undefined ? 'command' : 'writeStdin',
      threadId: this.#options.threadId,
      turnId: asked.turnId,
      itemId: item.id,
      startedAtMs: started.startedAtMs ?? this.#options.clock.nowMs(),
      environmentId: 'local',
      reason: reasonFor(question),
      command: item.command,
      cwd: item.cwd,
      commandActions: item.commandActions,
      proposedExecpolicyAmendment: ask.amendment === null ? null : [...ask.amendment],
      availableDecisions: decisionsFor(ask),
      safety: safetyOf(ask, rehearse !== undefined),
    };
    const decision = await this.#open.put({
      turnId: asked.turnId,
      itemId: item.id,
      request: { method: COMMAND, params },
      ask,
      // what is typed into a command that runs dies with it
      conditions: action.session === undefined ? asked.conditions : null,
      signal: asked.signal,
      ...(rehearse === undefined ? {} : { rehearse }),
      put: (asking) => this.#options.approver.askCommand(params, asking),
    });
    if (typeof decision === 'object' && 'acceptWithExecpolicyAmendment' in decision) {
      const pattern = decision.acceptWithExecpolicyAmendment.execpolicy_amendment;
      const fault = await rememberCommand(pattern, question, this.#options.rules);
      if (fault !== null) this.#options.warn(fault);
    }
    if (decision === 'acceptForSession') this.#options.grants.add(action, ask.isSandboxed ? 'sandbox' : 'outside');
    return this.#settle(item.id, decision, action);
  }

  async askFileChange(item: FileChangeItem, { ask, rehearse }: PatchQuestion, asked: AskedIn): Promise<Verdict> {
    this.#enter(item.id, { method: FILE_CHANGE, params: {} });
    const params: FileChangeApprovalParams = {
      threadId: this.#options.threadId,
      turnId: asked.turnId,
      itemId: item.id,
      startedAtMs: this.#options.clock.nowMs(),
      reason: ask.reason,
      grantRoot: null,
      safety: safetyOf(ask, rehearse !== undefined),
    };
    const decision = await this.#open.put({
      turnId: asked.turnId,
      itemId: item.id,
      request: { method: FILE_CHANGE, params },
      ask,
      conditions: asked.conditions,
      signal: asked.signal,
      ...(rehearse === undefined ? {} : { rehearse }),
      put: (asking) => this.#options.approver.askFileChange(params, asking),
    });
    const paths = item.changes.flatMap(({ path, kind }) =>
      kind.type === 'update' && kind.move_path !== null ? [path, kind.move_path] : [path],
    );
    const action = { kind: 'patch', paths } as const;
    if (decision === 'acceptForSession') this.#options.grants.add(action, 'outside');
    return this.#settle(item.id, decision, action);
  }

  /** `isCall`: a tool call asks, which another process can run again; a message of the user cannot be sent anew. */
  async askRead(question: ReadQuestion, asked: AskedIn & { readonly isCall: boolean }): Promise<Verdict> {
    if (this.#reads.cover(question)) return 'accepted';
    const { itemId, ask } = question;
    const { turnId, signal } = asked;
    const startedAtMs = this.#options.clock.nowMs();
    const params = readQuestionParams(question, { threadId: this.#options.threadId, turnId, startedAtMs });
    this.#enter(itemId, { method: PERMISSIONS, params });
    const answer = await this.#open.put({
      turnId,
      itemId,
      request: { method: PERMISSIONS, params },
      ask,
      conditions: asked.isCall ? asked.conditions : null,
      signal,
      put: (asking) => this.#options.approver.askPermissions(params, asking),
    });
    this.#leave();
    return this.#reads.take(question, answer);
  }

  /** What the user says to the questions of a tool call. */
  async askUser(
    itemId: string,
    questions: readonly UserQuestion[],
    asked: AskedIn,
  ): Promise<ToolRequestUserInputResult | 'failed'> {
    const { turnId, conditions, signal } = asked;
    const params = {
      threadId: this.#options.threadId,
      turnId,
      itemId,
      questions: [...questions],
      isBlocking: true,
      autoResolutionMs: null,
      startedAtMs: this.#options.clock.nowMs(),
    };
    if (!this.#open.isTakenUp(itemId, { method: USER_INPUT, params: {} })) this.#wait('waitingOnUserInput');
    const answer = await this.#open.put({
      turnId,
      itemId,
      request: { method: USER_INPUT, params },
      ask: null,
      conditions,
      signal,
      put: (asking) => this.#options.approver.askUser(params, asking),
    });
    // a question that ends with its turn leaves an idle thread
    if (signal.aborted) this.#waiting.waitingOnUserInput -= 1;
    else this.#leave('waitingOnUserInput');
    return answer;
  }

  /** Whether a running command may reach a host. */
  mayReach(
    item: CommandExecutionItem,
    target: NetworkTarget,
    asked: AskedIn & { settings: Settings },
  ): Promise<boolean> {
    const { turnId, settings, signal } = asked;
    return this.#network.mayReach(target, {
      item,
      turnId,
      settings,
      nowMs: this.#options.clock.nowMs(),
      ask: async (params, moot) => {
        this.#wait();
        const id = this.#options.store.newRequestId();
        const answer = await withJoinedSignal([signal, moot], (either) =>
          this.#options.approver.askCommand(params, { id, signal: either }),
        );
        this.#leave();
        return answer;
      },
    });
  }

  /** Call before a turn ends: what its commands still reach for in the background is refused. */
  turnEnded(): void {
    this.#network.turnEnded();
    this.#reads.turnEnded();
  }

  /** Call when an item has been completed: a refused one stops counting as waiting only now, as the wire has it. */
  itemCompleted(itemId: string): void {
    this.#network.commandEnded(itemId);
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

  #enter(itemId: string, matter: Matter): void {
    // counted when it was taken up
    if (!this.#open.isTakenUp(itemId, matter)) this.#wait();
  }

  get #flags(): WaitingFlag[] {
    return WAITING_FLAGS.filter((flag) => this.#waiting[flag] > 0);
  }

  #wait(flag: WaitingFlag = 'waitingOnApproval'): void {
    this.#waiting[flag] += 1;
    if (this.#waiting[flag] === 1) this.#options.setWaiting(this.#flags);
  }

  #leave(flag: WaitingFlag = 'waitingOnApproval'): void {
    this.#waiting[flag] -= 1;
    if (this.#waiting[flag] === 0) this.#options.setWaiting(this.#flags);
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
    case 'accept':
    case 'acceptForSession':
      return 'accepted';
    default:
      // what is said about a host is no consent to a command
      return 'acceptWithExecpolicyAmendment' in decision ? 'accepted' : 'failed';
  }
}

/** Our own reason first, and the model's on a line of its own that it cannot leave: its words must not pass for ours. */
function reasonFor({ action: { justification }, ask }: CommandQuestion): string {
  if (justification === null) return ask.reason;
  return `${ask.reason}\nThe agent says: ${justification.replaceAll(/\s+/g, ' ').trim()}`;
}

/** The most wanted first. What a tripwire asks about is asked each time. */
function decisionsFor({ tripwire, amendment }: Ask): CommandApprovalDecision[] {
  if (tripwire !== null) return ['accept', 'decline', 'cancel'];
  const remember =
    amendment === null ? [] : [{ acceptWithExecpolicyAmendment: { execpolicy_amendment: [...amendment] } }];
  return ['accept', 'acceptForSession', ...remember, 'decline', 'cancel'];
}
