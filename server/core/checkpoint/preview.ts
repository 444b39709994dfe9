// What a restore would do, for the user to see: each path with its diff, or why it stays as it is.
import { TurnDiff } from '../patch/turnDiff.ts';
import type { CheckpointFile, CheckpointPreviewResult } from '../../protocol/schema/checkpoint.ts';
import type { Assessed, CheckpointParts } from './checkpointParts.ts';
import type { StoredPath } from './manifest.ts';
import { CHANGED_SINCE, obstacleWords } from './obstacleWords.ts';
import { sameContent, sameStored, type StoredContent, type StoredState } from './pathState.ts';
import { isSameStored, type PathPlan } from './planRestore.ts';
import { loadState } from './storedPaths.ts';
import { changedFile } from './turnChanges.ts';

type PreviewParts = Pick<CheckpointParts, 'access' | 'store' | 'sha1'> & { readonly root: string };

export async function previewOf(assessed: Assessed, parts: PreviewParts): Promise<CheckpointPreviewResult> {
  const files: CheckpointFile[] = [];
  const histories = new Map(assessed.history.map((path) => [path.path, path]));
  for (const plan of assessed.plan.paths) {
    const history = histories.get(plan.path);
    if (history === undefined) continue;
    files.push({
      path: plan.path,
      kind: kindOf(history),
      change: changeOf(history),
      movedFrom: history.movedFrom,
      isIgnored: history.isIgnored,
      status: STATUS[plan.type],
      reason: reasonOf(plan),
      diff: await diffOf(plan, parts),
    });
  }
  return { files, limitations: [...assessed.limitations] };
}

const STATUS = {
  restore: 'restorable',
  asBefore: 'asBefore',
  conflict: 'conflict',
  notRestorable: 'notRestorable',
} as const;

function reasonOf(plan: PathPlan): string | null {
  if (plan.type === 'conflict') return CHANGED_SINCE;
  return plan.type === 'notRestorable' ? obstacleWords(plan.obstacle) : null;
}

function ends({ steps }: StoredPath): [StoredState | null, StoredState | null] {
  return [steps[0]?.before ?? null, steps.at(-1)?.after ?? null];
}

function kindOf(history: StoredPath): CheckpointFile['kind'] {
  const [before, after] = ends(history);
  return (after ?? before)?.kind ?? 'other';
}

/** What the turns did to the path. */
function changeOf(history: StoredPath): CheckpointFile['change'] {
  const [before, after] = ends(history);
  if (before === null) return 'add';
  if (after === null) return 'delete';
  if (before.kind === 'folder' && after.kind === 'folder') return 'chmod';
  if (before.kind !== 'file' || after.kind !== 'file' || isSameStored(before, after)) return 'update';
  return sameContent<StoredContent>(before.content, after.content, sameStored) ? 'chmod' : 'update';
}

/** From how it is now to how it was. */
async function diffOf(plan: PathPlan, { access, root, sha1, store }: PreviewParts): Promise<string> {
  if (plan.type === 'asBefore' || plan.type === 'notRestorable') return '';
  const before = (await access.look(plan.path)).state;
  const after = await loadState(plan.target, store);
  const touched = { path: plan.path, realPath: null, steps: [{ before, after }], isIgnored: false, movedFrom: null };
  return new TurnDiff(root, sha1).render(changedFile(touched));
}
