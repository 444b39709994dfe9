// Sees when a model calls the same tool again and again and learns nothing from it.
import { AgentError } from '../../protocol/errors.ts';
import type { ModelItem } from './modelPort.ts';
import type { ToolCall } from './tool.ts';

/** So many equal calls with equal results in a row end the turn. */
const MOST = 5;

/** What differs from report to report although the command did the same. */
const VOLATILE = /^(?:Chunk ID|Wall time): .*$/gm;
/** Waiting for a command is no repetition. */
const STILL_RUNS = /^Process running with session ID \d+$/m;

export class RepetitionWatch {
  #last: string | null = null;
  #count = 0;

  /** Takes a call with its output. Throws when it is one too many. */
  take(call: ToolCall, output: Extract<ModelItem, { output: unknown }>['output']): void {
    const result = (typeof output === 'string' ? output : JSON.stringify(output)).replaceAll(VOLATILE, '');
    if (STILL_RUNS.test(result)) {
      this.#last = null;
      return;
    }
    const seen = JSON.stringify([call.name, call.input, result]);
    this.#count = seen === this.#last ? this.#count + 1 : 1;
    this.#last = seen;
    if (this.#count < MOST) return;
    throw new AgentError(
      'other',
      `The agent called \`${call.name}\` ${MOST} times in a row in the same way and got the same result each time, so the turn was ended. Nothing is lost: send a message to go on, best with a hint at what it is missing.`,
    );
  }
}
