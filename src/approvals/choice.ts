// What a question of the server can be answered with, in the words of its buttons.
import type { ServerRequestMethod, ServerRequestResult } from '../../server/protocol/methods.ts';
import type { Risk, TripwireName } from '../../server/protocol/schema/safety.ts';

export type Answer = ServerRequestResult<ServerRequestMethod>;

/**
 * What a choice means: `once` lets it happen, `lasting` also the same again in this thread, `remember` what a rule covers from now on, `apply`
 * puts a rehearsed result in place. `decline` refuses, `never` from now on, `cancel` with the turn.
 */
export type ChoiceKind = 'once' | 'lasting' | 'remember' | 'apply' | 'decline' | 'never' | 'cancel';

/** One choice: what its button says, and what the server is told. */
export interface ApprovalChoice {
  readonly kind: ChoiceKind;
  readonly label: string;
  readonly answer: Answer;
}

export interface ApprovalWording {
  /** The question, in one line. */
  readonly question: string;
  /** Why, what exactly, where, and what accepting means; several lines. */
  readonly detail: string;
  /** All of what exactly, in one line; null when it is too long for one, so that nobody allows what they have not seen. */
  readonly brief: string | null;
  /** What exactly in a line that may be cut, for a list. */
  readonly summary: string;
  /** The folder it is about; null when what exactly tells it. */
  readonly where: string | null;
  readonly risk: Risk;
  /** The tripwire that asks; null when the policy does. */
  readonly tripwire: TripwireName | null;
  /** It can be tried in a scratch copy before it is decided. */
  readonly canRehearse: boolean;
  /** Choices that let it happen, most wanted first; may be empty. */
  readonly accepts: readonly ApprovalChoice[];
  /** Refuses and lets the turn go on; also what Escape means. */
  readonly decline: ApprovalChoice;
  /** Further ways to refuse: from now on, or with the turn. */
  readonly refusals: readonly ApprovalChoice[];
}

/** All choices, in the order in which they are offered. */
export function choicesOf({ accepts, decline, refusals }: ApprovalWording): ApprovalChoice[] {
  return [...accepts, decline, ...refusals];
}

/** The choice that means this; undefined where it is not offered. */
export function choiceOf(wording: ApprovalWording, kind: ChoiceKind): ApprovalChoice | undefined {
  return choicesOf(wording).find((choice) => choice.kind === kind);
}

/** Whether it must be read in full before it is allowed: a list shows too little of it. */
export function mustBeRead({ risk, tripwire, brief }: ApprovalWording): boolean {
  return risk === 'high' || tripwire !== null || brief === null;
}

/** Whether it may be accepted together with others of its kind: nothing of weight hangs on it. */
export function isHarmless(wording: ApprovalWording): boolean {
  return wording.risk === 'low' && !mustBeRead(wording) && choiceOf(wording, 'once') !== undefined;
}
