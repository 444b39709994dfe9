// Which rule decides: on a command by its words, on a host by its name. Careful rules reach further than lenient ones.
import type { RuleDecision } from '../../../protocol/schema/safety.ts';
import type { RuleMatch, RuleSet } from '../ruleBook.ts';
import { hostCovers, hostName } from './hostNames.ts';
import type { CommandRule, FileRule, NetworkRule, PatternWord } from './ruleFile.ts';

export type Executables = ReadonlyMap<string, readonly string[]>;

/** What holds together: the files of the user, or those of one workspace. */
export interface RuleScope {
  /** The rules that are in force. */
  readonly rules: readonly FileRule[];
  readonly executables: Executables;
}

/**
 * How a command meets a pattern. `listed`: its program is given by a path that a host_executable names for the pattern's program.
 * `unlisted`: by another path to a program of that name, where no host_executable speaks about it. `stranger`: where one does.
 */
type Meeting = 'exact' | 'listed' | 'unlisted' | 'stranger';

/**
 * Between the user's rules and a workspace's, the more careful decision wins: a workspace can forbid more, never allow what the user
 * wants to be asked about.
 */
export function joined(sets: readonly RuleSet[]): RuleSet {
  return {
    match: (words) => mostCareful(sets.map((set) => set.match(words))),
    host: (host) => mostCareful(sets.map((set) => set.host(host))),
  };
}

/** Whether a command begins with the pattern, as the examples of a rule are checked. */
export function isExampleOf(rule: CommandRule, words: readonly string[], executables: Executables): boolean {
  const meeting = meetingOf(rule, words, executables);
  return meeting !== null && meeting !== 'stranger';
}

/** Made once for many questions: rules are found by the program's name. */
export function ruleSet({ rules, executables }: RuleScope): RuleSet {
  const byProgram = new Map<string, CommandRule[]>();
  const hosts: NetworkRule[] = [];
  for (const rule of rules) {
    if (rule.kind === 'network') hosts.push(rule);
    else for (const program of alternatives(rule.pattern[0])) listAt(byProgram, program).push(rule);
  }
  return {
    match(words) {
      const program = words[0];
      if (program === undefined) return null;
      const found = [program, programName(program)].flatMap((name) => byProgram.get(name) ?? []);
      return best(commandMatches(new Set(found), words, executables));
    },
    host(host) {
      const name = hostName(host);
      const covering = hosts.filter((rule) => hostCovers(rule.host, name));
      return best(covering.map((rule) => ({ ...rule, pattern: [rule.host], weight: hostWeight(rule.host) })));
    },
  };
}

function listAt<T>(lists: Map<string, T[]>, key: string): T[] {
  const list = lists.get(key) ?? [];
  lists.set(key, list);
  return list;
}

/** A path leads to a rule for its program's name if that forbids; else only where no rule is for the path, and allowing only if it is listed. */
function commandMatches(rules: Iterable<CommandRule>, words: readonly string[], executables: Executables): Candidate[] {
  const met = [...rules].flatMap((rule) => {
    const meeting = meetingOf(rule, words, executables);
    return meeting === null ? [] : [{ rule, meeting }];
  });
  const isExact = met.some(({ meeting }) => meeting === 'exact');
  return met
    .filter(({ rule, meeting }) => {
      if (meeting === 'exact' || rule.decision === 'forbidden') return true;
      return !isExact && (meeting === 'listed' || rule.decision === 'prompt');
    })
    .map(({ rule: { decision, justification, pattern } }) => {
      const matched = words.slice(0, pattern.length);
      return { decision, justification, pattern: matched, weight: matched.length };
    });
}

function meetingOf({ pattern }: CommandRule, words: readonly string[], executables: Executables): Meeting | null {
  const [program = '', ...rest] = words;
  const [first, ...more] = pattern;
  if (rest.length < more.length || !more.every((word, index) => alternatives(word).includes(rest[index] ?? '')))
    return null;
  if (alternatives(first).includes(program)) return 'exact';
  const name = programName(program);
  if (name === program || !alternatives(first).includes(name)) return null;
  const listed = executables.get(name);
  if (listed === undefined) return 'unlisted';
  return listed.includes(program) ? 'listed' : 'stranger';
}

function alternatives(word: PatternWord | undefined): readonly string[] {
  if (word === undefined) return [];
  return typeof word === 'string' ? [word] : word;
}

/** The last part of a path; on Windows without `.exe`. */
function programName(program: string): string {
  const name = program.split(/[/\\]/).at(-1) ?? program;
  return name === program ? name : name.replace(/\.exe$/i, '');
}

const CARE = { allow: 0, prompt: 1, forbidden: 2 } satisfies Record<RuleDecision, number>;

interface Candidate extends RuleMatch {
  /** How exactly the rule speaks about what it matched. */
  readonly weight: number;
}

/** A host that is named outweighs every wildcard, and a longer wildcard a shorter one. */
function hostWeight(host: string): number {
  return host.startsWith('*.') ? host.length : Infinity;
}

/** `forbidden` wins, then what speaks most exactly, then the more careful. */
function best(candidates: readonly Candidate[]): RuleMatch | null {
  const [first] = candidates.toSorted(
    (a, b) =>
      Number(b.decision === 'forbidden') - Number(a.decision === 'forbidden') ||
      Math.sign(b.weight - a.weight) ||
      CARE[b.decision] - CARE[a.decision],
  );
  if (first === undefined) return null;
  const { decision, justification, pattern } = first;
  return { decision, justification, pattern };
}

function mostCareful(matches: readonly (RuleMatch | null)[]): RuleMatch | null {
  return matches.reduce((chosen, match) => {
    if (chosen === null || match === null) return chosen ?? match;
    return CARE[match.decision] > CARE[chosen.decision] ? match : chosen;
  }, null);
}
