// What a proposed rule will and will not cover, in the words of the second step of "Remember".
import type { RuleProposal } from '../../server/protocol/schema/safety.ts';
import { oneLine, visible } from '../../server/protocol/shownText.ts';
import { paragraphs } from './shortText.ts';

const MOST_EXAMPLES = 5;
const MOST_DECLINED = 8;
const LONGEST_LINE = 120;

/** The rule as it will stand in its file, what it covers, and what it would have done before. */
export function ruleWords({ text, covers, doesNotCover, history }: RuleProposal): string {
  return paragraphs(
    visible(text.trim()),
    list('From now on it runs unasked:', covers, MOST_EXAMPLES),
    list('It still asks for:', doesNotCover, MOST_EXAMPLES),
    historyWords(history),
    list('You had declined:', history.declined, MOST_DECLINED),
  );
}

/** A rule of which no more is known than the beginning of the commands that it covers. */
export function offeredRuleWords(prefix: string): string {
  return paragraphs(
    `From now on commands that begin with “${prefix}” run unasked.`,
    'The server that Bowline is set to use cannot say what such a rule covers beside this command.',
  );
}

/** The rule against the commands of past threads. */
export function historyWords({ total, covered, declined }: RuleProposal['history']): string {
  if (total === 0) return 'There are no commands in past threads to try it against.';
  const commands = total === 1 ? '1 command' : `${total} commands`;
  const ran = `It would have run ${covered} of ${commands} in your past threads unasked`;
  if (covered === 0) return `${ran}.`;
  return declined.length === 0
    ? `${ran}; none of them had been declined.`
    : `${ran}. ${declined.length} of them had been DECLINED.`;
}

function list(heading: string, lines: readonly string[], most: number): string {
  if (lines.length === 0) return '';
  const shown = lines.slice(0, most).map((line) => `• ${visible(oneLine(line, LONGEST_LINE))}`);
  const more = lines.length - shown.length;
  return [heading, ...shown, ...(more > 0 ? [`… and ${more} more`] : [])].join('\n');
}
