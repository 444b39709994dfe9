// Follows what a turn changes in the workspace, by patches and by commands: tells it to the clients as one diff, and has it kept.
import { messageOf } from '../../protocol/errors.ts';
import { earlierChanges } from '../checkpoint/earlierChanges.ts';
import { TurnChanges } from '../checkpoint/turnChanges.ts';
import { TurnRecorder } from '../checkpoint/turnRecorder.ts';
import { TurnDiff } from '../patch/turnDiff.ts';
import type { LiveThread } from '../thread/liveThread.ts';
import type { RunningTurn } from './runningTurn.ts';
import type { FileEffect, ToolContext } from './tool.ts';
import { watchedRoots, WatchedWorkspace } from './watchedWorkspace.ts';

const IN_BACKGROUND =
  'A command of this turn went on in the background: what it changed after the turn, or while the agent did not wait for it, may not all be known.';

/** Models take longer to write a command; an answer that takes less has the processor for itself. */
const READ_AHEAD_AFTER_MS = 250;

export class DiffTracker {
  readonly #thread: LiveThread;
  readonly #turn: RunningTurn;
  readonly #changes = new TurnChanges();
  /** As they were when the turn began. */
  readonly #roots: readonly string[];
  readonly #root: Promise<string>;
  readonly #recorder: TurnRecorder | null;
  #diff: TurnDiff | null = null;
  #told = '';
  #workspace: Promise<WatchedWorkspace> | null = null;
  #stopPreparing: (() => void) | null = null;
  #commandsUnderWay = 0;
  /** A command has ended since the workspace was looked at last. */
  #isUnseen = false;
  /** Looks and tellings go one after the other: each look sees what the one before it left. */
  #tail: Promise<void> = Promise.resolve();

  constructor(thread: LiveThread, turn: RunningTurn) {
    this.#thread = thread;
    this.#turn = turn;
    const { settings, world } = thread;
    this.#roots = watchedRoots(settings);
    this.#root = world.git.root(settings.cwd).then(
      (root) => root ?? settings.cwd,
      () => settings.cwd,
    );
    const kept = thread.isEphemeral ? null : world.checkpoints.recorder();
    this.#recorder = kept === null ? null : new TurnRecorder(kept, { threadId: thread.id, turnId: turn.id });
  }

  /** The model is answering: while it does, the workspace is read ahead, so that the first command need not wait for that. */
  prepare(): void {
    const { clock, watch } = this.#thread.world;
    this.#stopPreparing ??= clock.after(READ_AHEAD_AFTER_MS, () => {
      for (const root of this.#roots) void watch.warm(root);
    });
  }

  /** The context with the workspace remembered anew between the user's consent and the command: what changed meanwhile is not the agent's. */
  watching(context: ToolContext): ToolContext {
    return {
      ...context,
      askCommand: async (item, question) => {
        const verdict = await context.askCommand(item, question);
        if (verdict === 'accepted' || typeof verdict === 'object') await this.#lookBefore();
        return verdict;
      },
    };
  }

  /** What the turn changed in the process that began it, so that the diff goes on and does not begin anew. */
  async recall(diff: string | null): Promise<void> {
    try {
      const known = (await this.#recorder?.recall()) ?? null;
      if (known !== null) this.#changes.recall(known);
      else if (diff !== null)
        this.#changes.addWorkspaceChanges(await earlierChanges(diff, await this.#root, this.#thread.world.files));
      this.#told = diff ?? '';
    } catch (error) {
      this.#thread.world.log.warn('What the turn had changed could not be read.', { reason: messageOf(error) });
    }
  }

  /** Runs what may change files in ways of its own. */
  async whileWatched<T>(task: () => Promise<T>): Promise<T> {
    this.#commandsUnderWay += 1;
    try {
      await this.#lookBefore();
      return await task();
    } finally {
      this.#commandsUnderWay -= 1;
      this.#isUnseen = true;
      // without delay: what the user writes from now on is not the agent's
      void this.update();
    }
  }

  patched(effects: readonly FileEffect[], madeFolders: readonly string[] = []): void {
    this.#changes.addEffects(effects, madeFolders);
    void this.#next(() => this.#tell());
  }

  /** Looks for what commands changed, and tells it. Never rejects. */
  update(): Promise<void> {
    return this.#next(async () => {
      if (!this.#isUnseen) return;
      await this.#look({ isAgents: true });
      await this.#tell();
    });
  }

  /** The turn is over: waits until what it changed is kept, and lets go of the workspace as it was. */
  async end(): Promise<void> {
    this.#stopPreparing?.();
    this.#stopPreparing = null;
    this.#workspace = null;
    await this.#recorder?.end(this.#hasBackground ? [IN_BACKGROUND] : []);
    if (this.#recorder !== null) this.#thread.world.checkpoints.tidyUp();
  }

  async suspend(): Promise<void> {
    this.#stopPreparing?.();
    await this.#recorder?.suspend();
  }

  /** A command of the turn is left to go on. */
  get #hasBackground(): boolean {
    const { state, tools } = this.#thread;
    const items = state.turns.find(({ id }) => id === this.#turn.id)?.items ?? [];
    return tools.terminals.list().some(({ itemId }) => items.some(({ id }) => id === itemId));
  }

  #next(task: () => Promise<void>): Promise<void> {
    this.#tail = this.#tail.then(task).catch((error: unknown) => {
      this.#thread.world.log.warn('What changed could not be told.', { reason: messageOf(error) });
    });
    return this.#tail;
  }

  /** What was changed until now is the agent's only where other commands have run. */
  #lookBefore(): Promise<void> {
    return this.#next(() => this.#look({ isAgents: this.#isUnseen || this.#commandsUnderWay > 1 }));
  }

  /** Compares the workspace with what is remembered and remembers it as it is. Changes that are not the agent's are let go. */
  async #look({ isAgents }: { isAgents: boolean }): Promise<void> {
    const isFirst = this.#workspace === null;
    this.#isUnseen = false;
    this.#workspace ??= this.#remember();
    const workspace = await this.#workspace;
    if (isFirst) return;
    const changes = await workspace.changes();
    if (isAgents) this.#changes.addWorkspaceChanges(changes);
  }

  async #remember(): Promise<WatchedWorkspace> {
    this.#stopPreparing?.();
    const { watch, log } = this.#thread.world;
    const workspace = await WatchedWorkspace.remember(this.#roots, { watch, log, signal: this.#turn.signal });
    this.#recorder?.begin(workspace.limitations);
    return workspace;
  }

  async #tell(): Promise<void> {
    const files = this.#changes.files();
    this.#recorder?.changed(this.#changes.touched());
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
