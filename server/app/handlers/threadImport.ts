// Importing the reference's threads for a client: what there is, and the import itself, which it can stop.
import { withJoinedSignal } from '../../core/joinedSignal.ts';
import { summaryLine } from '../../core/thread/importWords.ts';
import type { ImportOutcome, ImportProgress } from '../../core/thread/threadImport.ts';
import { messageOf, ProtocolError } from '../../protocol/errors.ts';
import type { Handler } from '../requestContext.ts';
import type { AppWorld } from '../world.ts';

export const threadImportDetect: Handler<'thread/import/detect'> = async ({ app }, { folder }) =>
  await (await app.threadImporter()).detect(folder ?? null);

/** One at a time; it ends with the connection that asked for it. */
const RUNNING = new WeakMap<AppWorld, AbortController>();

export const threadImportStart: Handler<'thread/import/start'> = async ({ app, connection }, { folder }) => {
  if (RUNNING.has(app))
    throw new ProtocolError('invalidRequest', 'an import is running already', { kind: 'importRunning' });
  const stop = new AbortController();
  RUNNING.set(app, stop);
  const outcomes: ImportOutcome[] = [];
  try {
    const importer = await app.threadImporter();
    const told = (outcome: ImportOutcome, progress: ImportProgress): void => {
      outcomes.push(outcome);
      connection.notify({ method: 'thread/import/progress', params: progress });
    };
    return await withJoinedSignal([stop.signal, connection.closed], async (signal) => {
      const { subAgents } = await importer.run(folder ?? null, { signal, told });
      return { ...resultOf(outcomes), summary: summaryLine(outcomes, subAgents), isStopped: signal.aborted };
    });
  } catch (error) {
    throw error instanceof ProtocolError
      ? error
      : new ProtocolError('invalidRequest', messageOf(error), { kind: 'importFailed' });
  } finally {
    RUNNING.delete(app);
  }
};

export const threadImportStop: Handler<'thread/import/stop'> = ({ app }) => {
  RUNNING.get(app)?.abort();
  return Promise.resolve({});
};

function resultOf(outcomes: readonly ImportOutcome[]): {
  imported: number;
  updated: number;
  upToDate: number;
  skipped: { subject: string; reason: string }[];
  failed: { subject: string; reason: string }[];
} {
  const count = (type: ImportOutcome['type']): number => outcomes.filter((outcome) => outcome.type === type).length;
  const left = (type: 'skipped' | 'failed'): { subject: string; reason: string }[] =>
    outcomes.flatMap((outcome) =>
      outcome.type === type ? [{ subject: outcome.subject, reason: outcome.reason }] : [],
    );
  return {
    imported: count('imported'),
    updated: count('updated'),
    upToDate: count('upToDate'),
    skipped: left('skipped'),
    failed: left('failed'),
  };
}
