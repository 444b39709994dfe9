// Merges two descendants of one text line by line.
import { blocksOf, joinLines, splitLines, type Block } from './hunks.ts';

export interface MergeInput {
  /** The text that both sides come from. */
  readonly base: string;
  readonly ours: string;
  readonly theirs: string;
}

/** The merged text, with `\n` line ends. Where both sides changed the same or adjoining lines differently, `text` has theirs. */
export interface Merged {
  readonly text: string;
  /** Places where the sides contradict each other. */
  readonly conflicts: number;
}

interface Group {
  baseStart: number;
  baseEnd: number;
  readonly ours: Block[];
  readonly theirs: Block[];
}

export function merge3({ base, ours, theirs }: MergeInput): Merged {
  const lines = { base: splitLines(base), ours: splitLines(ours), theirs: splitLines(theirs) };
  const groups = grouped(blocksOf(lines.base, lines.ours), blocksOf(lines.base, lines.theirs));
  const result: string[] = [];
  const shift = { ours: 0, theirs: 0 };
  let taken = 0;
  let conflicts = 0;
  for (const group of groups) {
    result.push(...lines.base.slice(taken, group.baseStart));
    const [own, growthOfOurs] = sideOf(group, { blocks: group.ours, lines: lines.ours, shift: shift.ours });
    const [other, growthOfTheirs] = sideOf(group, { blocks: group.theirs, lines: lines.theirs, shift: shift.theirs });
    const isContradiction = group.ours.length > 0 && group.theirs.length > 0 && own.join('') !== other.join('');
    if (isContradiction) conflicts += 1;
    result.push(...(group.theirs.length > 0 ? other : own));
    shift.ours += growthOfOurs;
    shift.theirs += growthOfTheirs;
    taken = group.baseEnd;
  }
  result.push(...lines.base.slice(taken));
  return { text: joinLines(result), conflicts };
}

/** The lines that one side has in place of the group's lines of the base, and by how many they are more. */
function sideOf(
  group: Group,
  side: { readonly blocks: readonly Block[]; readonly lines: readonly string[]; readonly shift: number },
): [string[], number] {
  const growth = side.blocks.reduce(
    (sum, block) => sum + (block.afterEnd - block.afterStart) - (block.beforeEnd - block.beforeStart),
    0,
  );
  const start = group.baseStart + side.shift;
  return [side.lines.slice(start, group.baseEnd + side.shift + growth), growth];
}

/** Puts changes of both sides that overlap or touch each other together, in the order of the base. */
function grouped(ours: readonly Block[], theirs: readonly Block[]): Group[] {
  const all = [
    ...ours.map((block) => ({ block, isOurs: true })),
    ...theirs.map((block) => ({ block, isOurs: false })),
  ].toSorted((left, right) => left.block.beforeStart - right.block.beforeStart);
  const groups: Group[] = [];
  for (const { block, isOurs } of all) {
    let group = groups.at(-1);
    if (group === undefined || block.beforeStart > group.baseEnd) {
      group = { baseStart: block.beforeStart, baseEnd: block.beforeEnd, ours: [], theirs: [] };
      groups.push(group);
    }
    group.baseEnd = Math.max(group.baseEnd, block.beforeEnd);
    (isOurs ? group.ours : group.theirs).push(block);
  }
  return groups;
}
