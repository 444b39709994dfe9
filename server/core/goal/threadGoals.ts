// The goal of one thread: kept in its row, charged by its turns, told to the clients.
import type { ServerNotification } from '../../protocol/methods.ts';
import type { ThreadGoal } from '../../protocol/schema/goal.ts';
import type { TokenUsage } from '../../protocol/schema/turn.ts';
import type { Clock, RecordEvent } from '../ports.ts';
import {
  changedGoal,
  chargedGoal,
  goalAfterTurn,
  shownGoal,
  type Goal,
  type GoalChange,
  type GoalTurn,
} from './goal.ts';

export interface ThreadGoalsOptions {
  readonly threadId: string;
  readonly clock: Clock;
  readonly record: RecordEvent;
  current(): Goal | null;
  keep(goal: Goal | null): void;
}

export class ThreadGoals {
  readonly #options: ThreadGoalsOptions;
  /** Since when time counts; null between turns. */
  #countingSinceMs: number | null = null;
  #isPursuit = false;

  constructor(options: ThreadGoalsOptions) {
    this.#options = options;
  }

  get goal(): Goal | null {
    return this.#options.current();
  }

  get shown(): ThreadGoal | null {
    const { goal } = this;
    return goal === null ? null : shownGoal(this.#options.threadId, goal);
  }

  /** The change must have no problem. Who makes it tells of it. */
  change(change: GoalChange): ThreadGoal {
    this.#count();
    const goal = changedGoal(this.goal, change, this.#options.clock.nowMs());
    this.#options.keep(goal);
    return shownGoal(this.#options.threadId, goal);
  }

  /** Whether there was one. */
  clear(): boolean {
    const had = this.goal !== null;
    if (had) this.#options.keep(null);
    return had;
  }

  /** `isPursuit`: it was begun to pursue the goal. */
  turnStarted(isPursuit: boolean): void {
    this.#countingSinceMs = this.#options.clock.nowMs();
    this.#isPursuit = isPursuit;
  }

  charge(turnId: string, usage: TokenUsage): void {
    const { goal } = this;
    if (goal === null) return;
    const charged = chargedGoal(goal, usage, this.#options.clock.nowMs());
    if (charged === goal) return;
    this.#options.keep(charged);
    if (charged.status !== goal.status) this.tell(turnId);
  }

  turnEnded(turnId: string, turn: GoalTurn): void {
    const { goal } = this;
    this.#count();
    this.#countingSinceMs = null;
    if (goal?.status !== 'active') return;
    const counted = this.goal ?? goal;
    this.#options.keep(goalAfterTurn(counted, { ...turn, isPursuit: this.#isPursuit }, this.#options.clock.nowMs()));
    if (turn.end !== 'interrupted') this.tell(turnId);
  }

  tell(turnId: string | null): void {
    this.#options.record(this.event(turnId));
  }

  /** What tells a client how the goal stands. */
  event(turnId: string | null): ServerNotification {
    const { threadId } = this.#options;
    const goal = this.shown;
    if (goal === null) return { method: 'thread/goal/cleared', params: { threadId } };
    return { method: 'thread/goal/updated', params: { threadId, turnId, goal } };
  }

  /** Adds the time since it was last counted. */
  #count(): void {
    const { goal } = this;
    if (this.#countingSinceMs === null) return;
    const nowMs = this.#options.clock.nowMs();
    if (goal?.status === 'active')
      this.#options.keep({ ...goal, timeUsedMs: goal.timeUsedMs + (nowMs - this.#countingSinceMs) });
    this.#countingSinceMs = nowMs;
  }
}
