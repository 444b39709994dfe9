// Rules as the wire shows them, each with an id that stays while it stands in its file.
import { hexHash } from '../hash.ts';
import type { FileRule } from '../../core/approval/rules/ruleFile.ts';
import type { ReadRuleFile } from '../../core/approval/rules/ruleScope.ts';
import type { Rule } from '../../protocol/schema/safety.ts';

/** From what a rule says and which of its likes it is: neither its line nor its being switched off counts. */
export function idsOf(path: string, rules: readonly FileRule[]): string[] {
  const seen = new Map<string, number>();
  return rules.map(({ text }) => {
    const before = seen.get(text) ?? 0;
    seen.set(text, before + 1);
    return hexHash('sha256', JSON.stringify([path, text, before])).slice(0, 16);
  });
}

export function shownRules(files: readonly ReadRuleFile[], scope: Rule['scope']): Rule[] {
  return files.flatMap((read) => (read.type === 'read' ? shownFile(read.path, read.file.rules, scope) : []));
}

function shownFile(path: string, rules: readonly FileRule[], scope: Rule['scope']): Rule[] {
  const ids = idsOf(path, rules);
  return rules.map((rule, index): Rule => {
    const { decision, justification, line, isEnabled } = rule;
    const origin = { id: ids[index] ?? '', decision, justification, path, line, scope, isEnabled };
    if (rule.kind === 'network') return { ...origin, kind: 'network', host: rule.host };
    return {
      ...origin,
      kind: 'command',
      pattern: rule.pattern.map((word) => (typeof word === 'string' ? word : [...word])),
    };
  });
}
