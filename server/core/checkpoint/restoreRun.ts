// Carries a plan out: remembers how everything is, then does one action after the other, each only while the path is as it was seen.
import { messageOf } from '../../protocol/errors.ts';
import type { CheckpointRestoreResult } from '../../protocol/schema/checkpoint.ts';
import type { Assessed, CheckpointParts } from './checkpointParts.ts';
import type { RestoreRecord, StoredPath } from './manifest.ts';
import { CHANGED_SINCE, FOLDER_IN_USE, obstacleWords } from './obstacleWords.ts';
import { isUnkept, type StoredState } from './pathState.ts';
import { isSameStored, type PathPlan, type RestoreAction } from './planRestore.ts';
import { lookStored, StateKeeper } from './storedPaths.ts';

export type Applied = Omit<CheckpointRestoreResult, 'restoreId'>;

interface Note {
  readonly path: string;
  readonly reason: string;
}

export class RestoreRun {
  readonly #parts: CheckpointParts;
  readonly #assessed: Assessed;
  readonly #plans: ReadonlyMap<string, PathPlan>;
  readonly #conflicts: Note[] = [];
  readonly #notRestorable: Note[] = [];
  /** Paths of which nothing more is to be done. */
  readonly #given = new Set<string>();
  /** Paths at which the first of several actions was done. */
  readonly #begun = new Set<string>();

  constructor(parts: CheckpointParts, assessed: Assessed) {
    this.#parts = parts;
    this.#assessed = assessed;
    this.#plans = new Map(assessed.plan.paths.map((plan) => [plan.path, plan]));
  }

  /** Applies the plan so that it can be taken back. `started`: former attempts at the same, which did not come to their end. */
  async restore(of: {
    readonly threadId: string;
    readonly turnId: string;
    readonly started: readonly RestoreRecord[];
  }): Promise<CheckpointRestoreResult> {
    const { clock, ids, store } = this.#parts;
    const paths = [...this.#finished(of.started), ...(await this.#remembered())];
    if (paths.length === 0) return { restoreId: null, ...(await this.apply()) };
    const { threadId, turnId } = of;
    const id = ids.next();
    const record: RestoreRecord = { id, threadId, turnId, startedAtMs: clock.nowMs(), state: 'started', paths };
    await store.saveRestore(record);
    for (const former of of.started) await store.saveRestore({ ...former, state: 'undone' });
    const result = await this.apply();
    const failed = new Set([...result.conflicts, ...result.notRestorable].map(({ path }) => path));
    await store.saveRestore({ ...record, state: 'done', paths: paths.filter(({ path }) => !failed.has(path)) });
    return { restoreId: id, ...result };
  }

  async apply(): Promise<Applied> {
    const { paths, actions } = this.#assessed.plan;
    await this.#tidy();
    for (const action of actions) if (!this.#given.has(action.path)) await this.#attempt(action);
    for (const plan of paths) {
      if (plan.type === 'conflict') this.#conflicts.push({ path: plan.path, reason: CHANGED_SINCE });
      if (plan.type === 'notRestorable')
        this.#notRestorable.push({ path: plan.path, reason: obstacleWords(plan.obstacle) });
    }
    const restored = paths.filter(({ path, type }) => type === 'restore' && !this.#given.has(path));
    return {
      restored: restored.map(({ path }) => path),
      conflicts: sorted(this.#conflicts),
      notRestorable: sorted(this.#notRestorable),
      limitations: [...this.#assessed.limitations],
    };
  }

  /** How the paths are now, with their contents kept; one whose content cannot be kept is left alone. */
  async #remembered(): Promise<StoredPath[]> {
    const { access, log, store } = this.#parts;
    const keeper = new StateKeeper(store, log);
    const remembered: StoredPath[] = [];
    for (const { path, isIgnored } of this.#assessed.history) {
      const plan = this.#plans.get(path);
      if (plan?.type !== 'restore') continue;
      const before = await keeper.keep((await access.look(path)).state);
      const isKept = before?.kind !== 'file' || !isUnkept(before.content) || isUnkeptAnyway(plan.now);
      if (!isSameStored(before, plan.now)) this.#giveUp(this.#conflicts, path, CHANGED_SINCE);
      else if (!isKept) this.#giveUp(this.#notRestorable, path, obstacleWords('overBudget'));
      else remembered.push({ path, steps: [{ before, after: plan.target }], isIgnored, movedFrom: null });
    }
    return remembered;
  }

  /** What former attempts brought to its end. */
  #finished(started: readonly RestoreRecord[]): StoredPath[] {
    const found = new Map<string, StoredPath>();
    for (const { paths } of started) {
      for (const path of paths) {
        const plan = this.#plans.get(path.path);
        if (plan?.type === 'asBefore' && !found.has(path.path)) found.set(path.path, path);
      }
    }
    return [...found.values()];
  }

  async #tidy(): Promise<void> {
    const folders = new Map<string, string>();
    for (const { path, step } of this.#assessed.plan.actions)
      if (step.type === 'write' || step.type === 'link') folders.set(path.slice(0, path.lastIndexOf('/')), path);
    for (const path of folders.values()) await this.#parts.access.tidy(path);
  }

  async #attempt(action: RestoreAction): Promise<void> {
    const { path, step } = action;
    try {
      if (!(await this.#isAsSeen(action))) return this.#giveUp(this.#conflicts, path, CHANGED_SINCE);
      this.#begun.add(path);
      if (!(await this.#act(action))) return this.#giveUp(this.#conflicts, path, FOLDER_IN_USE);
    } catch (error) {
      this.#parts.log.warn('A path could not be restored.', { path, step: step.type, reason: messageOf(error) });
      this.#giveUp(this.#notRestorable, path, `It could not be restored: ${messageOf(error)}`);
    }
  }

  /** Says whether it was done; a folder that is not empty stays. */
  async #act({ path, step }: RestoreAction): Promise<boolean> {
    const { access, store } = this.#parts;
    switch (step.type) {
      case 'remove':
        await access.remove(path);
        return true;
      case 'removeFolder':
        return await access.removeFolder(path);
      case 'makeFolder':
        await access.makeFolder(path, step.mode);
        return true;
      case 'link':
        await access.link(path, step.target);
        return true;
      case 'chmod':
        await access.chmod(path, step.mode);
        return true;
      case 'write': {
        const bytes = await store.load(step.hash);
        if (bytes === null) throw new Error(obstacleWords('lost'));
        await access.write(path, bytes, step.mode);
        return true;
      }
    }
  }

  /** Only the first of several actions finds the path as it was seen. Folders change with what lies in them. */
  async #isAsSeen({ path }: RestoreAction): Promise<boolean> {
    const now = this.#plans.get(path)?.now ?? null;
    if (this.#begun.has(path) || now?.kind === 'folder') return true;
    return isSameStored(await lookStored(path, this.#parts.access, this.#parts.hash), now);
  }

  #giveUp(notes: Note[], path: string, reason: string): void {
    this.#given.add(path);
    notes.push({ path, reason });
  }
}

/** Only its permissions are restored. */
function isUnkeptAnyway(now: StoredState | null): boolean {
  return now?.kind === 'file' && isUnkept(now.content);
}

function sorted(notes: readonly Note[]): Note[] {
  return notes.toSorted((left, right) => (left.path < right.path ? -1 : 1));
}
