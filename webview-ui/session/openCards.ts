// What was unfolded in the cards of open requests: the rule that would be made of one, and what its rehearsal showed.
import { signal, type ReadonlySignal } from '@preact/signals';
import type { RequestId } from '../../server/protocol/jsonrpc.ts';
import type { ApprovalRequest } from '../../server/protocol/methods.ts';
import type { Rehearsal, RuleProposal } from '../../server/protocol/schema/safety.ts';
import type { ThreadState } from '../../server/protocol/state/threadState.ts';
import type { Bridge } from '../bridge.ts';
import { reasonOf } from './notices.ts';

/** Something the server was asked about a request. */
export type Asked<T> =
  | { readonly type: 'waiting' }
  | { readonly type: 'known'; readonly value: T }
  | { readonly type: 'failed'; readonly reason: string };

export interface ShownRehearsal {
  readonly rehearsal: Rehearsal;
  /** What the turn had changed when it was made: a rehearsal is worth nothing once there is more. */
  readonly diffBefore: string | null;
}

export interface OpenCard {
  /** Present while the rule is shown. */
  readonly proposal?: Asked<RuleProposal>;
  readonly rehearsal?: Asked<ShownRehearsal>;
}

export interface OpenCards {
  readonly shown: ReadonlySignal<ReadonlyMap<RequestId, OpenCard>>;
  /** Asks for the rule that would be made of the request, and shows it. */
  propose(request: ApprovalRequest): void;
  /** Folds the rule away again. */
  leaveProposal(requestId: RequestId): void;
  /** Tries the action in a copy of the workspace. */
  rehearse(request: ApprovalRequest): void;
  /** Folds everything away that a request had unfolded. */
  forget(requestId: RequestId): void;
  /** Forgets what belongs to requests that are not open any more. */
  keepOnly(pending: ThreadState['pending']): void;
}

export interface OpenCardsSource {
  readonly bridge: Bridge;
  /** What the turn has changed up to now, as a diff. */
  diffOf(turnId: string): string | null;
}

export function createOpenCards({ bridge, diffOf }: OpenCardsSource): OpenCards {
  const shown = signal<ReadonlyMap<RequestId, OpenCard>>(new Map());
  const change = (id: RequestId, card: OpenCard): void => {
    shown.value = new Map([...shown.value, [id, { ...shown.value.get(id), ...card }]]);
  };
  return {
    shown,
    propose: ({ id, params: { threadId } }) => {
      const waiting = { type: 'waiting' } as const;
      change(id, { proposal: waiting });
      const show = (proposal: Asked<RuleProposal>): void => {
        // it may have been folded away, or asked for anew, in the meantime
        if (shown.value.get(id)?.proposal === waiting) change(id, { proposal });
      };
      void known(bridge.request('rule/propose', { threadId, requestId: id })).then(show);
    },
    leaveProposal: (id) => {
      const { proposal: _left, ...rest } = shown.value.get(id) ?? {};
      shown.value = new Map([...shown.value, [id, rest]]);
    },
    rehearse: ({ id, params: { threadId, turnId } }) => {
      const waiting = { type: 'waiting' } as const;
      const diffBefore = diffOf(turnId);
      change(id, { rehearsal: waiting });
      const asked = bridge
        .request('approval/rehearse', { threadId, requestId: id })
        .then((rehearsal) => ({ rehearsal, diffBefore }));
      void known(asked).then((rehearsal) => {
        if (shown.value.get(id)?.rehearsal === waiting) change(id, { rehearsal });
      });
    },
    forget: (id) => {
      shown.value = new Map([...shown.value].filter(([other]) => other !== id));
    },
    keepOnly: (pending) => {
      const open = new Set(pending.map(({ id }) => id));
      const kept = [...shown.value].filter(([id]) => open.has(id));
      if (kept.length < shown.value.size) shown.value = new Map(kept);
    },
  };
}

async function known<T>(asked: Promise<T>): Promise<Asked<T>> {
  try {
    return { type: 'known', value: await asked };
  } catch (error) {
    return { type: 'failed', reason: reasonOf(error) };
  }
}
