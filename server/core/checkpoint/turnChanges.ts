// What a turn changed in the workspace: for each file how it was before the first change and is after the last.
import { sameBytes } from '../patch/fileText.ts';
import { comparePaths } from '../patch/paths.ts';
import type { WorkspaceChange } from '../ports.ts';
import type { FileEffect } from '../turn/tool.ts';

/** `null`: there is no file. `unknown`: it was too large to be kept. */
export type FileContent = Uint8Array | null | 'unknown';

export interface ChangedFile {
  /** Absolute. */
  readonly path: string;
  readonly before: FileContent;
  readonly after: FileContent;
  /** Absolute path of the file that was moved here, which is then gone from there. */
  readonly movedFrom: string | null;
}

/** Collects what patches and commands do to files. Give the changes in the order in which they happened. */
export class TurnChanges {
  readonly #files = new Map<string, ChangedFile>();

  /** A patch was applied. */
  addEffects(effects: readonly FileEffect[]): void {
    for (const effect of effects) {
      this.#merge(effect);
      if (effect.movedFrom !== undefined) this.#move(effect.movedFrom, effect.path);
    }
  }

  /** Something changed the workspace; changes that `addEffects` told already may be among them. */
  addWorkspaceChanges(changes: readonly WorkspaceChange[]): void {
    for (const change of changes) this.#merge(change);
  }

  /** Files that are not as they were, sorted by path. A file that was put back is not among them. */
  files(): readonly ChangedFile[] {
    return [...this.#files.values()]
      .filter((file) => !isUnchanged(file))
      .toSorted((left, right) => comparePaths(left.path, right.path));
  }

  #merge(change: WorkspaceChange): void {
    const { path, before, after } = change;
    const earlier = this.#files.get(path);
    this.#files.set(path, {
      path,
      before: earlier ? earlier.before : before,
      after,
      movedFrom: earlier?.movedFrom ?? null,
    });
  }

  #move(from: string, to: string): void {
    const file = this.#files.get(to);
    // A file that was moved twice comes from where it was at first.
    const origin = this.#files.get(from)?.movedFrom ?? from;
    if (file !== undefined && origin !== to) this.#files.set(to, { ...file, movedFrom: origin });
  }
}

function isUnchanged(file: ChangedFile): boolean {
  if (file.before === 'unknown' || file.after === 'unknown') return false;
  return sameBytes(file.before, file.after);
}
