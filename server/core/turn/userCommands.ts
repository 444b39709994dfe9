// The commands that the user runs while a turn does: they run beside it, and the model hears of them at its next response.
import type { UserCommand } from '../command/userCommand.ts';
import type { LiveThread } from '../thread/liveThread.ts';
import type { ModelItem } from './modelPort.ts';
import type { RunningTurn } from './runningTurn.ts';
import type { ToolContext } from './tool.ts';
import { messageOf } from '../../protocol/errors.ts';

export class UserCommands {
  readonly #thread: LiveThread;
  readonly #turn: RunningTurn;
  readonly #context: ToolContext;
  readonly #running = new Set<Promise<void>>();
  #told: ModelItem[] = [];

  constructor(thread: LiveThread, turn: RunningTurn, context: ToolContext) {
    this.#thread = thread;
    this.#turn = turn;
    this.#context = context;
    turn.whenCommanded((command) => this.#start(command));
  }

  /** Whether one runs, or has ended without the model being told. */
  get isEmpty(): boolean {
    return this.#running.size === 0 && this.#told.length === 0;
  }

  /** Resolves when none runs. */
  async ended(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  /** Tells the model of those that have ended; says whether there were any. */
  tell(): boolean {
    const told = this.#told;
    this.#told = [];
    if (told.length > 0) this.#thread.remember(this.#turn.id, told);
    return told.length > 0;
  }

  #start(command: UserCommand): void {
    const run = this.#run(command).finally(() => this.#running.delete(run));
    this.#running.add(run);
  }

  async #run(command: UserCommand): Promise<void> {
    try {
      const text = await this.#thread.tools.userCommand(command, this.#context);
      this.#told.push({ type: 'message', role: 'user', content: [{ type: 'input_text', text }] });
    } catch (error) {
      this.#thread.world.log.error('A command of the user failed.', { reason: messageOf(error) });
      const message = `The command could not be run: ${messageOf(error)}`;
      this.#thread.record({ method: 'warning', params: { threadId: this.#thread.id, message } });
    }
  }
}
