// What is noted about a thread: what of it was read, and its repository.
import { threadView } from '../../core/thread/threadView.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import type { GitInfo } from '../../protocol/schema/thread.ts';
import { Reply } from '../../rpc/incoming.ts';
import type { Handler } from '../requestContext.ts';
import { needRow, statuses, storedThread } from '../threadHistory.ts';
import { inSections } from '../threadShelves.ts';
import { changeStored } from './threadShelf.ts';

export const threadReadStateUpdate: Handler<'thread/readState/update'> = async (context, params) => {
  const { threadId, expectedRevision } = params;
  const threads = await context.threadList();
  storedThread(threads, threadId, (id) => `thread not loaded: ${id}`);
  const { isDone, state: readState } = threads.store.shelf.mark(threadId, {
    expected: expectedRevision,
    isRead: params.operation.type === 'read',
    revision: context.app.ids.next(),
  });
  if (!isDone) {
    const data = { reason: 'readStateConflict', readState };
    throw new ProtocolError('invalidRequest', 'read state changed', { kind: 'readStateConflict', data });
  }
  return new Reply({ readState }, () =>
    context.fanout.publish({ method: 'thread/readState/changed', params: { threadId, readState } }),
  );
};

const PARTS = ['sha', 'branch', 'originUrl'] as const;

export const threadMetadataUpdate: Handler<'thread/metadata/update'> = async (context, params) => {
  const { threadId, projectId } = params;
  const patch = params.gitInfo ?? null;
  const wrong = (message: string): ProtocolError => new ProtocolError('invalidRequest', message);
  if (patch === null && (projectId === undefined || projectId === null))
    throw wrong('thread metadata update must include at least one field');
  if (patch !== null && PARTS.every((part) => patch[part] === undefined))
    throw wrong('gitInfo must include at least one field');
  for (const part of PARTS) if (patch?.[part] === '') throw wrong(`gitInfo.${part} must not be empty`);
  // there are no projects here: none can be assigned, and none needs to be cleared
  if (projectId) throw wrong(`project not found: ${projectId}`);
  const threads = await context.threads();
  const live = threads.get(threadId);
  const known = live?.row ?? needRow(threads, threadId, (id) => `no rollout found for thread id ${id}`);
  const before: GitInfo = known.gitInfo ?? { sha: null, branch: null, originUrl: null };
  const gitInfo = {
    ...before,
    ...Object.fromEntries(Object.entries(patch ?? {}).filter(([, value]) => value !== undefined)),
  };
  if (live === undefined) changeStored(context, threads, { threadId, change: { gitInfo } });
  else {
    live.ensureWritable();
    live.change({ gitInfo });
  }
  const view = live?.view() ?? threadView({ ...known, gitInfo }, statuses(threads)(threadId));
  return { thread: inSections(threads.store, [view])[0] ?? view };
};
