// What a rule file says: its rules, switched off ones included, its host executables, and what is wrong with it.
import type { RuleDecision } from '../../../protocol/schema/safety.ts';
import { hostPattern } from './hostNames.ts';
import { exampleWords } from './exampleWords.ts';
import { readStarlark, type StarlarkCall, type StarlarkProblem, type StarlarkValue } from './starlark.ts';
import { offBlocks, type LineRange, type OffBlock } from './ruleText.ts';

/** A word, or alternatives for it. */
export type PatternWord = string | readonly string[];

interface RuleInFile {
  readonly decision: RuleDecision;
  readonly justification: string | null;
  /** From 1. */
  readonly line: number;
  readonly isEnabled: boolean;
  /** As it is written, without what switches it off. */
  readonly text: string;
  readonly lines: LineRange;
}

export interface CommandRule extends RuleInFile {
  readonly kind: 'command';
  readonly pattern: readonly PatternWord[];
  /** Commands, by their words, that must and must not begin with the pattern. */
  readonly match: readonly (readonly string[])[];
  readonly notMatch: readonly (readonly string[])[];
}

export interface NetworkRule extends RuleInFile {
  readonly kind: 'network';
  readonly host: string;
}

export type FileRule = CommandRule | NetworkRule;

export interface RuleFile {
  readonly rules: readonly FileRule[];
  /** The paths by which programs may be called for the rules of their name. */
  readonly executables: ReadonlyMap<string, readonly string[]>;
  readonly problems: readonly StarlarkProblem[];
}

/** A call that is understood as Starlark, and makes no rule. */
class WrongRule extends Error {}

const DECISIONS: ReadonlyMap<string, RuleDecision> = new Map([
  ['allow', 'allow'],
  ['prompt', 'prompt'],
  ['forbidden', 'forbidden'],
]);
const NETWORK_DECISIONS: ReadonlyMap<string, RuleDecision> = new Map([...DECISIONS, ['deny', 'forbidden']]);
const PROTOCOLS = ['http', 'https', 'https_connect', 'http-connect', 'socks5_tcp', 'socks5_udp'];

export function parseRuleFile(text: string): RuleFile {
  const { calls, problems } = readStarlark(text);
  const rules: FileRule[] = [];
  const executables = new Map<string, readonly string[]>();
  const wrong: StarlarkProblem[] = [...problems];
  for (const call of calls) {
    try {
      if (call.name === 'host_executable') executables.set(...hostExecutable(call));
      else
        rules.push(
          ruleOf(call, { isEnabled: true, text: text.slice(call.start, call.end), lines: linesOf(text, call) }),
        );
    } catch (error) {
      if (!(error instanceof WrongRule)) throw error;
      wrong.push({ line: call.line, message: error.message });
    }
  }
  const off = offRules(text, rules);
  return {
    rules: [...rules, ...off].toSorted((a, b) => a.lines.start - b.lines.start),
    executables,
    problems: wrong.toSorted((a, b) => a.line - b.line),
  };
}

/** Rules that are switched off. What is no rule there is an ordinary comment. */
function offRules(text: string, rules: readonly FileRule[]): FileRule[] {
  return offBlocks(text)
    .filter((block) => !rules.some(({ lines }) => block.start >= lines.start && block.start < lines.end))
    .flatMap((block) => readStarlark(block.text).calls.flatMap((call) => offRule(block, call)));
}

function offRule(block: OffBlock, call: StarlarkCall): FileRule[] {
  const written = block.text.slice(call.start, call.end);
  const first = call.line - 1;
  const next = first + written.split('\n').length;
  const lines = { start: block.lineStarts[first] ?? block.start, end: block.lineStarts[next] ?? block.end };
  try {
    return [{ ...ruleOf(call, { isEnabled: false, text: written, lines }), line: block.line + first }];
  } catch (error) {
    if (error instanceof WrongRule) return [];
    throw error;
  }
}

function linesOf(text: string, { start, end }: StarlarkCall): LineRange {
  const lineEnd = text.indexOf('\n', end);
  return { start: text.lastIndexOf('\n', start) + 1, end: lineEnd < 0 ? text.length : lineEnd + 1 };
}

function ruleOf(call: StarlarkCall, written: Pick<RuleInFile, 'isEnabled' | 'text' | 'lines'>): FileRule {
  switch (call.name) {
    case 'prefix_rule':
      return { ...commandRule(call), line: call.line, ...written };
    case 'network_rule':
      return { ...networkRule(call), line: call.line, ...written };
    default:
      throw new WrongRule(
        `${call.name} is not known; a rule file holds calls of prefix_rule, network_rule and host_executable.`,
      );
  }
}

type Without<T> = Omit<T, 'line' | 'isEnabled' | 'text' | 'lines'>;

