// The rows of the rules view: files with their rules, and what could not be used, in words.
import type { Rule, RuleDecision, RuleListResult } from '../../server/protocol/schema/safety.ts';
import { visible } from '../../server/protocol/shownText.ts';

export type RuleRow = ProblemRow | FileRow | SingleRule;

export interface ProblemRow {
  readonly kind: 'problem';
  readonly path: string;
  readonly line: number | null;
  readonly message: string;
}

export interface FileRow {
  readonly kind: 'file';
  readonly path: string;
  readonly scope: Rule['scope'];
  readonly rules: readonly SingleRule[];
}

export interface SingleRule {
  readonly kind: 'rule';
  readonly rule: Rule;
}

/** What is wrong first, then the user's files, then those of the workspace; rules stand as in their file. */
export function ruleRows({ data, problems }: RuleListResult): RuleRow[] {
  const files = [...new Set(data.map(({ path }) => path))].map((path): FileRow => {
    const rules = data.filter((rule) => rule.path === path).toSorted((one, other) => one.line - other.line);
    return {
      kind: 'file',
      path,
      scope: rules[0]?.scope ?? 'home',
      rules: rules.map((rule) => ({ kind: 'rule', rule })),
    };
  });
  const order = (row: FileRow): number => (row.scope === 'home' ? 0 : 1);
  return [
    ...problems.map((problem): ProblemRow => ({ kind: 'problem', ...problem })),
    ...files.toSorted((one, other) => order(one) - order(other) || one.path.localeCompare(other.path)),
  ];
}

/** What the rule is about, e.g. `git (push|fetch) …` or `packages.example.org`. */
export function ruleSubject(rule: Rule): string {
  switch (rule.kind) {
    case 'command': {
      const words = rule.pattern.map((word) =>
        typeof word === 'string' ? quoted(word) : `(${word.map(quoted).join('|')})`,
      );
      return visible(`${words.join(' ')} …`);
    }
    case 'network':
      return visible(rule.host);
  }
}

function quoted(word: string): string {
  return /^[\w@%+=:,./~*-]+$/.test(word) ? word : JSON.stringify(word);
}

export interface DecisionLook {
  readonly icon: string;
  /** A theme colour; null for the usual one. */
  readonly color: string | null;
  readonly label: string;
}

const LOOKS: Readonly<Record<RuleDecision, DecisionLook>> = {
  allow: { icon: 'check', color: 'testing.iconPassed', label: 'runs unasked' },
  prompt: { icon: 'question', color: 'editorWarning.foreground', label: 'asks' },
  forbidden: { icon: 'circle-slash', color: 'errorForeground', label: 'is refused' },
};

const NETWORK_LABELS: Readonly<Record<RuleDecision, string>> = {
  allow: 'is reached unasked',
  prompt: 'asks',
  forbidden: 'is never reached',
};

export function decisionLook({ kind, decision, isEnabled }: Rule): DecisionLook {
  const look = LOOKS[decision];
  const label = kind === 'network' ? NETWORK_LABELS[decision] : look.label;
  return isEnabled ? { ...look, label } : { ...look, color: 'disabledForeground', label: `${label}, switched off` };
}
