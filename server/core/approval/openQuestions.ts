// The open questions of one thread: each is kept before it is asked, and let go before its answer has an effect.
import { messageOf } from '../../protocol/errors.ts';
import type { UserRequest } from '../../protocol/methods.ts';
import type { Asking, Log, Rehearse } from '../ports.ts';
import type { KeptQuestion, TurnConditions } from '../thread/keptQuestion.ts';
import type { ThreadStore } from '../thread/threadStore.ts';
import { SUSPENDED } from '../turn/runningTurn.ts';
import type { Ask } from '../turn/tool.ts';

export interface OpenQuestionsOptions {
  readonly threadId: string;
  readonly store: Pick<ThreadStore, 'newRequestId' | 'keepQuestion' | 'dropQuestion'>;
  readonly log: Log;
  /** Whether the thread has a place where its questions can be kept. */
  isStored(): boolean;
}

export interface Question<A> {
  readonly turnId: string;
  /** The item that it is about, which is also the tool call. */
  readonly itemId: string;
  readonly request: Pick<UserRequest, 'method' | 'params'>;
  readonly ask: Ask | null;
  /** Null where an answer means nothing to another process: the question is about something that runs in this one. */
  readonly conditions: TurnConditions | null;
  readonly signal: AbortSignal;
  readonly rehearse?: Rehearse;
  put(asking: Asking): Promise<A | 'failed'>;
}

/** As much of a request as tells what it is about. */
export type Matter = Pick<UserRequest, 'method'> & { readonly params: Partial<UserRequest['params']> };

/** What tells the questions about one item apart. */
function matterOf({ method, params }: Matter): string {
  const command = 'command' in params ? params.command : null;
  const permissions = 'permissions' in params ? params.permissions : null;
  return JSON.stringify([method, command, permissions]);
}

export class OpenQuestions {
  readonly #options: OpenQuestionsOptions;
  /** Asked by another process, and not yet here. */
  #takenUp: readonly KeptQuestion[] = [];
  /** What would be asked again by another process: the items, by the ids of the requests. */
  readonly #kept = new Map<number, string>();

  constructor(options: OpenQuestionsOptions) {
    this.#options = options;
  }

  /** Whether something waits for an answer that another process may take. */
  get outlives(): boolean {
    return this.#kept.size > 0;
  }

  isKept(itemId: string): boolean {
    return [...this.#kept.values()].includes(itemId);
  }

  /** Goes on with questions that another process asked: they are put under their ids when their calls ask them again. */
  takeUp(questions: readonly KeptQuestion[]): void {
    this.#takenUp = questions;
    for (const { requestId, itemId } of questions) this.#kept.set(requestId, itemId);
  }

  /** Whether this was asked about the item by another process and is still to be asked here. */
  isTakenUp(itemId: string, request: Matter): boolean {
    return this.#takenUpOf(itemId, request) !== undefined;
  }

  /** The item's call has ended: what it asked in another process and not here needs no answer. Returns those questions. */
  withdraw(itemId: string): readonly KeptQuestion[] {
    const withdrawn = this.#takenUp.filter((question) => question.itemId === itemId);
    this.#takenUp = this.#takenUp.filter((question) => question.itemId !== itemId);
    for (const { requestId } of withdrawn) this.#drop(requestId);
    return withdrawn;
  }

  #takenUpOf(itemId: string, request: Matter): KeptQuestion | undefined {
    return this.#takenUp.find((known) => known.itemId === itemId && matterOf(known) === matterOf(request));
  }

  async put<A>(question: Question<A>): Promise<A | 'failed'> {
    const { signal, rehearse } = question;
    const id = this.#open(question);
    const claim = (): boolean => !this.#kept.has(id) || this.#drop(id);
    const answer = await question.put({ id, signal, claim, ...(rehearse === undefined ? {} : { rehearse }) });
    if (!this.#kept.has(id)) return answer;
    // Nobody has answered, and the process ends: the next one asks again.
    if (signal.reason === SUSPENDED) return await new Promise<never>(() => undefined);
    this.#drop(id);
    return answer;
  }

  #open(question: Question<unknown>): number {
    const { itemId, turnId, conditions, ask, request, signal } = question;
    const { store, threadId } = this.#options;
    const takenUp = this.#takenUpOf(itemId, request);
    if (takenUp !== undefined) {
      this.#takenUp = this.#takenUp.filter((known) => known !== takenUp);
      return takenUp.requestId;
    }
    if (conditions === null || signal.aborted || !this.#options.isStored()) return store.newRequestId();
    const id = store.keepQuestion({ ...request, threadId, turnId, itemId, ask, conditions });
    this.#kept.set(id, itemId);
    return id;
  }

  /** False when it cannot be known that no other process will ask it again: then nothing may be done about the answer. */
  #drop(requestId: number): boolean {
    this.#kept.delete(requestId);
    const { store, threadId, log } = this.#options;
    try {
      store.dropQuestion(threadId, requestId);
      return true;
    } catch (error) {
      log.warn('An answered question could not be let go.', { threadId, requestId, reason: messageOf(error) });
      return false;
    }
  }
}
