// What is kept of a turn that waits for the user, so that another process can take it up.
import type { JsonValue } from '../../protocol/schema/common.ts';
import type { UserRequest } from '../../protocol/methods.ts';
import type { Settings } from '../settings.ts';
import type { ModelItem } from '../turn/modelPort.ts';
import type { SteeredInput } from '../turn/runningTurn.ts';
import type { Ask } from '../turn/tool.ts';

/** What holds for a turn from its start to its end, whoever runs it. */
export interface TurnConditions {
  /** Unix milliseconds. */
  readonly startedAtMs: number;
  readonly settings: Settings;
  readonly outputSchema: JsonValue | null;
}

/** A question as it was put, and what accepting it means. */
export interface NewQuestion {
  readonly threadId: string;
  readonly turnId: string;
  /** Of the item, which is also that of the tool call. */
  readonly itemId: string;
  readonly method: UserRequest['method'];
  readonly params: UserRequest['params'];
  /** Null where nothing is to be allowed: the user is only asked to say something. */
  readonly ask: Ask | null;
  readonly conditions: TurnConditions;
}

/** An open question that outlives the process that asked it. */
export interface KeptQuestion extends NewQuestion {
  /** Of the request, in every process. */
  readonly requestId: number;
}

/** What would be lost with the process, because it becomes a part of the conversation only when all calls are answered. */
export type Held =
  /** The output of a call that is finished while others of the same response are not. */
  | { readonly type: 'output'; readonly item: ModelItem }
  /** A message that joined the turn. */
  | { readonly type: 'message'; readonly message: SteeredInput };
