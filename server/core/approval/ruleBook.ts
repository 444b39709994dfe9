// The rules in force: what they say about a command or a host, and how one more is remembered.
import type { RuleDecision, RuleListResult } from '../../protocol/schema/safety.ts';
import type { NetworkTarget } from '../ports.ts';
import type { Settings } from '../settings.ts';

/** What a rule says about one simple command, by its words. */
export interface RuleMatch {
  readonly decision: RuleDecision;
  readonly justification: string | null;
  /** The words of the rule's pattern that matched, for the reason that is shown. */
  readonly pattern: readonly string[];
}

/** The enabled rules of the user and, where it is trusted, of the workspace. Pure: a snapshot. */
export interface RuleSet {
  /** The rule that decides on a simple command: `forbidden` wins, then the longest match; null when none speaks about it. */
  match(words: readonly string[]): RuleMatch | null;
  host(host: string): RuleMatch | null;
}

export const NO_RULES: RuleSet = { match: () => null, host: () => null };

/** Reads the rule files, and writes what the user wants to be remembered. */
export interface RuleBook {
  /** Read anew when a file has changed. Files that cannot be read give no rules, and a `forbidden` of theirs cannot be known: see `problems`. */
  rules(settings: Settings): Promise<RuleSet>;
  /** Appends an `allow` rule to the user's own file. Throws a ProtocolError when it cannot be written. */
  allowCommand(pattern: readonly string[]): Promise<void>;
  /** Appends a rule for a host to the user's own file. Throws like `allowCommand`. */
  decideHost(target: Pick<NetworkTarget, 'host' | 'protocol'>, action: 'allow' | 'deny'): Promise<void>;
  /** Every rule, switched off ones included, of the user and, where it is trusted, of the workspace that holds `cwd`. */
  list(cwd: string | null): Promise<RuleListResult>;
  /** Throws ProtocolError invalidRequest `ruleNotFound` when no rule has the id any more. */
  setEnabled(id: string, isEnabled: boolean, cwd: string | null): Promise<void>;
  /** Throws like `setEnabled`. */
  remove(id: string, cwd: string | null): Promise<void>;
  /** Calls back whenever rules are seen to be others than before, whoever changed them. */
  onDidChange(listener: () => void): void;
}
