// The smallest rule that would have let a command run unasked, and its kind with it.
import { commandFamily } from './commandFamily.ts';
import { beginsWith } from './rules/patternWords.ts';
import { coverage, type CoverageIn } from './ruleCoverage.ts';
import type { RuleSet } from './ruleBook.ts';
import { passesOn } from './safe/safeCommand.ts';
import type { ShellCommand, ShellScript } from './shell/shellScript.ts';

export interface ProposalIn extends CoverageIn {
  /** The prefix that the model asks for: it may be narrower than the proposal, never wider. */
  readonly wanted?: readonly string[] | null;
}

/**
 * The prefix of words that "accept and remember" allows. Null where nothing may be remembered: for a script that is not simple, for
 * one with commands that would need several rules, and for a command whose kind can do anything.
 */
export function proposeRule(script: ShellScript, where: ProposalIn): readonly string[] | null {
  if (script.obstacle !== null) return null;
  const [command] = uncovered(
    script,
    script.commands.filter(({ wrapper }) => wrapper === null),
    where,
  );
  if (command === undefined) return null;
  const words = command.words.map(({ text }) => text);
  const family = commandFamily(words);
  if (family === null || !command.words.slice(0, family.length).every(({ isLiteral }) => isLiteral)) return null;
  const pattern = narrowed(family, words, where.wanted ?? null);
  // with this one rule the whole script must be covered
  const rules = withAllowed(where.rules, pattern);
  return coverage(script, { ...where, rules }).type === 'rules' ? pattern : null;
}

/** The rules with one more. */
export function withAllowed(rules: RuleSet, pattern: readonly string[]): RuleSet {
  return {
    ...rules,
    match: (words) => {
      const known = rules.match(words);
      if (known !== null || !beginsWith(words, pattern)) return known;
      return { decision: 'allow', justification: null, pattern };
    },
  };
}

/** The commands that neither a rule nor the list of safe ones covers; for one that only runs another, that other. */
function uncovered(script: ShellScript, commands: readonly ShellCommand[], where: CoverageIn): ShellCommand[] {
  return commands.flatMap((command) => {
    const inner = script.commands.filter(({ wrapper }) => wrapper === command);
    if (passesOn(command) && inner.length > 0) return uncovered(script, inner, where);
    const alone = { ...script, commands: [{ ...command, wrapper: null }] };
    return coverage(alone, where).type === 'none' ? [command] : [];
  });
}

function narrowed(
  family: readonly string[],
  words: readonly string[],
  wanted: readonly string[] | null,
): readonly string[] {
  return wanted !== null && beginsWith(wanted, family) && beginsWith(words, wanted) ? wanted : family;
}
