// Writes into the text of a rule file: a rule more, a rule less, a rule switched off; everything else stays as it is.
import type { RuleDecision } from '../../../protocol/schema/safety.ts';

/** Lines of a file: offsets of the first character, and behind the last one, its line end included. */
export interface LineRange {
  readonly start: number;
  readonly end: number;
}

/** Stands before each line of a rule that is switched off: a comment for every other reader of the file. */
const OFF = '# disabled: ';
/** The same as somebody may have left it who edited the file. */
const OFF_LINE = /^#[ \t]*disabled:[ \t]?/;

/** Successive lines that are switched off. */
export interface OffBlock {
  /** What they say without their marks. */
  readonly text: string;
  /** From 1. */
  readonly line: number;
  readonly start: number;
  readonly end: number;
  /** Where each of the lines begins in the file. */
  readonly lineStarts: readonly number[];
}

export function offBlocks(text: string): OffBlock[] {
  const blocks: { text: string; line: number; start: number; end: number; lineStarts: number[] }[] = [];
  let at = 0;
  let isOpen = false;
  for (const [index, line] of linesOf(text).entries()) {
    const mark = OFF_LINE.exec(line)?.[0];
    if (mark !== undefined) {
      if (!isOpen) blocks.push({ text: '', line: index + 1, start: at, end: at, lineStarts: [] });
      const block = blocks.at(-1);
      if (block !== undefined) {
        block.text += line.slice(mark.length);
        block.end = at + line.length;
        block.lineStarts.push(at);
      }
    }
    isOpen = mark !== undefined;
    at += line.length;
  }
  return blocks;
}

export function switchedOff(text: string, { start, end }: LineRange): string {
  const lines = linesOf(text.slice(start, end)).map((line) => OFF + line);
  return text.slice(0, start) + lines.join('') + text.slice(end);
}

export function switchedOn(text: string, { start, end }: LineRange): string {
  const lines = linesOf(text.slice(start, end)).map((line) => line.replace(OFF_LINE, ''));
  return text.slice(0, start) + lines.join('') + text.slice(end);
}

export function removed(text: string, { start, end }: LineRange): string {
  return text.slice(0, start) + text.slice(end);
}

/** With the rule on a line of its own at the end. */
export function appended(text: string, rule: string): string {
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  const ended = text === '' || text.endsWith('\n') ? text : text + newline;
  return ended + rule + newline;
}

/** A rule for commands as it stands in a file. */
export function commandRuleText(pattern: readonly string[], decision: RuleDecision): string {
  return `prefix_rule(pattern=[${pattern.map(quoted).join(', ')}], decision=${quoted(decision)})`;
}

export function networkRuleText(host: string, protocol: string, decision: 'allow' | 'deny'): string {
  return `network_rule(host=${quoted(host)}, protocol=${quoted(protocol)}, decision=${quoted(decision)})`;
}

/** A Starlark string: JSON's notation is one. */
function quoted(word: string): string {
  return JSON.stringify(word);
}

/** Each with its line end. */
function linesOf(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}
