// A failed turn in words, with what the user can do about it.
import type { AgentErrorInfo } from '../../server/protocol/errors.ts';
import type { Turn } from '../../server/protocol/schema/turn.ts';
import { strings } from '../strings.ts';

export type Remedy = 'retry' | 'goOn' | 'setApiKey' | 'pickModel' | 'newConversation';

export interface Failure {
  readonly message: string;
  readonly details: string;
  /** The most helpful one first. */
  readonly remedies: readonly Remedy[];
}

export function failureOf(turn: Turn): Failure {
  const details = turn.error?.additionalDetails ?? '';
  const message = turn.error?.message ?? strings.turnFailed;
  // where nothing was done yet, the same message can simply be sent again
  const again: Remedy = turn.items.every((item) => item.type === 'userMessage') ? 'retry' : 'goOn';
  return { message, details: details === message ? '' : details, remedies: remediesOf(kindOf(turn), again) };
}

/** The kinds that have a remedy of their own; every other failure may pass by itself. */
type Kind = Extract<AgentErrorInfo, string> | 'connection';

function kindOf(turn: Turn): Kind {
  const info = turn.error?.codexErrorInfo;
  switch (info) {
    case 'unauthorized':
    case 'usageLimitExceeded':
    case 'modelNotFound':
    case 'contextWindowExceeded':
      return info;
    default:
      return typeof info === 'object' ? 'connection' : 'other';
  }
}

function remediesOf(kind: Kind, again: Remedy): Remedy[] {
  switch (kind) {
    case 'unauthorized':
      return ['setApiKey', again, 'pickModel'];
    case 'usageLimitExceeded':
    case 'modelNotFound':
      return ['pickModel', again];
    case 'contextWindowExceeded':
      return ['newConversation'];
    default:
      return [again];
  }
}
