// Requests that wait for a modal: those that the user asked for first, then by risk, then by age.
import type { RequestId } from '../../server/protocol/jsonrpc.ts';
import type { ApprovalRequest } from '../../server/protocol/methods.ts';
import type { Risk } from '../../server/protocol/schema/safety.ts';
import { byRisk } from './inboxRows.ts';

export interface QueuedPrompt {
  readonly request: ApprovalRequest;
  /** The user asked for it: it is shown at once, however questions are put otherwise. */
  readonly isWanted: boolean;
}

export class PromptQueue {
  readonly #riskOf: (request: ApprovalRequest) => Risk;
  #waiting: readonly QueuedPrompt[] = [];

  constructor(riskOf: (request: ApprovalRequest) => Risk) {
    this.#riskOf = riskOf;
  }

  get size(): number {
    return this.#waiting.length;
  }

  get hasWanted(): boolean {
    return this.#waiting.some(({ isWanted }) => isWanted);
  }

  /** A request that waits already is only moved. */
  add(request: ApprovalRequest, isWanted = false): void {
    this.remove(request.id);
    this.#waiting = [...this.#waiting, { request, isWanted }];
  }

  remove(requestId: RequestId): void {
    this.#waiting = this.#waiting.filter(({ request }) => request.id !== requestId);
  }

  /** Takes the one whose turn it is. */
  next(): QueuedPrompt | undefined {
    const ranked = this.#waiting.map((prompt) => ({ prompt, risk: this.#riskOf(prompt.request) }));
    const [first] = ranked.toSorted(
      (one, other) => Number(other.prompt.isWanted) - Number(one.prompt.isWanted) || byRisk(one, other),
    );
    if (first === undefined) return undefined;
    this.remove(first.prompt.request.id);
    return first.prompt;
  }

  clear(): void {
    this.#waiting = [];
  }
}
