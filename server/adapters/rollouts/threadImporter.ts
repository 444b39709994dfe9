// Imports the threads of the reference server, one after the other: it reads in its home and writes only into the store.
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { ThreadImporter } from '../../core/thread/threadImport.ts';
import type { ThreadStore } from '../../core/thread/threadStore.ts';
import { messageOf } from '../../protocol/errors.ts';
import { importThread, type ImportContext } from './importThread.ts';
import { findThreads } from './rolloutFiles.ts';

export interface ImporterOptions extends Omit<ImportContext, 'store' | 'signal'> {
  /** Bowline's own. */
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The folder that a relative path is relative to. */
  readonly cwd: string;
  /** A store of its own: what it holds, nobody else in this process holds. Closed after each use. */
  openStore(): Promise<ThreadStore>;
}

export function createThreadImporter(options: ImporterOptions): ThreadImporter {
  const homeOf = (folder: string | null): string => resolve(options.cwd, folder ?? usualHome(options));
  return {
    async detect(folder) {
      const home = homeOf(folder);
      const { threads } = await findThreads(home);
      if (threads.length === 0) return { folder: home, total: 0, fresh: 0 };
      const known = await withStore(options, async (store) => store.importedIds());
      return { folder: home, total: threads.length, fresh: threads.filter(({ id }) => !known.has(id)).length };
    },
    async run(folder, { signal, told }) {
      const home = homeOf(folder);
      if (!existsSync(home)) throw new Error(`there is no folder ${home}`);
      const { threads, unreadable, subAgents } = await findThreads(home);
      const total = threads.length;
      for (const { path, reason } of unreadable) told({ type: 'failed', subject: path, reason }, { done: 0, total });
      await withStore(options, async (store) => {
        for (const [index, thread] of threads.entries()) {
          if (signal.aborted) return;
          const context = { ...options, store, signal };
          const outcome = await importThread(context, thread).catch((error: unknown) => {
            return { type: 'failed', subject: thread.id, reason: messageOf(error) } as const;
          });
          told(outcome, { done: index + 1, total });
          await setImmediate();
        }
      });
      return { subAgents };
    },
  };
}

/** Where the reference keeps its threads. CODEX_HOME may also name Bowline's own home, which has none. */
function usualHome({ env, home, cwd }: ImporterOptions): string {
  const named = env['CODEX_HOME'];
  const isTheirs = named !== undefined && named !== '' && resolve(cwd, named) !== home;
  return isTheirs ? named : join(homedir(), '.codex');
}

async function withStore<T>(options: ImporterOptions, work: (store: ThreadStore) => Promise<T>): Promise<T> {
  const store = await options.openStore();
  try {
    return await work(store);
  } finally {
    store.close();
  }
}
