// What a turn changed in the workspace: for each path how it was before the first change and is after the last.
import { sameBytes } from '../patch/fileText.ts';
import { comparePaths } from '../patch/paths.ts';
import type { WorkspaceChange } from '../ports.ts';
import type { FileEffect } from '../turn/tool.ts';
import { isUnkept, sameContent, sameState, type PathState, type Step } from './pathState.ts';

/** `null`: there is no file. `unknown`: its bytes were not kept. */
export type FileContent = Uint8Array | null | 'unknown';

/** A file or a link as a diff shows it. */
export interface ChangedFile {
  /** Absolute. */
  readonly path: string;
  readonly before: FileContent;
  readonly after: FileContent;
  /** Absolute path of the file that was moved here, which is then gone from there. */
  readonly movedFrom: string | null;
  /** Where they are known. */
  readonly modes?: { readonly before: GitMode | null; readonly after: GitMode | null };
}

/** Permission bits of a file, or that it is a link. */
export type GitMode = number | 'link';

/** All that happened to one path. */
export interface TouchedPath {
  /** Absolute. */
  readonly path: string;
  /** Where the bytes really are, when a link leads there. */
  readonly realPath: string | null;
  /** One, unless somebody else changed the path between two changes of the turn. */
  readonly steps: readonly Step[];
  readonly isIgnored: boolean;
  readonly movedFrom: string | null;
}

type Touch = Step & { readonly path: string; readonly isIgnored?: boolean; readonly realPath?: string };

/** More ignored files than these are what a build makes, and are not shown. */
const MOST_IGNORED_SHOWN = 50;

const isSame = (left: PathState | null, right: PathState | null): boolean => sameState(left, right, sameBytes);

/** Collects what patches and commands do to files. Give the changes in the order in which they happened. */
export class TurnChanges {
  readonly #paths = new Map<string, TouchedPath>();

  /** A patch was applied. */
  addEffects(effects: readonly FileEffect[], madeFolders: readonly string[] = []): void {
    for (const path of madeFolders)
      this.#merge({ path, realPath: path, before: null, after: { kind: 'folder', mode: null } });
    for (const { path, realPath, before, after, modes, movedFrom } of effects) {
      const step = { before: fileState(before, modes?.before), after: fileState(after, modes?.after) };
      this.#merge({ path, ...step, ...(realPath === undefined ? {} : { realPath }) });
      if (movedFrom !== undefined) this.#move(movedFrom, path);
    }
  }

  /** Something changed the workspace; changes that `addEffects` told already may be among them. */
  addWorkspaceChanges(changes: readonly WorkspaceChange[]): void {
    for (const change of changes) {
      const isNew = !this.#paths.has(change.path);
      this.#merge(change);
      if (change.movedFrom !== undefined && isNew) this.#move(change.movedFrom, change.path);
    }
  }

  /** What the turn had done before its process ended. */
  recall(paths: readonly TouchedPath[]): void {
    for (const touched of paths) this.#paths.set(touched.path, touched);
  }

  /** Paths that are not as they were, sorted. One that was put back is not among them. */
  touched(): readonly TouchedPath[] {
    return [...this.#paths.values()]
      .filter((touched) => !isPutBack(touched))
      .toSorted((left, right) => comparePaths(left.path, right.path));
  }

  /** The files of them for a diff. */
  files(): readonly ChangedFile[] {
    const touched = this.touched();
    const ignored = touched.filter(({ isIgnored }) => isIgnored);
    const isShown = ignored.length <= MOST_IGNORED_SHOWN;
    return touched.filter(({ isIgnored }) => isShown || !isIgnored).flatMap(changedFile);
  }

  #merge(touch: Touch): void {
    const { path } = touch;
    const known = this.#paths.get(path);
    this.#paths.set(path, {
      path,
      realPath: touch.realPath ?? known?.realPath ?? null,
      steps: known === undefined ? [stepOf(touch)] : merged(known.steps, touch),
      isIgnored: touch.isIgnored ?? known?.isIgnored ?? false,
      movedFrom: known?.movedFrom ?? null,
    });
  }

  #move(from: string, to: string): void {
    const file = this.#paths.get(to);
    // A file that was moved twice comes from where it was at first.
    const origin = this.#paths.get(from)?.movedFrom ?? from;
    if (file !== undefined && origin !== to) this.#paths.set(to, { ...file, movedFrom: origin });
  }
}

