// Which turns a restore to before a turn is about.
import type { RestoreScope } from '../core/checkpoint/checkpointParts.ts';
import { ProtocolError } from '../protocol/errors.ts';
import { needRow, turnsOf } from './threadHistory.ts';
import type { ThreadTable } from './threadTable.ts';

/** Turns that are looked at together. */
const PAGE = 20;

/** The turn and all after it, those that a fork inherited included. */
export async function restoreScope(threads: ThreadTable, threadId: string, turnId: string): Promise<RestoreScope> {
  const live = threads.get(threadId);
  if (live?.isEphemeral === true)
    throw new ProtocolError('invalidRequest', 'ephemeral threads have no checkpoints', { kind: 'noCheckpoints' });
  const { settings } = live?.row ?? needRow(threads, threadId, (id) => `thread not found: ${id}`);
  const turnIds: string[] = [];
  let cursor: string | null = null;
  do {
    const page: ReturnType<typeof turnsOf> = turnsOf(threads, threadId, { cursor, limit: PAGE, direction: 'desc' });
    for (const { id } of page.data) {
      turnIds.unshift(id);
      if (id !== turnId) continue;
      const root = (await threads.world.git.root(settings.cwd)) ?? settings.cwd;
      return { threadId, turnId, turnIds, root };
    }
    cursor = page.nextCursor;
  } while (cursor !== null);
  throw new ProtocolError('invalidRequest', `turn not found: ${turnId}`, { kind: 'turnNotFound' });
}

/** Files that a turn is working on are not put back under its hands. */
export function refuseWhileRunning(threads: ThreadTable, threadId: string): void {
  const running = threads.get(threadId)?.running?.id ?? threads.store.questions(threadId)[0]?.turnId;
  if (running === undefined) return;
  throw new ProtocolError(
    'invalidRequest',
    `turn ${running} is still in progress; interrupt it, or wait for its end, before files are restored`,
    { kind: 'turnInProgress' },
  );
}
