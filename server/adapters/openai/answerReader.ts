// What the two dialects have in common: a reader that turns the events of one answer into model events.
import type { ModelEvent } from '../../core/turn/modelPort.ts';
import type { Fault } from './faults.ts';

/** Reads one answer. Both calls may throw a Broken. */
export interface AnswerReader {
  /** Adds what one server-sent event says to `out`. */
  take(data: string, name: string, out: ModelEvent[]): void;
  /** The body has ended; adds what is still owed. */
  end(out: ModelEvent[]): void;
  /** `completed` or `incomplete` has been added: whatever follows is of no interest. */
  readonly isFinished: boolean;
}

/** The answer tells of a failure, or cannot be understood. */
export class Broken extends Error {
  override readonly name = 'Broken';
  readonly fault: Fault;

  constructor(fault: Fault) {
    super(fault.kind);
    this.fault = fault;
  }
}