/** A look at the workspace may begin before what patches have told since, and never knows less of the state after it. */
function merged(steps: readonly Step[], told: Step): readonly Step[] {
  const last = steps.at(-1);
  if (last === undefined) return [stepOf(told)];
  const before = isSame(last.before, told.before) ? fuller(last.before, told.before) : last.before;
  if (isSame(last.after, told.after)) return [...steps.slice(0, -1), { before, after: fuller(last.after, told.after) }];
  const isKnown = steps.some((step) => isSame(step.before, told.before) || isSame(step.after, told.before));
  return isKnown ? [...steps.slice(0, -1), { before, after: told.after }] : [...steps, stepOf(told)];
}

/** Of two equal states the one that says more. */
function fuller(left: PathState | null, right: PathState | null): PathState | null {
  if (left?.kind === 'folder' && right?.kind === 'folder') return { kind: 'folder', mode: right.mode ?? left.mode };
  if (left?.kind !== 'file' || right?.kind !== 'file') return right;
  return {
    kind: 'file',
    mode: right.mode ?? left.mode,
    content: isUnkept(left.content) ? right.content : left.content,
  };
}

function stepOf({ before, after }: Step): Step {
  return { before, after };
}

function isPutBack({ steps }: TouchedPath): boolean {
  const [before, after] = endsOf(steps);
  // of what was kept only once it cannot be told
  if (before?.kind === 'file' && after?.kind === 'file' && isUnkept(before.content) !== isUnkept(after.content))
    return false;
  return isSame(before, after);
}

function endsOf(steps: readonly Step[]): [PathState | null, PathState | null] {
  return [steps[0]?.before ?? null, steps.at(-1)?.after ?? null];
}

function fileState(bytes: Uint8Array | null, mode: number | null | undefined): PathState | null {
  return bytes === null ? null : { kind: 'file', mode: mode ?? null, content: bytes };
}

/** Folders and special files have no diff. */
export function changedFile({ path, steps, movedFrom }: TouchedPath): ChangedFile[] {
  const [before, after] = endsOf(steps);
  if (!isFileLike(before) && !isFileLike(after)) return [];
  const modes = { before: modeOf(before), after: modeOf(after) };
  // only its permissions changed
  if (contentOf(before) === 'unknown' && contentOf(after) === 'unknown' && isSameUnkept(before, after))
    return [{ path, before: NOT_SHOWN, after: NOT_SHOWN, movedFrom, modes }];
  return [{ path, before: contentOf(before), after: contentOf(after), movedFrom, modes }];
}

function isSameUnkept(before: PathState | null, after: PathState | null): boolean {
  if (before?.kind !== 'file' || after?.kind !== 'file') return false;
  return sameContent<Uint8Array>(before.content, after.content, sameBytes);
}

const NOT_SHOWN = new Uint8Array();

function isFileLike(state: PathState | null): boolean {
  return state?.kind === 'file' || state?.kind === 'link';
}

function modeOf(state: PathState | null): GitMode | null {
  if (state?.kind === 'link') return 'link';
  return state?.kind === 'file' ? state.mode : null;
}

function contentOf(state: PathState | null): FileContent {
  switch (state?.kind) {
    case 'file':
      return isUnkept(state.content) ? 'unknown' : state.content;
    case 'link':
      return new TextEncoder().encode(state.target);
    default:
      return null;
  }
}
