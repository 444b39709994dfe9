// Lets a scripted answer stop in the middle of one part, so that a test can look at what is half there.
import { gate, interleaved, raw, type Part } from './modelScript.ts';

/**
 * The part, with a gate after its first `events` events. A text has two events before its deltas, a call has one.
 * @param name the gate to open
 */
export function pausedAfter(events: number, part: Part, name: string): Part {
  // parts that stream at the same time take turns, event by event: comments hold the places before the gate
  const places = Array.from({ length: events - 1 }, () => raw(': wait\n\n'));
  return interleaved(part, interleaved(...places, gate(name)));
}
