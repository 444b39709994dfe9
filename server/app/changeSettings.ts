// Changes the settings of a loaded thread as a request asks for it.
import { changedSettings, shownSettings, type SettingsChange } from '../core/thread/changeSettings.ts';
import type { LiveThread } from '../core/thread/liveThread.ts';
import type { RequestContext } from './requestContext.ts';

/** The turn that runs goes on as it began. The returned function tells the clients, once the request is answered. */
export function changeSettings({ app }: RequestContext, thread: LiveThread, change: SettingsChange): () => void {
  const { cwd } = change;
  const absolute = cwd === undefined || cwd === null ? {} : { cwd: app.absolutePath(cwd) };
  const settings = changedSettings(thread.settings, { ...change, ...absolute });
  if (settings === thread.settings) return () => undefined;
  if (thread.isStored) thread.ensureWritable();
  thread.change({ settings });
  const event = {
    method: 'thread/settings/updated',
    params: { threadId: thread.id, threadSettings: shownSettings(settings) },
  } as const;
  return () => thread.record(event);
}
