// The environment of a command that a person looks at in a terminal, from the one of commands that a program reads.
import { FOR_PROGRAMS } from '../command/environmentPolicy.ts';

/** Colours, pagers and a terminal's abilities come back, except where the user's own policy has set them. */
export function forTerminal(variables: Readonly<Record<string, string>>): Record<string, string> {
  const kept = Object.entries(variables).filter(([name, value]) => !isForPrograms(name, value));
  return { TERM: 'xterm-256color', COLORTERM: 'truecolor', ...Object.fromEntries(kept) };
}

function isForPrograms(name: string, value: string): boolean {
  return !/^(?:LANG|LC_.*|SHLVL)$/.test(name) && Object.hasOwn(FOR_PROGRAMS, name) && FOR_PROGRAMS[name] === value;
}
