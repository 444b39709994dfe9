// Follows what a turn changes in the workspace, by patches and by commands, and tells the clients as one diff.
import { messageOf } from '../../protocol/errors.ts';
import { earlierChanges } from '../checkpoint/earlierChanges.ts';
import { TurnChanges } from '../checkpoint/turnChanges.ts';
import { TurnDiff } from '../patch/turnDiff.ts';
import type { WorkspaceBaseline } from '../ports.ts';
import type { LiveThread } from '../thread/liveThread.ts';
import type { RunningTurn } from './runningTurn.ts';
import type { FileEffect, ToolContext } from './tool.ts';

export class DiffTracker {
  readonly #thread: LiveThread;
  readonly #turn: RunningTurn;
  readonly #changes = new TurnChanges();
  /** As it was when the turn began. */
  readonly #cwd: string;
  readonly #root: Promise<string>;
  #diff: TurnDiff | null = null;
  #told = '';
  #baseline: Promise<WorkspaceBaseline | null> | null = null;
  #commandsUnderWay = 0;
  #telling: Promise<void> = Promise.resolve();

  constructor(thread: LiveThread, turn: RunningTurn) {
    this.#thread = thread;
    this.#turn = turn;
    const { cwd } = thread.settings;
    this.#cwd = cwd;
    this.#root = thread.world.git.root(cwd).then(
      (root) => root ?? cwd,
      () => cwd,
    );
  }

  /** The context with the workspace remembered anew between the user's consent and the command: what changed meanwhile is not the agent's. */
  watching(context: ToolContext): ToolContext {
    return {
      ...context,
      askCommand: async (item, question) => {
        const verdict = await context.askCommand(item, question);
        if (verdict === 'accepted' || typeof verdict === 'object')
          await this.#look({ isAgents: this.#commandsUnderWay > 1 });
        return verdict;
      },
    };
  }

  /** What the turn changed in the process that began it, so that the diff goes on and does not begin anew. */
  async recall(diff: string): Promise<void> {
    try {
      this.#changes.addWorkspaceChanges(await earlierChanges(diff, await this.#root, this.#thread.world.files));
      this.#told = diff;
    } catch (error) {
      this.#thread.world.log.warn('What the turn had changed could not be read.', { reason: messageOf(error) });
    }
  }

  /** Call before a tool runs that may change files in ways of its own, and `after` when it is done. */
  async before(): Promise<void> {
    this.#commandsUnderWay += 1;
    await this.#look({ isAgents: this.#commandsUnderWay > 1 });
  }

  after(): void {
    this.#commandsUnderWay -= 1;
  }

  patched(effects: readonly FileEffect[]): void {
    this.#changes.addEffects(effects);
    this.#telling = this.#telling.then(() => this.#tell());
  }

  /** Looks for what commands changed, and tells it. */
  async update(): Promise<void> {
    await this.#telling;
    await this.#look({ isAgents: true });
    await this.#tell();
  }

  /** Compares the workspace with what is remembered and remembers it as it is. Changes that are not the agent's are let go. */
  async #look({ isAgents }: { isAgents: boolean }): Promise<void> {
    const isFirst = this.#baseline === null;
    if (isFirst && isAgents && this.#commandsUnderWay === 0) return;
    this.#baseline ??= this.#remember();
    const baseline = await this.#baseline;
    if (isFirst || baseline === null) return;
    try {
      const changes = await baseline.changes(AbortSignal.any([]));
      if (isAgents) this.#changes.addWorkspaceChanges(changes);
    } catch (error) {
      this.#thread.world.log.warn('The workspace could not be compared.', { reason: messageOf(error) });
    }
  }

  async #remember(): Promise<WorkspaceBaseline | null> {
    try {
      return await this.#thread.world.watch.baseline(this.#cwd, this.#turn.signal);
    } catch (error) {
      if (!this.#turn.signal.aborted)
        this.#thread.world.log.warn('The workspace cannot be watched; the diff covers patches only.', {
          reason: messageOf(error),
        });
      return null;
    }
  }

  async #tell(): Promise<void> {
    const files = this.#changes.files();
    if (files.length === 0 && this.#told === '') return;
    this.#diff ??= new TurnDiff(await this.#root, this.#thread.world.sha1);
    const diff = this.#diff.render(files);
    if (diff === this.#told) return;
    this.#told = diff;
    this.#thread.record({
      method: 'turn/diff/updated',
      params: { threadId: this.#thread.id, turnId: this.#turn.id, diff },
    });
  }
}
