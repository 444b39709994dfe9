// The commands of all threads, newest first.
import type { PastCommand } from '../core/approval/backTest.ts';
import type { ThreadRecord, ThreadStore } from '../core/thread/threadStore.ts';

const PAGE = 100;

/** One page of commands of one thread at a time, so that others may run in between. An item that forks share comes once. */
export function* pastCommands(store: ThreadStore): Generator<readonly PastCommand[]> {
  const seen = new Set<string>();
  for (const archived of [false, true]) {
    for (const thread of threads(store, archived)) {
      let cursor: string | null = null;
      do {
        const page: ReturnType<ThreadStore['items']> = store.items(thread.id, null, {
          cursor,
          limit: PAGE,
          direction: 'desc',
        });
        cursor = page.nextCursor;
        yield page.data.flatMap(({ turnId, item }) => {
          const key = `${turnId} ${item.id}`;
          if (item.type !== 'commandExecution' || seen.has(key)) return [];
          seen.add(key);
          return [{ command: item.command, cwd: item.cwd, isDeclined: item.status === 'declined' }];
        });
      } while (cursor !== null);
    }
  }
}

function* threads(store: ThreadStore, archived: boolean): Generator<ThreadRecord> {
  let cursor: string | null = null;
  do {
    const page: ReturnType<ThreadStore['list']> = store.list({
      cursor,
      limit: PAGE,
      direction: 'desc',
      sortKey: 'recency_at',
      archived,
      cwds: [],
      modelProviders: [],
      excludedIds: [],
      searchTerm: null,
    });
    cursor = page.nextCursor;
    yield* page.data;
  } while (cursor !== null);
}
