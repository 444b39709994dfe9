// A thread as the wire shows it, made from its stored row.
import type { Thread, ThreadStatus } from '../../protocol/schema/thread.ts';
import type { Turn } from '../../protocol/schema/turn.ts';
import type { ThreadRecord } from './threadStore.ts';

/** Every thread that was begun here is of this kind. */
export const OWN_SOURCE = 'vscode';

const seconds = (ms: number): number => Math.floor(ms / 1000);

/** The wire's thread. `turns` stays empty where the method does not fill it. */
export function threadView(record: ThreadRecord, status: ThreadStatus, turns: readonly Turn[] = []): Thread {
  return {
    id: record.id,
    sessionId: record.sessionId,
    forkedFromId: record.forkedFromId,
    parentThreadId: null,
    preview: record.preview,
    ephemeral: false,
    section: null,
    sectionEnteredAt: null,
    projectId: null,
    historyMode: 'paginated',
    modelProvider: record.settings.modelProvider,
    model: record.settings.model,
    reasoningEffort: record.settings.effort,
    createdAt: seconds(record.createdAtMs),
    updatedAt: seconds(record.updatedAtMs),
    recencyAt: seconds(record.recencyAtMs),
    status,
    path: null,
    cwd: record.settings.cwd,
    cliVersion: record.cliVersion,
    originator: record.originator,
    source: record.source ?? OWN_SOURCE,
    threadSource: record.threadSource ?? null,
    agentNickname: null,
    agentRole: null,
    gitInfo: record.gitInfo,
    name: record.name,
    turns: [...turns],
  };
}
