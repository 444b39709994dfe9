// What a running tool may touch of its turn, made from the thread and the turn.
import type { LiveThread } from '../thread/liveThread.ts';
import { decideInThread } from '../approval/decideInThread.ts';
import type { RunningTurn } from './runningTurn.ts';
import type { FileEffect, ToolContext } from './tool.ts';
import type { TurnItems } from './turnItems.ts';

export interface ToolContextParts {
  readonly thread: LiveThread;
  readonly turn: RunningTurn;
  readonly items: TurnItems;
  filesChanged(effects: readonly FileEffect[]): void;
}

export function toolContext({ thread, turn, items, filesChanged }: ToolContextParts): ToolContext {
  const asked = { turnId: turn.id, signal: turn.signal, startItem: items.start.bind(items) };
  const settings = thread.settings;
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
    askRead: () => Promise.resolve('failed'),
    askNetwork: () => Promise.resolve(false),
    filesChanged,
  };
}
