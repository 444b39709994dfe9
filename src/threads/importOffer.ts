// Whether the threads of Codex are offered for import: once on each machine, and only where there are some that are not here.
import type { ThreadImportDetectResult } from '../../server/protocol/schema/threadImport.ts';

export interface OfferPorts {
  /** Whether it was offered before, or there was nothing left to offer. */
  readonly isSettled: () => boolean;
  readonly settle: () => Promise<void>;
  readonly detect: () => Promise<ThreadImportDetectResult>;
  /** Asks the user; true for yes. */
  readonly ask: (question: string) => Promise<boolean>;
  readonly importThreads: () => Promise<void>;
}

/** It counts as made before the user has answered: another window does not ask again. */
export async function offerImport(ports: OfferPorts): Promise<void> {
  if (ports.isSettled()) return;
  const { total, fresh } = await ports.detect();
  // Codex may be used later: only what was found settles it
  if (total === 0 || ports.isSettled()) return;
  await ports.settle();
  if (fresh > 0 && (await ports.ask(question(fresh)))) await ports.importThreads();
}

function question(count: number): string {
  const found =
    count === 1
      ? 'a conversation of Codex was found on this computer. Import it? It stays as it is there.'
      : `${count} conversations of Codex were found on this computer. Import them? They stay as they are there.`;
  return `Bowline: ${found}`;
}
