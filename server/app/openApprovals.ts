// The inbox: what waits for the user in all threads, loaded ones and those whose process has ended.
import { titleOf } from '../protocol/state/select.ts';
import type { ApprovalListResult } from '../protocol/schema/safety.ts';
import type { OpenRequest } from './serverRequests.ts';
import type { ThreadList } from './threadTable.ts';

type Entry = ApprovalListResult['data'][number];

/** Newest threads first, and within a thread as they were asked. Threads that another living process holds are only among them when they are followed. */
export function openApprovals(threads: ThreadList, asked: readonly OpenRequest[]): Entry[] {
  const { store } = threads;
  const known = new Set(asked.map(({ id }) => id));
  const waiting = store
    .openQuestions()
    .filter(({ requestId }) => !known.has(requestId))
    .map(({ requestId, threadId, method, params }) => ({ id: requestId, threadId, method, params }));
  const entries = [...asked, ...waiting]
    .toSorted((left, right) => left.id - right.id)
    .flatMap((request) => {
      const live = threads.get(request.threadId);
      const record = live?.row ?? store.get(request.threadId);
      if (record === undefined) return [];
      const entry: Entry = {
        requestId: request.id,
        method: request.method,
        threadId: request.threadId,
        threadTitle: titleOf(record, 'New thread'),
        cwd: record.settings.cwd,
        startedAtMs: request.params.startedAtMs,
        isLoaded: live !== undefined || known.has(request.id),
      };
      return [{ entry, recencyAtMs: record.recencyAtMs }];
    });
  return entries.toSorted((left, right) => right.recencyAtMs - left.recencyAtMs).map(({ entry }) => entry);
}
