// What is told about a thread to every client of every process, whoever writes it.
import { serverNotifications } from '../../protocol/methods.ts';

/**
 * `thread/closed` is about the process that says it. A status is news too, but who follows the thread hears it in its place among the
 * thread's other events.
 */
export function isNews(method: string): boolean {
  if (!method.startsWith('thread/') || method === 'thread/closed' || !isKnown(method)) return false;
  return serverNotifications[method].audience === 'everyone';
}

function isKnown(method: string): method is keyof typeof serverNotifications {
  return Object.hasOwn(serverNotifications, method);
}
