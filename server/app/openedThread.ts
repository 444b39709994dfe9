// The answer that start, resume and fork share.
import type { LiveThread } from '../core/thread/liveThread.ts';
import type { Turn } from '../protocol/schema/turn.ts';
import type { ThreadStartResult } from '../protocol/schema/thread.ts';
import { inSections } from './threadShelves.ts';

/** The opened thread and the settings that hold for it. */
export async function openedThread(thread: LiveThread, turns: readonly Turn[] = []): Promise<ThreadStartResult> {
  const { settings } = thread;
  const sources = await thread.world.promptSources(settings);
  const view = thread.view();
  const [placed = view] = inSections(thread.world.store, [view]);
  return {
    thread: { ...placed, turns: [...turns] },
    model: settings.model,
    modelProvider: settings.modelProvider,
    serviceTier: null,
    disabledPluginIds: [],
    cwd: settings.cwd,
    instructionSources: [...sources],
    approvalPolicy: settings.approvalPolicy,
    approvalsReviewer: 'user',
    sandbox: settings.sandbox,
    reasoningEffort: settings.effort,
  };
}
