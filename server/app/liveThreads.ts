// Makes threads that run something. Loaded with the first of them: a list of threads needs nothing of what they bring.
import { withGoalTools } from '../core/goal/goalTools.ts';
import { LiveThread, type LiveThreadOptions } from '../core/thread/liveThread.ts';
import { withDynamicTools } from '../core/turn/dynamicTools.ts';

/** With the tools that its client brought, and with those for its goal. */
export function makeLiveThread(options: Omit<LiveThreadOptions, 'tools'>): LiveThread {
  const { world, record, isEphemeral } = options;
  const own = withDynamicTools(world.tools(), record.dynamicTools, world);
  const tools = isEphemeral ? own : withGoalTools(own, () => thread.goals);
  const thread: LiveThread = new LiveThread({ ...options, tools });
  return thread;
}
