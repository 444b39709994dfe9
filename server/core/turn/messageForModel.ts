// A message of the user as the model gets it: for what it brings along of files that are kept from the model, the user is asked.
import { decideInThread } from '../approval/decideInThread.ts';
import type { UserInput } from '../../protocol/schema/item.ts';
import type { ModelItem } from './modelPort.ts';
import { readConsent } from './readConsent.ts';
import type { ToolContextParts } from './toolContext.ts';
import { modelMessage } from './userMessage.ts';

export interface SaidIn extends Omit<ToolContextParts, 'changes'> {
  /** The item that shows the message; it was started before. */
  readonly itemId: string;
}

export function messageForModel(input: readonly UserInput[], said: SaidIn): Promise<ModelItem> {
  const { thread, turn, items, conditions, itemId } = said;
  const { settings } = conditions;
  // no call that could be run again
  const asked = { turnId: turn.id, signal: turn.signal, conditions, startItem: items.start.bind(items), isCall: false };
  return modelMessage(input, {
    files: thread.world.files,
    consent: (path) =>
      readConsent(
        { path, itemId },
        {
          decide: (action) => decideInThread({ world: thread.world, grants: thread.grants, settings }, action),
          askRead: (id, paths, ask) => thread.approvals.askRead({ itemId: id, paths, ask, cwd: settings.cwd }, asked),
        },
      ),
  });
}
