// Puts the files of one folder together: checks the examples of their rules, and leaves out what may not be in force.
import type { CommandRule, FileRule, RuleFile } from './ruleFile.ts';
import { isExampleOf, type Executables, type RuleScope } from './ruleMatch.ts';

export interface RuleProblem {
  readonly path: string;
  /** From 1; null where it is about the whole file. */
  readonly line: number | null;
  readonly message: string;
}

/** A rule file as it was read, or why it could not be. */
export type ReadRuleFile =
  | { readonly type: 'read'; readonly path: string; readonly file: RuleFile }
  | { readonly type: 'unreadable'; readonly path: string; readonly message: string };

export interface AssembledScope extends RuleScope {
  readonly problems: readonly RuleProblem[];
}

const NO_ALLOW = 'No `allow` rule of this file is in force until it is corrected.';
const NO_ALLOW_AT_ALL = 'What it forbids is not known, so no `allow` rule of its folder is in force.';

/**
 * Fails closed: a file with a problem allows nothing, while what it understandably forbids or asks about holds; beside a file that
 * cannot be read at all, no file of the folder allows anything.
 */
export function assembleScope(files: readonly ReadRuleFile[]): AssembledScope {
  const executables: Executables = new Map(
    files.flatMap((read) => (read.type === 'read' ? [...read.file.executables] : [])),
  );
  const isReadable = files.every((read) => read.type === 'read');
  const parts = files.map((read) => scopeOf(read, executables));
  const rules = parts.flatMap((part) => part.rules);
  return {
    rules: isReadable ? rules : rules.filter(isCareful),
    executables,
    problems: parts.flatMap((part) => part.problems),
  };
}

function scopeOf(read: ReadRuleFile, executables: Executables): Pick<AssembledScope, 'rules' | 'problems'> {
  const { path } = read;
  if (read.type === 'unreadable')
    return { rules: [], problems: [{ path, line: null, message: `${read.message} ${NO_ALLOW_AT_ALL}` }] };
  const inForce = read.file.rules.filter(({ isEnabled }) => isEnabled);
  const wrong = inForce.flatMap((rule) => (rule.kind === 'command' ? wrongExamples(rule, executables) : []));
  const problems = [...read.file.problems, ...wrong]
    .toSorted((a, b) => a.line - b.line)
    .map(({ line, message }) => ({ path, line, message: `${message} ${NO_ALLOW}` }));
  return { rules: problems.length === 0 ? inForce : inForce.filter(isCareful), problems };
}

function isCareful(rule: FileRule): boolean {
  return rule.decision !== 'allow';
}

function wrongExamples(rule: CommandRule, executables: Executables): { line: number; message: string }[] {
  const missed = rule.match.filter((words) => !isExampleOf(rule, words, executables));
  const caught = rule.notMatch.filter((words) => isExampleOf(rule, words, executables));
  return [
    ...missed.map((words) => ({ line: rule.line, message: `The rule does not match its example ${shown(words)}.` })),
    ...caught.map((words) => ({ line: rule.line, message: `The rule matches ${shown(words)}, which it must not.` })),
  ];
}

function shown(words: readonly string[]): string {
  return `\`${words.join(' ')}\``;
}