function commandRule(call: StarlarkCall): Without<CommandRule> {
  const given = argumentsOf(call, ['pattern', 'decision', 'match', 'not_match', 'justification']);
  const pattern = listArgument(given, 'pattern').map(patternWord);
  if (pattern.length === 0) throw new WrongRule('The pattern is empty; it needs at least the name of a program.');
  return {
    kind: 'command',
    pattern,
    decision: decisionOf(given.get('decision') ?? 'allow', DECISIONS),
    justification: justificationOf(given),
    match: given.has('match') ? listArgument(given, 'match').map(example) : [],
    notMatch: given.has('not_match') ? listArgument(given, 'not_match').map(example) : [],
  };
}

function patternWord(value: StarlarkValue): PatternWord {
  if (typeof value === 'string') return value;
  const words = value.filter((word) => typeof word === 'string');
  if (words.length < value.length) throw new WrongRule('An alternative in a pattern must be a string.');
  if (words.length === 0) throw new WrongRule('A list of alternatives in a pattern is empty.');
  return words.length === 1 && words[0] !== undefined ? words[0] : words;
}

function example(value: StarlarkValue): readonly string[] {
  if (typeof value !== 'string') {
    const words = value.filter((word) => typeof word === 'string');
    if (words.length < value.length) throw new WrongRule('An example must be a string or a list of strings.');
    if (words.length > 0) return words;
  }
  const words = typeof value === 'string' ? exampleWords(value) : [];
  if (words === null) throw new WrongRule(`The quotes of the example ${JSON.stringify(value)} are not closed.`);
  if (words.length === 0) throw new WrongRule('An example is empty.');
  return words;
}

function networkRule(call: StarlarkCall): Without<NetworkRule> {
  const given = argumentsOf(call, ['host', 'protocol', 'decision', 'justification']);
  const protocol = stringArgument(given, 'protocol');
  if (!PROTOCOLS.includes(protocol)) {
    throw new WrongRule(`The protocol must be http, https, socks5_tcp or socks5_udp, not ${JSON.stringify(protocol)}.`);
  }
  const host = hostPattern(stringArgument(given, 'host'));
  if (host.type === 'wrong') throw new WrongRule(host.message);
  return {
    kind: 'network',
    host: host.pattern,
    decision: decisionOf(stringArgument(given, 'decision'), NETWORK_DECISIONS),
    justification: justificationOf(given),
  };
}

function hostExecutable(call: StarlarkCall): [string, readonly string[]] {
  const given = argumentsOf(call, ['name', 'paths']);
  const name = stringArgument(given, 'name');
  if (name === '' || /[/\\]/.test(name))
    throw new WrongRule('The name of a host_executable is that of a program, without a folder.');
  const paths = listArgument(given, 'paths').map((path) => {
    if (typeof path !== 'string' || !/^(?:\/|[A-Za-z]:[/\\])/.test(path)) {
      throw new WrongRule('The paths of a host_executable must be absolute.');
    }
    if (path.split(/[/\\]/).at(-1) !== name) throw new WrongRule(`The path ${path} does not end in ${name}.`);
    return path;
  });
  return [name, paths];
}

/** Arguments by name. Those without one stand for `names` in their order. */
function argumentsOf(call: StarlarkCall, names: readonly string[]): ReadonlyMap<string, StarlarkValue> {
  const given = new Map(call.named);
  for (const [index, value] of call.positional.entries()) {
    const name = names[index];
    if (name === undefined) throw new WrongRule(`${call.name} has too many arguments.`);
    if (given.has(name)) throw new WrongRule(`${name} is given twice.`);
    given.set(name, value);
  }
  for (const name of given.keys()) {
    if (!names.includes(name)) throw new WrongRule(`${call.name} has no argument ${name}; it has ${names.join(', ')}.`);
  }
  return given;
}

function listArgument(given: ReadonlyMap<string, StarlarkValue>, name: string): readonly StarlarkValue[] {
  const value = given.get(name);
  if (value === undefined) throw new WrongRule(`${name} is missing.`);
  if (typeof value === 'string') throw new WrongRule(`${name} must be a list.`);
  return value;
}

function stringArgument(given: ReadonlyMap<string, StarlarkValue>, name: string): string {
  const value = given.get(name);
  if (value === undefined) throw new WrongRule(`${name} is missing.`);
  if (typeof value !== 'string') throw new WrongRule(`${name} must be a string.`);
  return value;
}

function decisionOf(value: StarlarkValue, known: ReadonlyMap<string, RuleDecision>): RuleDecision {
  const decision = typeof value === 'string' ? known.get(value) : undefined;
  if (decision !== undefined) return decision;
  throw new WrongRule(`The decision must be one of ${[...known.keys()].join(', ')}, not ${JSON.stringify(value)}.`);
}

function justificationOf(given: ReadonlyMap<string, StarlarkValue>): string | null {
  if (!given.has('justification')) return null;
  const justification = stringArgument(given, 'justification');
  if (justification.trim() === '') throw new WrongRule('The justification is empty; leave it out.');
  return justification;
}
