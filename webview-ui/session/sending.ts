// From the composer to the server: joins the draft, the messages on their way, and the places where both are kept.
import { isReadOnly } from '../../server/protocol/threadWriter.ts';
import { threadStateOf } from '../../server/protocol/state/threadState.ts';
import type { Bridge } from '../bridge.ts';
import { strings } from '../strings.ts';
import { createComposerState, holds, type ComposerState } from './composerState.ts';
import { EMPTY_DRAFT, withoutImages } from './localState.ts';
import type { LocalStore } from './localStore.ts';
import { reasonOf, type Notices } from './notices.ts';
import { createOutbox, type Outbox, type OutboxHost, type OutgoingMessage } from './outbox.ts';
import { whenReady, type PageState } from './pageState.ts';

export interface SendingSource {
  readonly bridge: Bridge;
  readonly state: PageState;
  readonly local: LocalStore;
  readonly notices: Notices;
  /** Takes in what the server has said up to now. */
  catchUp(): void;
  /** Adds a message to the queue of its thread; false when it is to be sent like any other. */
  enqueue(message: OutgoingMessage): Promise<boolean>;
}

export interface Sending {
  readonly composer: ComposerState;
  readonly outbox: Outbox;
  /** A message that was given back as not sent stands in its thread. */
  foundAfterAll(messageId: string): void;
  /** Sends what stands in the composer, to the running turn or into the queue. */
  send(way: 'turn' | 'queue'): void;
}

export function createSending({ bridge, state, local, notices, catchUp, enqueue }: SendingSource): Sending {
  const saveDraft = (threadId: string, draft: Parameters<typeof withoutImages>[0]): void => {
    bridge.call('saveDraft', { threadId, draft }).catch((error: unknown) => notices.add('error', reasonOf(error)));
  };

  const refusals = new Map<string, string>();
  const composer: ComposerState = createComposerState(
    {
      keepLocally: (draft) => local.keep({ threadId: composer.threadId.value, draft: withoutImages(draft) }),
      keepAtHost: saveDraft,
      outgoing: (threadId) => outbox.messages.value.filter((message) => message.threadId === threadId),
    },
    local.current(),
  );

  const outbox: Outbox = createOutbox({
    bridge,
    current: () => {
      catchUp();
      return state.thread.value;
    },
    ready: () => whenReady(state),
    folder: () => state.folders.value[0],
    opened: ({ thread }) => {
      if (state.thread.value !== null) return;
      state.thread.value = threadStateOf(thread);
      composer.rename(thread.id);
      saveDraft('', EMPTY_DRAFT);
    },
    arrived: () => composer.save(),
    enqueue: (message) => {
      catchUp();
      return enqueue(message);
    },
    giveBack: (message, reason) => {
      tellUnsent(notices, refusals, { messageId: message.messageId, reason });
      // one that was to go before the others has never left the queue
      if (message.way.type === 'fromQueue' && reason !== 'notRead') return;
      // another composer holds it at the host, as it was when it was left, with what else stood there
      const isHere = message.threadId === composer.threadId.value;
      if (isHere && !holds(composer.draft.value, message)) composer.giveBack(message);
    },
  });

  return {
    composer,
    outbox,
    foundAfterAll: (messageId) => notices.withdraw(refusals.get(messageId) ?? ''),
    send: (way) => {
      // what was written stays where it is
      if (isReadOnly(state.writer.value)) return notices.add('info', strings.notSentReadOnly);
      const mentions = composer.mentions.value;
      const taken = composer.take();
      if (taken === undefined) return;
      notices.clear();
      outbox.send(composer.threadId.value, taken, { mentions, way: { type: way } });
      composer.save();
    },
  };
}

type Unsent = { readonly messageId: string; readonly reason: Parameters<OutboxHost['giveBack']>[1] };

/** Says why a message was not sent or read; what is said of one that was not sent can be taken back by its id. */
function tellUnsent(notices: Notices, refusals: Map<string, string>, { messageId, reason }: Unsent): void {
  if (reason === 'notRead') return notices.add('warning', strings.notRead);
  refusals.set(messageId, strings.notSent(reason.error));
  notices.add('error', strings.notSent(reason.error));
}
