// How long a call may wait for a command and how much of its output the model gets.

const DEFAULT_YIELD_MS = 10_000;
const SHORTEST_YIELD_MS = 250;
const LONGEST_YIELD_MS = 30_000;
/** What a look at a running command waits for when nothing is written to it. */
const DEFAULT_LOOK_MS = 5_000;
const DEFAULT_OUTPUT_TOKENS = 10_000;

/** How long `exec_command` waits before it leaves a command to the background. */
export function startYieldMs(asked: number | undefined): number {
  return clamp(asked ?? DEFAULT_YIELD_MS, SHORTEST_YIELD_MS, LONGEST_YIELD_MS);
}

/** How long `write_stdin` waits for output; longer when it only looks. */
export function writeYieldMs(asked: number | undefined, hasText: boolean): number {
  return clamp(asked ?? (hasText ? SHORTEST_YIELD_MS * 4 : DEFAULT_LOOK_MS), SHORTEST_YIELD_MS, LONGEST_YIELD_MS);
}

/** The whole conversation pays for every token, so more than the default is never given. */
export function outputTokens(asked: number | undefined): number {
  return clamp(asked ?? DEFAULT_OUTPUT_TOKENS, 100, DEFAULT_OUTPUT_TOKENS);
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, Math.round(value)));
}
