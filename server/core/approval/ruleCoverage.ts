// What the rules and the list of safe commands say about a script as a whole.
import type { Places } from '../pathPolicy/places.ts';
import type { RuleDecision } from '../../protocol/schema/safety.ts';
import type { RuleMatch, RuleSet } from './ruleBook.ts';
import { reachesFurther } from './rules/reachesFurther.ts';
import { isSafeCommand, passesOn } from './safe/safeCommand.ts';
import { valueOf } from './shell/place.ts';
import { baseName, type ShellCommand, type ShellScript } from './shell/shellScript.ts';
import { gitCall } from './tripwires/gitArguments.ts';

export type Coverage =
  /** Each command only reads. */
  | { readonly type: 'safe' }
  /** Each command only reads or is allowed by a rule, and at least one is by a rule. */
  | { readonly type: 'rules' }
  /** Why that is not so, in words for the user. */
  | { readonly type: 'none'; readonly reason: string };

export interface CoverageIn {
  readonly rules: RuleSet;
  readonly workspace: string;
  readonly places: Places;
}

export function coverage(script: ShellScript, where: CoverageIn): Coverage {
  if (script.obstacle !== null) return { type: 'none', reason: script.obstacle };
  if (script.commands.length === 0) return { type: 'none', reason: 'It names no command.' };
  let isByRule = false;
  const isCovered = (command: ShellCommand): boolean => {
    const match = where.rules.match(wordsOf(command));
    if (match?.decision === 'allow' && !reachesFurther(wordsOf(command), match.pattern.length)) {
      isByRule = true;
      return true;
    }
    if (isSafeCommand(command, where)) return true;
    const inner = script.commands.filter(({ wrapper }) => wrapper === command);
    return passesOn(command) && inner.length > 0 && inner.every(isCovered);
  };
  const uncovered = script.commands.find((command) => command.wrapper === null && !isCovered(command));
  if (uncovered === undefined) return { type: isByRule ? 'rules' : 'safe' };
  return { type: 'none', reason: `Not on the list: ${wordsOf(uncovered).join(' ').slice(0, 80)}` };
}

/**
 * What a rule that restricts says about any command of the script, nested and wrapped ones included. A program counts by its name,
 * wherever it lies.
 */
export function ruleOn(
  script: ShellScript,
  rules: RuleSet,
  decision: Exclude<RuleDecision, 'allow'>,
): RuleMatch | null {
  for (const command of script.commands) {
    const [program, ...args] = command.words.map((word) => valueOf(word, command.place) ?? word.text);
    if (program === undefined) continue;
    const git = gitCall(command);
    for (const words of [
      [program, ...args],
      [baseName(program), ...args],
      // `git -C folder push` is a `git push`
      ...(git === null ? [] : [['git', git.subcommand, ...git.args]]),
    ]) {
      const match = rules.match(words);
      if (match?.decision === decision) return match;
    }
  }
  return null;
}

function wordsOf({ words }: ShellCommand): string[] {
  return words.map(({ text }) => text);
}
