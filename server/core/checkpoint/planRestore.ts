// Decides what to do with each path so that it is again as it was: a pure function of what is known and of what is there now.
import type { StoredPath } from './manifest.ts';
import {
  isUnkept,
  sameContent,
  sameState,
  sameStored,
  type StoredContent,
  type StoredState,
  type UnkeptReason,
} from './pathState.ts';

/** Why a path is left as it is although it is not as it was. `lost`: its earlier content is not in the store any more, or damaged. */
export type Obstacle = UnkeptReason | 'special' | 'lost' | 'protected';

export type RestoreStep =
  | { readonly type: 'remove' }
  | { readonly type: 'removeFolder' }
  | { readonly type: 'makeFolder'; readonly mode: number }
  | { readonly type: 'write'; readonly hash: string; readonly mode: number | null }
  | { readonly type: 'link'; readonly target: string }
  | { readonly type: 'chmod'; readonly mode: number; readonly isFolder: boolean };

export interface RestoreAction {
  readonly path: string;
  readonly step: RestoreStep;
}

/** What becomes of one path. */
export type PathPlan = {
  readonly path: string;
  readonly now: StoredState | null;
  /** As it was. */
  readonly target: StoredState | null;
} & (
  | { readonly type: 'restore' }
  | { readonly type: 'asBefore' }
  /** Somebody changed it since: it is left alone. */
  | { readonly type: 'conflict' }
  | { readonly type: 'notRestorable'; readonly obstacle: Obstacle }
);

export interface RestorePlan {
  /** Sorted by path. */
  readonly paths: readonly PathPlan[];
  /** In the order in which they can be done. */
  readonly actions: readonly RestoreAction[];
}

export interface PlanInput {
  readonly history: readonly StoredPath[];
  /** What is there now; null: nothing. */
  readonly current: ReadonlyMap<string, StoredState | null>;
  /** Contents that the store does not have. */
  readonly lost: ReadonlySet<string>;
  /** Paths that are never written to. */
  readonly isProtected: (path: string) => boolean;
}

export const isSameStored = (left: StoredState | null, right: StoredState | null): boolean =>
  sameState(left, right, sameStored);

export function planRestore(input: PlanInput): RestorePlan {
  const paths = input.history.map((path) => planPath(path, input));
  return { paths, actions: ordered(paths.filter(({ type }) => type === 'restore')) };
}

function planPath({ path, steps }: StoredPath, input: PlanInput): PathPlan {
  const target = steps[0]?.before ?? null;
  const last = steps.at(-1)?.after ?? null;
  const now = input.current.get(path) ?? null;
  const known = { path, now, target };
  if (isSameStored(now, target)) return { ...known, type: 'asBefore' };
  const obstacle = obstacleTo(known, input);
  if (obstacle !== null) return { ...known, type: 'notRestorable', obstacle };
  if (steps.length > 1 || !isSameStored(now, last)) return { ...known, type: 'conflict' };
  return { ...known, type: 'restore' };
}

type Known = Pick<PathPlan, 'path' | 'now' | 'target'>;

function obstacleTo({ path, now, target }: Known, { isProtected, lost }: PlanInput): Obstacle | null {
  if (isProtected(path)) return 'protected';
  if (target?.kind === 'other' || now?.kind === 'other') return 'special';
  // what cannot be kept could not be brought back when the restore is undone
  if (now?.kind === 'file' && isUnkept(now.content) && !keepsContent(now, target)) return now.content.unkept;
  if (target?.kind !== 'file' || keepsContent(now, target)) return null;
  if (isUnkept(target.content)) return target.content.unkept;
  return lost.has(target.content.hash) ? 'lost' : null;
}

/** Only the permissions differ. */
function keepsContent(now: StoredState | null, target: StoredState | null): boolean {
  if (now?.kind !== 'file' || target?.kind !== 'file') return false;
  return sameContent<StoredContent>(now.content, target.content, sameStored);
}

/**
 * Makes room first, from the inside out; then folders from the outside in, and what lies in them. Permissions of folders come last, as
 * they may forbid the rest; those that forbid it now are opened first.
 */
function ordered(paths: readonly PathPlan[]): RestoreAction[] {
  const open: RestoreAction[] = [];
  const remove: RestoreAction[] = [];
  const removeFolders: RestoreAction[] = [];
  const folders: RestoreAction[] = [];
  const files: RestoreAction[] = [];
  const modes: RestoreAction[] = [];
  for (const plan of paths) {
    const { path, now, target } = plan;
    if (now?.kind === 'folder' && target?.kind === 'folder') {
      if (isClosed(now.mode)) open.push(chmod(path, (now.mode ?? 0) | OPEN, true));
      if (target.mode !== null) modes.unshift(chmod(path, target.mode, true));
      continue;
    }
    if (now?.kind === 'folder') removeFolders.unshift({ path, step: { type: 'removeFolder' } });
    else if (now !== null && now.kind !== target?.kind) remove.push({ path, step: { type: 'remove' } });
    if (target?.kind === 'folder') {
      folders.push({ path, step: { type: 'makeFolder', mode: (target.mode ?? USUAL) | OPEN } });
      if (isClosed(target.mode)) modes.unshift(chmod(path, target.mode ?? USUAL, true));
    } else if (target !== null) files.push(...putBack(plan));
  }
  return [...open, ...remove, ...removeFolders, ...folders, ...files, ...modes];
}

/** What the owner needs to put something into a folder. */
const OPEN = 0o700;
const USUAL = 0o755;

function isClosed(mode: number | null): boolean {
  return mode !== null && (mode & OPEN) !== OPEN;
}

function putBack({ path, now, target }: PathPlan): RestoreAction[] {
  if (target?.kind === 'link') return [{ path, step: { type: 'link', target: target.target } }];
  if (target?.kind !== 'file') return [];
  if (keepsContent(now, target)) return target.mode === null ? [] : [chmod(path, target.mode, false)];
  if (isUnkept(target.content)) return [];
  return [{ path, step: { type: 'write', hash: target.content.hash, mode: target.mode } }];
}

function chmod(path: string, mode: number, isFolder: boolean): RestoreAction {
  return { path, step: { type: 'chmod', mode, isFolder } };
}
