// The handle on a turn that runs: steer it, interrupt it, make it fail, wait for its end.
import type { UserCommand } from '../command/userCommand.ts';
import type { UserInput } from '../../protocol/schema/item.ts';

/** A message of the user that joins a running turn. */
export interface SteeredInput {
  readonly input: readonly UserInput[];
  readonly clientId: string | null;
}

/** What a turn is: messages join only a regular one. */
export type TurnKind = 'regular' | 'compact' | 'review';

/** Why a turn was stopped from outside. */
export type StopReason =
  | { readonly type: 'interrupted' }
  /** The process ends while the user is asked; another one goes on with the turn. */
  | { readonly type: 'suspended' }
  | { readonly type: 'failed'; readonly message: string };

/** The reason of the signal of a turn that is suspended: what waits for the user is to stay as it is. */
export const SUSPENDED = 'suspended';

export interface TurnOptions {
  readonly kind?: TurnKind;
  /** The id under which `turn/started` tells it; its own unless given. */
  readonly announcedId?: string;
}

export class RunningTurn {
  readonly id: string;
  readonly announcedId: string;
  readonly startedAtMs: number;
  readonly kind: TurnKind;
  /** Resolves when `turn/completed` has been recorded. */
  readonly ended: Promise<void>;
  readonly #abort = new AbortController();
  readonly #end = Promise.withResolvers<void>();
  readonly #suspended = Promise.withResolvers<void>();
  #steered: SteeredInput[] = [];
  readonly #commands: UserCommand[] = [];
  #onCommand: (command: UserCommand) => void = (command) => void this.#commands.push(command);
  #onSteer: (() => void) | null = null;
  #stop: StopReason | null = null;
  #isEnding = false;

  constructor(id: string, startedAtMs: number, options: TurnOptions = {}) {
    const { kind = 'regular', announcedId = id } = options;
    this.id = id;
    this.announcedId = announcedId;
    this.kind = kind;
    this.startedAtMs = startedAtMs;
    this.ended = this.#end.promise;
  }

  /** Aborted when the turn is interrupted or must fail. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  get stopped(): StopReason | null {
    return this.#stop;
  }

  /** Resolves when the turn is suspended. */
  get suspended(): Promise<void> {
    return this.#suspended.promise;
  }

  interrupt(): void {
    this.#stopFor({ type: 'interrupted' });
  }

  /** Stops what runs, and leaves what waits for the user as it is. */
  suspend(): void {
    this.#stopFor({ type: 'suspended' });
    if (this.#stop?.type === 'suspended') this.#suspended.resolve();
  }

  fail(message: string): void {
    this.#stopFor({ type: 'failed', message });
  }

  /** Whether a message may still join it; a turn that is being stopped would leave it unanswered. */
  get takesMessages(): boolean {
    return this.#stop === null && !this.#isEnding;
  }

  /** The turn has failed or was stopped: what joins it from now on would be lost. */
  refuseMessages(): void {
    this.#isEnding = true;
  }

  steer(input: SteeredInput): void {
    this.#steered.push(input);
    this.#onSteer?.();
  }

  /** A command that the user runs while the turn does. */
  command(command: UserCommand): void {
    this.#onCommand(command);
  }

  /** Sets who runs them. */
  whenCommanded(listener: (command: UserCommand) => void): void {
    this.#onCommand = listener;
    for (const command of this.#commands.splice(0)) listener(command);
  }

  get hasSteered(): boolean {
    return this.#steered.length > 0;
  }

  /** Takes the messages that joined since the last call. */
  takeSteered(): readonly SteeredInput[] {
    const steered = this.#steered;
    this.#steered = [];
    return steered;
  }

  /** Sets who is told at once of a steering message; null for nobody. */
  whenSteered(listener: (() => void) | null): void {
    this.#onSteer = listener;
  }

  finish(): void {
    this.#end.resolve();
  }

  #stopFor(reason: StopReason): void {
    if (this.#stop !== null) return;
    this.#stop = reason;
    this.#abort.abort(reason.type === 'suspended' ? SUSPENDED : undefined);
  }
}
