// The rehearsals of one open question: one at a time, and none outlives it.
import type { Rehearse } from '../core/ports.ts';
import { messageOf, ProtocolError } from '../protocol/errors.ts';
import type { Rehearsal } from '../protocol/schema/safety.ts';

export class QuestionRehearsals {
  readonly #rehearse: Rehearse | null;
  readonly #closed = new AbortController();
  #isRunning = false;

  constructor(rehearse: Rehearse | null) {
    this.#rehearse = rehearse;
  }

  async run(): Promise<Rehearsal> {
    if (this.#rehearse === null) throw refusal('cannotRehearse', 'What this request asks for cannot be rehearsed.');
    if (this.#isRunning) throw refusal('rehearsalRunning', 'This request is being rehearsed. Wait for the result.');
    this.#isRunning = true;
    const { signal } = this.#closed;
    try {
      const rehearsal = await this.#rehearse.run(signal);
      signal.throwIfAborted();
      return rehearsal;
    } catch (error) {
      if (signal.aborted)
        throw refusal('rehearsalCancelled', 'The request was resolved before its rehearsal was done.');
      throw refusal('rehearsalFailed', messageOf(error));
    } finally {
      this.#isRunning = false;
    }
  }

  /** Why the result of that rehearsal cannot be accepted by now; null when it can. */
  async obstacle(rehearsalId: string): Promise<string | null> {
    if (this.#rehearse === null) return 'It was never rehearsed.';
    if (this.#isRunning) return 'It is being rehearsed anew.';
    try {
      return await this.#rehearse.obstacle(rehearsalId);
    } catch (error) {
      return messageOf(error);
    }
  }

  /** The question is resolved: what is being tried for it is stopped. */
  close(): void {
    this.#closed.abort();
  }
}

/** The rehearsal that an answer accepts; null for every other answer. */
export function acceptedRehearsal(result: unknown): string | null {
  const accepted = memberOf(memberOf(result, 'decision'), 'acceptRehearsal');
  const id = memberOf(accepted, 'rehearsal_id');
  return typeof id === 'string' ? id : null;
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

function refusal(kind: string, message: string): ProtocolError {
  return new ProtocolError('invalidRequest', message, { kind });
}
