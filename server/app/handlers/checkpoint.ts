// Checkpoints: what a restore would do, the restore, taking it back, and a merge for what was changed since.
import type { Handler } from '../requestContext.ts';
import { refuseWhileRunning, restoreScope } from '../restoreScope.ts';

export const checkpointPreview: Handler<'checkpoint/preview'> = async ({ threads }, { threadId, turnId }) => {
  const table = await threads();
  return await table.world.checkpoints.preview(await restoreScope(table, threadId, turnId));
};

export const checkpointRestore: Handler<'checkpoint/restore'> = async ({ threads }, { threadId, turnId, paths }) => {
  const table = await threads();
  refuseWhileRunning(table, threadId);
  return await table.world.checkpoints.restore(await restoreScope(table, threadId, turnId), paths ?? null);
};

export const checkpointRedo: Handler<'checkpoint/redo'> = async ({ threads }, { threadId }) => {
  const table = await threads();
  refuseWhileRunning(table, threadId);
  return await table.world.checkpoints.redo(threadId);
};

export const checkpointMerge: Handler<'checkpoint/merge'> = async ({ threads }, { threadId, turnId, path }) => {
  const table = await threads();
  return await table.world.checkpoints.merge(await restoreScope(table, threadId, turnId), path);
};
