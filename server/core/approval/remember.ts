// Remembers what an answer says beyond this once: a rule for commands like this one, or for a host.
import { messageOf } from '../../protocol/errors.ts';
import type { CommandQuestion } from '../turn/tool.ts';
import type { RuleBook } from './ruleBook.ts';
import { beginsWith } from './rules/patternWords.ts';
import { homeAround } from './shell/place.ts';
import { readScript } from './shell/readScript.ts';

const NOT_REMEMBERED = 'The command runs once and was not remembered';

/**
 * Writes the rule that an answer carries. Nobody's word is taken for it: the pattern must begin with what was proposed for the
 * question, and the command with the pattern. Resolves to why nothing was remembered, in words for the user; null when it was.
 */
export async function rememberCommand(
  pattern: readonly string[],
  question: CommandQuestion,
  rules: Pick<RuleBook, 'allowCommand'>,
): Promise<string | null> {
  const fault = faultOf(pattern, question);
  if (fault !== null) return `${NOT_REMEMBERED}: ${fault}`;
  return whyNot(() => rules.allowCommand(pattern), NOT_REMEMBERED);
}

/** Resolves to null when it was written. */
export async function whyNot(write: () => Promise<void>, consequence: string): Promise<string | null> {
  try {
    await write();
    return null;
  } catch (error) {
    return `${consequence}: ${messageOf(error)}`;
  }
}

function faultOf(pattern: readonly string[], { action, ask }: CommandQuestion): string | null {
  if (ask.tripwire !== null) return 'what a tripwire asks about is asked each time.';
  if (ask.amendment === null) return 'no rule was proposed that covers this command and not much more.';
  if (!beginsWith(pattern, ask.amendment)) return 'the rule would cover other commands than the one that was proposed.';
  const { commands } = readScript(action.script, { folder: action.cwd, home: homeAround(action.cwd) });
  const isCovered = commands.some(({ words }) => {
    const begin = words.slice(0, pattern.length);
    return (
      begin.every(({ isLiteral }) => isLiteral) &&
      beginsWith(
        begin.map(({ text }) => text),
        pattern,
      )
    );
  });
  return isCovered ? null : 'the rule would not cover this command.';
}
