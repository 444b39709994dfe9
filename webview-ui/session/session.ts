// The page's session: everything that is shown, and everything the user can do to it.
import { batch, computed, type ReadonlySignal } from '@preact/signals';
import type { ApprovalRequest } from '../../server/protocol/methods.ts';
import type { Turn } from '../../server/protocol/schema/turn.ts';
import { runningTurn } from '../../server/protocol/state/select.ts';
import { isReadOnly } from '../../server/protocol/threadWriter.ts';
import type { Bridge } from '../bridge.ts';
import { createPromptQueue, type PromptQueue } from '../queue/promptQueue.ts';
import { strings } from '../strings.ts';
import { activityOf, type Activity } from './activity.ts';
import type { ApprovalAnswer } from './choices.ts';
import type { ComposerState } from './composerState.ts';
import { createContextView, type ContextView } from './contextView.ts';
import { createDeltaQueue, eachFrame } from './deltaQueue.ts';
import { forgetArrived, hear, takeIn } from './hearing.ts';
import { createHistory, type History } from './history.ts';
import { createLocalStore, type LocalStore } from './localStore.ts';
import { createNotices, reasonOf, type Notices } from './notices.ts';
import { createOpenCards, type OpenCards } from './openCards.ts';
import { createRecall, promptsOf, type Recall } from './recall.ts';
import { createQuestionCards, type QuestionCards } from '../questions/questionCards.ts';
import type { Outbox } from './outbox.ts';
import { createPageState, type PageState } from './pageState.ts';
import { approvalKey, questionKey, rowsOf, type Row } from './rows.ts';
import { createSending, type Sending } from './sending.ts';
import { shownMessage } from './userInput.ts';

export interface Session extends PageState, Actions {
  readonly bridge: Bridge;
  readonly local: LocalStore;
  readonly composer: ComposerState;
  readonly notices: Notices;
  readonly history: History;
  readonly recall: Recall;
  /** What was unfolded in the cards of open requests. */
  readonly cards: OpenCards;
  /** The agent's questions, open and answered. */
  readonly questions: QuestionCards;
  /** What the model sees in a turn. */
  readonly context: ContextView;
  /** The messages that wait for the turn's end. */
  readonly queue: PromptQueue;
  readonly rows: ReadonlySignal<readonly Row[]>;
  readonly activity: ReadonlySignal<Activity>;
  readonly isStopping: ReadonlySignal<boolean>;
  /** What a turn has changed up to now, as a diff. */
  turnDiff(turnId: string): string | null;
  /** Listens to the host; answers how to stop. */
  start(): () => void;
}

export function createSession(bridge: Bridge): Session {
  const state = createPageState();
  const local = createLocalStore(bridge);
  const notices = createNotices();
  const history = createHistory({ bridge, thread: state.thread, failed: (text) => notices.add('error', text) });
  const queue = createDeltaQueue(eachFrame, (events) =>
    batch(() => {
      promptQueue.hear(events);
      if (takeIn({ state, notices }, events) && state.thread.value !== null) forgetArrived(sending, state.thread.value);
    }),
  );
  const sending: Sending = createSending({
    bridge,
    state,
    local,
    notices,
    catchUp: queue.flush,
    enqueue: (message) => promptQueue.add(message),
  });
  const promptQueue: PromptQueue = createPromptQueue({ bridge, state, local, notices, sending });
  const { composer, outbox } = sending;
  const turnDiff = (turnId: string): string | null => state.thread.value?.extras[turnId]?.diff ?? null;
  const cards = createOpenCards({ bridge, diffOf: turnDiff });
  const questions = createQuestionCards({ bridge, local, state });
  const context = createContextView({ bridge, thread: state.thread });

  return {
    ...state,
    ...createActions({ bridge, state, notices, sending, queue: promptQueue }),
    bridge,
    local,
    composer,
    notices,
    history,
    recall: createRecall(composer, () => promptsOf(state.thread.value)),
    cards,
    questions,
    context,
    queue: promptQueue,
    turnDiff,
    rows: computed(() =>
      rowsOf({
        state: state.thread.value,
        hasOlder: history.hasOlder.value,
        outgoing: shownOf(outbox, composer),
        answered: questions.answered.value,
      }),
    ),
    activity: computed(() => activityOf(state.thread.value, state.status.value, state.writer.value)),
    isStopping: computed(() => {
      const thread = state.thread.value;
      return thread !== null && runningTurn(thread)?.id === state.stoppingTurn.value;
    }),
    start: () =>
      bridge.start((event) =>
        hear({ state, local, notices, history, queue, sending, cards, questions, context, promptQueue }, event),
      ),
  };
}

