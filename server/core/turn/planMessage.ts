// A message of the agent in plan mode: what it proposes becomes a `plan` item, and is cut out of the message.
import type { AgentMessageItem } from '../../protocol/schema/item.ts';
import type { LiveThread } from '../thread/liveThread.ts';
import { PlanSplitter, splitPlan, type PlanPiece } from './proposedPlan.ts';
import type { TurnItems } from './turnItems.ts';

export interface PlanMessageParts {
  readonly thread: LiveThread;
  readonly turnId: string;
  readonly items: TurnItems;
  /** The message as it begins, under the id that it will have. */
  readonly begun: AgentMessageItem;
}

export class PlanMessage {
  readonly #parts: PlanMessageParts;
  readonly #splitter = new PlanSplitter();
  #planId: string | null = null;
  #isMessageOpen = false;
  /** White space at the message's begin: alone it is no message. */
  #margin = '';
  #raw = '';

  constructor(parts: PlanMessageParts) {
    this.#parts = parts;
  }

  delta(text: string): void {
    this.#raw += text;
    this.#show(this.#splitter.push(text));
  }

  /** Completes the items with the message as the model has finished it. */
  finish(message: AgentMessageItem): void {
    const { text, plan } = splitPlan(message.text);
    this.#show(this.#splitter.end());
    if (plan !== null || this.#planId !== null) this.#completePlan(this.#openPlan(), plan ?? '');
    if (text.trim() !== '') this.#openMessage();
    if (this.#isMessageOpen) this.#completeMessage({ ...message, id: this.#parts.begun.id, text });
  }

  /** Completes the items with what came of them; returns what the model had written. */
  abandon(): string {
    this.#show(this.#splitter.end());
    const { text, plan } = splitPlan(this.#raw);
    if (this.#planId !== null) this.#completePlan(this.#planId, plan ?? '');
    if (this.#isMessageOpen) this.#completeMessage({ ...this.#parts.begun, text });
    return this.#raw;
  }

  #show(pieces: readonly PlanPiece[]): void {
    for (const piece of pieces) {
      if (piece.type === 'planStarted') this.#openPlan();
      else if (piece.type === 'plan') this.#grow('item/plan/delta', this.#openPlan(), piece.text);
      else this.#say(piece.text);
    }
  }

  #say(text: string): void {
    this.#margin += this.#isMessageOpen ? '' : text;
    if (this.#isMessageOpen) return this.#grow('item/agentMessage/delta', this.#parts.begun.id, text);
    if (this.#margin.trim() === '') return;
    this.#openMessage();
    this.#grow('item/agentMessage/delta', this.#parts.begun.id, this.#margin);
  }

  #openMessage(): void {
    if (this.#isMessageOpen) return;
    this.#isMessageOpen = true;
    this.#parts.items.start({ ...this.#parts.begun, text: '' });
  }

  #openPlan(): string {
    if (this.#planId !== null) return this.#planId;
    const { thread, turnId, items } = this.#parts;
    const turn = thread.state.turns.find(({ id }) => id === turnId);
    const earlier = turn?.items.filter(({ type }) => type === 'plan').length ?? 0;
    this.#planId = earlier === 0 ? `${turnId}-plan` : `${turnId}-plan-${earlier + 1}`;
    items.start({ type: 'plan', id: this.#planId, text: '' });
    return this.#planId;
  }

  #completePlan(id: string, text: string): void {
    this.#parts.items.complete({ type: 'plan', id, text });
  }

  #completeMessage(message: AgentMessageItem): void {
    const { items } = this.#parts;
    const startedAtMs = items.open(message.id)?.startedAtMs ?? null;
    items.complete({ ...message, startedAtMs });
  }

  #grow(method: 'item/plan/delta' | 'item/agentMessage/delta', itemId: string, delta: string): void {
    const { thread, turnId } = this.#parts;
    thread.record({ method, params: { threadId: thread.id, turnId, itemId, delta } });
  }
}
