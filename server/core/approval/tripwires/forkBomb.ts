// Tripwire: programs that do nothing but start themselves again, until the machine stands still.
import { argumentsOf, programOf } from '../shell/shellScript.ts';
import type { Tripwire } from './tripwire.ts';

const IN_CODE =
  /\bfork\s*(?:\(\s*\))?\s*while\s+(?:fork\b|1\b|true\b)|while\s*(?:\(\s*)?(?:1|True|true)\s*\)?\s*[:{]?\s*(?:os\.)?fork\b|loop\s*\{\s*fork\b/;
const IN_BATCH = /%0\s*\|\s*%0|:(\w+)\s*&?\s*start\s+.*&?\s*goto\s+\1/i;
const REASON = 'Starts itself again without end (a fork bomb).';

export const forkBomb: Tripwire = {
  name: 'fork_bomb',
  command(command) {
    const [name] = command.words;
    if (name !== undefined && command.isParallel && command.functions.includes(name.text)) return REASON;
    const runsItself = name?.text === '$0' || (name?.text === '.' && command.words[1]?.text === '$0');
    if (runsItself && command.isParallel) return REASON;
    const isInterpreter = /^(?:perl|ruby|python[\d.]*|php|node)$/.test(programOf(command));
    return isInterpreter && argumentsOf(command).some((arg) => IN_CODE.test(arg)) ? REASON : null;
  },
  script: ({ text }) => (IN_BATCH.test(text) ? REASON : null),
};