function shownOf(outbox: Outbox, composer: ComposerState) {
  // what is on its way into the queue is shown there
  return outbox.messages.value.filter(
    ({ threadId, way }) => threadId === composer.threadId.value && way.type !== 'queue',
  );
}

export interface SendWays {
  readonly enter: 'turn' | 'queue';
  readonly altEnter: 'turn' | 'queue';
}

/** What the user can do. */
interface Actions {
  /** Where Enter sends what stands in the composer, and where Alt+Enter does: both are the same while nothing runs. */
  readonly ways: ReadonlySignal<SendWays>;
  /** Sends what stands in the composer. */
  send(by?: keyof SendWays): void;
  /** Sends a text of the page's own, such as "Continue." */
  say(text: string): void;
  /** Sends the turn's own message once more. */
  sayAgain(turn: Turn): void;
  /** Interrupts the running turn. */
  stop(): Promise<void>;
  answer(request: ApprovalRequest, result: ApprovalAnswer): void;
  /** Implements the plan: acts from now on, and says so to the agent. */
  implementPlan(): Promise<void>;
  /** Brings the first open request into sight. */
  showApproval(): void;
  /** Waits for something the user asked for, and shows its refusal, if any. */
  ask(asked: Promise<unknown>): void;
}

interface ActionSource {
  readonly bridge: Bridge;
  readonly state: PageState;
  readonly notices: Notices;
  readonly sending: Sending;
  readonly queue: PromptQueue;
}

const AT_ONCE: SendWays = { enter: 'turn', altEnter: 'turn' };

/** While the agent works a message can join the turn or wait for its end; the setting says which of them Enter does. */
function waysOf(state: PageState, { isOffered }: PromptQueue): SendWays {
  const thread = state.thread.value;
  if (thread === null || runningTurn(thread) === undefined || !isOffered.value) return AT_ONCE;
  return state.followUp.value === 'queue' ? { enter: 'queue', altEnter: 'turn' } : { enter: 'turn', altEnter: 'queue' };
}

function createActions({ bridge, state, notices, sending, queue }: ActionSource): Actions {
  const { composer, outbox } = sending;
  const sendNow = (message: Pick<Parameters<Outbox['send']>[1], 'text' | 'attachments'>): void => {
    notices.clear();
    if (isReadOnly(state.writer.value)) return notices.add('info', strings.notSentReadOnly);
    outbox.send(composer.threadId.value, { ...message, messageId: crypto.randomUUID() });
    composer.save();
  };
  const ways = computed(() => waysOf(state, queue));
  return {
    ways,
    send: (by = 'enter') => sending.send(ways.value[by]),
    say: (text) => sendNow({ text, attachments: [] }),
    sayAgain: (turn) => {
      const said = turn.items.find((item) => item.type === 'userMessage');
      if (said !== undefined) sendNow(shownMessage(said.content));
    },
    stop: async () => {
      const thread = state.thread.value;
      const turn = thread === null ? undefined : runningTurn(thread);
      if (thread === null || turn === undefined || state.stoppingTurn.value === turn.id) return;
      if (isReadOnly(state.writer.value)) return;
      state.stoppingTurn.value = turn.id;
      try {
        await bridge.request('turn/interrupt', { threadId: thread.thread.id, turnId: turn.id });
      } catch (error) {
        state.stoppingTurn.value = '';
        notices.add('error', strings.couldNotStop(reasonOf(error)));
      }
    },
    answer: (request, result) => {
      if (state.answered.value.has(request.id)) return;
      state.answered.value = new Set([...state.answered.value, request.id]);
      bridge.answer(request, result);
    },
    implementPlan: async () => {
      if (!isReadOnly(state.writer.value)) await bridge.call('setMode', { mode: 'default' });
      sendNow({ text: strings.implementMessage, attachments: [] });
    },
    showApproval: () => {
      const first = state.thread.value?.pending[0];
      const question = state.thread.value?.questions[0];
      if (first !== undefined) state.wanted.value = { key: approvalKey(first) };
      else if (question !== undefined) state.wanted.value = { key: questionKey(question.request) };
    },
    ask: (asked) => {
      asked.catch((error: unknown) => notices.add('error', reasonOf(error)));
    },
  };
}
