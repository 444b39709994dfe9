// What a running tool may touch of its turn, made from the thread and the turn.
import type { LiveThread } from '../thread/liveThread.ts';
import type { TurnConditions } from '../thread/keptQuestion.ts';
import { decideInThread } from '../approval/decideInThread.ts';
import type { DiffTracker } from './diffTracker.ts';
import type { RunningTurn } from './runningTurn.ts';
import type { ToolContext } from './tool.ts';
import type { TurnItems } from './turnItems.ts';

export interface ToolContextParts {
  readonly thread: LiveThread;
  readonly turn: RunningTurn;
  readonly items: TurnItems;
  readonly conditions: TurnConditions;
  readonly changes: DiffTracker;
}

export function toolContext({ thread, turn, items, conditions, changes }: ToolContextParts): ToolContext {
  const asked = { turnId: turn.id, signal: turn.signal, conditions, startItem: items.start.bind(items) };
  const { settings } = conditions;
  return {
    threadId: thread.id,
    turnId: turn.id,
    settings,
    clock: thread.world.clock,
    ids: thread.world.ids,
    signal: turn.signal,
    startItem: (item) => items.start(item),
    completeItem: (item) => items.complete(item),
    record: (event) => thread.record(event),
    decide: (action) => decideInThread({ world: thread.world, grants: thread.grants, settings }, action),
    askCommand: (item, question) => thread.approvals.askCommand(item, question, asked),
    askFileChange: (item, question) => thread.approvals.askFileChange(item, question, asked),
    askRead: (itemId, paths, ask) =>
      thread.approvals.askRead({ itemId, paths, ask, cwd: settings.cwd }, { ...asked, isCall: true }),
    askUser: (callId, questions) => thread.approvals.askUser(callId, questions, asked),
    // what a command does after its turn is nobody's to answer
    askNetwork: async (item, target) =>
      thread.running === turn && (await thread.approvals.mayReach(item, target, { ...asked, settings })),
    filesChanged: (effects, madeFolders) => changes.patched(effects, madeFolders),
    whileWatched: (task) => changes.whileWatched(task),
  };
}
