// Holds a proposed rule against commands: what it would have let run, and what the user had refused of that.
import { exampleWords } from './rules/exampleWords.ts';
import { beginsWith } from './rules/patternWords.ts';
import { withAllowed } from './proposal.ts';
import { NO_RULES } from './ruleBook.ts';
import { coverage, type CoverageIn } from './ruleCoverage.ts';
import { homeAround } from './shell/place.ts';
import { readScript } from './shell/readScript.ts';

/** A command of a thread, as its item shows it. */
export interface PastCommand {
  /** The whole command line, shell included. */
  readonly command: string;
  readonly cwd: string;
  readonly isDeclined: boolean;
}

export interface BackTestResult {
  readonly total: number;
  readonly covered: number;
  /** Covered scripts that were declined. */
  readonly declined: readonly string[];
  /** The latest different scripts that are covered, and those of the same program that are not. */
  readonly examples: readonly string[];
  readonly near: readonly string[];
}

const MOST_DECLINED = 20;
const MOST_EXAMPLES = 4;

/** Looks at commands one by one, newest first. Only the rule itself counts, and the list of safe commands beside it. */
export class BackTest {
  readonly #pattern: readonly string[];
  readonly #where: CoverageIn;
  readonly #declined = new Set<string>();
  readonly #examples = new Set<string>();
  readonly #near = new Set<string>();
  #total = 0;
  #covered = 0;

  constructor(pattern: readonly string[], where: Omit<CoverageIn, 'rules'>) {
    this.#pattern = pattern;
    this.#where = { ...where, rules: withAllowed(NO_RULES, pattern) };
  }

  take({ command, cwd, isDeclined }: PastCommand): void {
    this.#total += 1;
    const script = scriptOf(command);
    const [program = ''] = this.#pattern;
    if (!script.includes(program)) return;
    const read = readScript(script, { folder: cwd, home: homeAround(cwd) });
    if (coverage(read, { ...this.#where, workspace: cwd }).type === 'rules') {
      this.#covered += 1;
      note(this.#examples, script, MOST_EXAMPLES);
      if (isDeclined) note(this.#declined, script, MOST_DECLINED);
    } else if (read.commands.some(({ words: [name] }) => name?.text === program)) {
      note(this.#near, script, MOST_EXAMPLES);
    }
  }

  get result(): BackTestResult {
    return {
      total: this.#total,
      covered: this.#covered,
      declined: [...this.#declined],
      examples: [...this.#examples],
      near: [...this.#near],
    };
  }
}

/** What a shell was told to run, where the command line is a shell and a script; else the line itself. */
export function scriptOf(command: string): string {
  const words = exampleWords(command) ?? [];
  const [, flag = '', script] = words;
  return words.length === 3 && script !== undefined && /^-l?c$/.test(flag) ? script : command;
}

/** Commands that the rule does not cover although they look alike, where none are known from the past. */
export function lookalikes(pattern: readonly string[]): string[][] {
  const [program = '', ...rest] = pattern;
  const shorter = rest.length === 0 ? [] : [pattern.slice(0, -1)];
  const alike = [...shorter, ['sudo', ...pattern], [`./${program.replace(/^.*\//, '')}`, ...rest]];
  return alike.filter((words) => !beginsWith(words, pattern)).map((words) => [...words]);
}

function note(set: Set<string>, script: string, most: number): void {
  if (set.size < most) set.add(script);
}
