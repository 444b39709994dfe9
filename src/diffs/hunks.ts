// Compares two texts line by line, whatever their line endings, into blocks that differ.
import { diffArrays } from 'diff';

/** Lines of one text that stand for lines of the other. 0-based, ends exclusive; an empty range is a place between lines. */
export interface Block {
  readonly beforeStart: number;
  readonly beforeEnd: number;
  readonly afterStart: number;
  readonly afterEnd: number;
}

/** Edits between two texts above which a minimal comparison is not worth its time. */
const MAX_EDITS = 2_000;

/** The text with `\n` alone at the end of its lines. */
export function toLf(text: string): string {
  return text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text;
}

/** Lines with `\n` at their end; no empty line after the last `\n`. */
export function splitLines(text: string): string[] {
  return toLf(text).match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

/** Lines as one text; one that lacks its `\n` gets it unless it is the last. */
export function joinLines(lines: readonly string[]): string {
  return lines.map((line, index) => (index < lines.length - 1 && !line.endsWith('\n') ? `${line}\n` : line)).join('');
}

export function isSameText(left: string, right: string): boolean {
  return left === right || toLf(left) === toLf(right);
}

/** The blocks that differ, in order, with at least one equal line between them. */
export function blocksOf(before: readonly string[], after: readonly string[]): Block[] {
  const shorter = Math.min(before.length, after.length);
  let head = 0;
  while (head < shorter && before[head] === after[head]) head += 1;
  let tail = 0;
  while (tail < shorter - head && before.at(-1 - tail) === after.at(-1 - tail)) tail += 1;
  const whole: Block = {
    beforeStart: head,
    beforeEnd: before.length - tail,
    afterStart: head,
    afterEnd: after.length - tail,
  };
  if (whole.beforeStart === whole.beforeEnd && whole.afterStart === whole.afterEnd) return [];
  const [old, young] = [before.slice(head, whole.beforeEnd), after.slice(head, whole.afterEnd)];
  const parts = diffArrays(old, young, { maxEditLength: MAX_EDITS });
  const blocks = parts === undefined ? [whole] : collect(parts, head);
  return blocks.map((block, index) => slidDown(block, blocks[index + 1], { before, after }));
}

/**
 * Where lines were only put in or only taken out, the block could as well stand further down as long as its first line equals the
 * one below it. People begin with what is new and end with a closing brace: the lowest place reads best.
 */
function slidDown(
  block: Block,
  next: Block | undefined,
  lines: { readonly before: readonly string[]; readonly after: readonly string[] },
): Block {
  const isInsertion = block.beforeStart === block.beforeEnd;
  if (!isInsertion && block.afterStart !== block.afterEnd) return block;
  const [own, start, end] = isInsertion
    ? [lines.after, block.afterStart, block.afterEnd]
    : [lines.before, block.beforeStart, block.beforeEnd];
  const limit = (isInsertion ? next?.afterStart : next?.beforeStart) ?? own.length + 1;
  let by = 0;
  while (end + by + 1 < limit && end + by < own.length && own[start + by] === own[end + by]) by += 1;
  return {
    beforeStart: block.beforeStart + by,
    beforeEnd: block.beforeEnd + by,
    afterStart: block.afterStart + by,
    afterEnd: block.afterEnd + by,
  };
}

function collect(
  parts: readonly { readonly count: number; readonly added: boolean; readonly removed: boolean }[],
  offset: number,
): Block[] {
  const blocks: Block[] = [];
  let [before, after] = [offset, offset];
  let open: Block | null = null;
  for (const { count, added, removed } of parts) {
    if (!added && !removed) {
      if (open !== null) blocks.push(open);
      open = null;
      before += count;
      after += count;
      continue;
    }
    open ??= { beforeStart: before, beforeEnd: before, afterStart: after, afterEnd: after };
    if (removed) before += count;
    else after += count;
    open = { ...open, beforeEnd: before, afterEnd: after };
  }
  if (open !== null) blocks.push(open);
  return blocks;
}

/** How many lines were added and removed between two texts. */
export function countLines(before: string, after: string): { readonly added: number; readonly removed: number } {
  let [added, removed] = [0, 0];
  for (const block of blocksOf(splitLines(before), splitLines(after))) {
    added += block.afterEnd - block.afterStart;
    removed += block.beforeEnd - block.beforeStart;
  }
  return { added, removed };
}
