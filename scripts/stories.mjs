// How the contract's stories are run, in the tests and for the oracle.
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CACHE } from './folders.mjs';

/** Files beside each other, each in a process of its own: stories mostly wait for the servers that they start. */
export const TWO_AT_ONCE = ['--parallel', '--jobs', '2'];

/** For mocha. */
export const STORY_FLAGS = [...TWO_AT_ONCE, '--timeout', '60000'];

/**
 * Variables that name an empty home folder: a command of the agent runs in a login shell, and what the profile of a developer loads there
 * can take longer than the story.
 * @param {string} home made when it is missing
 */
export async function withoutProfile(home) {
  await mkdir(home, { recursive: true });
  return { HOME: home, XDG_CACHE_HOME: dirname(CACHE) };
}
