// What differs between two snapshots of a workspace, renames recognised.
import { lstatSync } from 'node:fs';
import type { PathState } from '../../core/checkpoint/pathState.ts';
import type { WorkspaceChange } from '../../core/ports.ts';
import { readRegularFile } from './regularFile.ts';
import {
  isSameContent,
  isSameFile,
  isStandIn,
  wasOutOfView,
  type Snapshot,
  type SnapshotFile,
  type SnapshotFolder,
} from './workspaceSnapshot.ts';

/** What a renamed file may have that was not kept before: it is still there to be read, under its new name. */
const MOST_RENAMED_BYTES = 32 * 1024 * 1024;

/** Sorted by path. */
export function changesBetween(earlier: Snapshot, later: Snapshot): WorkspaceChange[] {
  const changes: WorkspaceChange[] = folderChanges(earlier, later);
  const [come, gone] = [new Map<string, SnapshotFile>(), new Map<string, SnapshotFile>()];
  for (const [path, file] of later.files) {
    const known = earlier.files.get(path);
    if (isSameFile(known, file)) continue;
    const folder = earlier.folders.get(path);
    if (folder !== undefined) {
      changes.push({ path, before: folderState(folder), after: stateOf(file), isIgnored: file.isIgnored });
      continue;
    }
    // A file that only came into view was there before: nothing is known of a change to it.
    if (known === undefined && wasOutOfView(earlier, path)) continue;
    if (known === undefined) come.set(path, file);
    else changes.push({ path, before: stateOf(known), after: stateOf(file), isIgnored: file.isIgnored });
  }
  for (const [path, file] of earlier.files) {
    if (later.files.has(path)) continue;
    const folder = later.folders.get(path);
    if (folder !== undefined)
      changes.push({ path, before: stateOf(file), after: folderState(folder), isIgnored: file.isIgnored });
    else if (!isStillThere(path, 'file')) gone.set(path, file);
  }
  changes.push(...comeAndGone(come, gone));
  return changes.toSorted((left, right) => (left.path < right.path ? -1 : 1));
}

function comeAndGone(
  come: ReadonlyMap<string, SnapshotFile>,
  gone: ReadonlyMap<string, SnapshotFile>,
): WorkspaceChange[] {
  const changes: WorkspaceChange[] = [];
  const sources = renamed(come, gone);
  const late = new Map<string, SnapshotFile['bytes']>();
  for (const [path, file] of come) {
    const movedFrom = sources.get(path);
    const former = movedFrom === undefined ? undefined : gone.get(movedFrom);
    const bytes = former !== undefined && typeof former.bytes === 'string' ? lateBytes(path, former) : file.bytes;
    const change = { path, before: null, after: stateOf({ ...file, bytes }), isIgnored: file.isIgnored };
    changes.push(movedFrom === undefined ? change : { ...change, movedFrom });
    if (movedFrom !== undefined) late.set(movedFrom, bytes);
  }
  for (const [path, file] of gone) {
    const bytes = typeof file.bytes === 'string' ? (late.get(path) ?? file.bytes) : file.bytes;
    changes.push({ path, before: stateOf({ ...file, bytes }), after: null, isIgnored: file.isIgnored });
  }
  return changes;
}

/** New path -> old path of files that have the same content under another name. The same file (by its inode) is preferred. */
function renamed(
  come: ReadonlyMap<string, SnapshotFile>,
  gone: ReadonlyMap<string, SnapshotFile>,
): Map<string, string> {
  const found = new Map<string, string>();
  const bySize = Map.groupBy(gone, ([, file]) => file.size);
  const taken = new Set<string>();
  for (const needsInode of [true, false]) {
    for (const [path, file] of come) {
      if (found.has(path) || file.size === 0) continue;
      const source = (bySize.get(file.size) ?? []).find(
        ([from, former]) =>
          !taken.has(from) &&
          (former.ino === file.ino || (!needsInode && typeof file.bytes !== 'string')) &&
          isSameContent(former, file),
      );
      if (source === undefined) continue;
      found.set(path, source[0]);
      taken.add(source[0]);
    }
  }
  return found;
}

function lateBytes(path: string, former: SnapshotFile): SnapshotFile['bytes'] {
  if (former.kind !== 'file' || former.bytes === 'package') return former.bytes;
  try {
    return readRegularFile(path, MOST_RENAMED_BYTES);
  } catch {
    // Too large, or gone again: what was not kept stays so.
    return former.bytes;
  }
}

function folderChanges(earlier: Snapshot, later: Snapshot): WorkspaceChange[] {
  const changes: WorkspaceChange[] = [];
  for (const [path, folder] of later.folders) {
    const known = earlier.folders.get(path);
    const after = folderState(folder);
    if (known === undefined) {
      if (path === later.root || earlier.files.has(path) || wasOutOfView(earlier, path) || isStandIn(path, folder))
        continue;
      changes.push({ path, before: null, after, isIgnored: folder.isIgnored });
    } else if (known.mode !== folder.mode)
      changes.push({ path, before: folderState(known), after, isIgnored: folder.isIgnored });
  }
  for (const [path, folder] of earlier.folders) {
    if (later.folders.has(path) || later.files.has(path) || isStillThere(path, 'folder')) continue;
    if (isStandIn(path, folder)) continue;
    changes.push({ path, before: folderState(folder), after: null, isIgnored: folder.isIgnored });
  }
  return changes;
}

function folderState({ mode }: SnapshotFolder): PathState {
  return { kind: 'folder', mode };
}

function stateOf({ kind, mode, bytes, size, mtimeMs }: SnapshotFile): PathState {
  switch (kind) {
    case 'file':
      return {
        kind,
        mode,
        content: typeof bytes === 'string' ? { unkept: bytes, size, modifiedAtMs: mtimeMs } : bytes,
      };
    case 'link':
      return { kind, target: typeof bytes === 'string' ? '' : Buffer.from(bytes).toString() };
    case 'other':
      return { kind };
  }
}

/** Out of view (ignored by now, or beyond the budget) is not deleted. */
function isStillThere(path: string, kind: 'file' | 'folder'): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === (kind === 'folder');
  } catch {
    // A folder above it is gone or closed.
    return false;
  }
}
