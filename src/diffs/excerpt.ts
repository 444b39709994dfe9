// What can be shown of one side of a change when the whole text is not known: the lines of its hunks.
import type { FileUpdateChange } from '../../server/protocol/schema/item.ts';

/** The lines that stand on one side of the change's hunks, below a line that says why there are no more. */
export function excerptOf(change: FileUpdateChange, side: 'before' | 'after', reason: string): string {
  const [drop, note] = side === 'before' ? ['+', '\\'] : ['-', '\\'];
  const lines = change.diff.split('\n');
  const moved = change.kind.type === 'update' && change.kind.move_path !== null ? lines.slice(0, -3) : lines;
  const shown = moved
    .filter((line) => !line.startsWith(drop) && !line.startsWith(note))
    .map((line) => (line.startsWith('@@') ? '…' : line.slice(1)));
  return [`(Only the changed parts can be shown. ${reason})`, '', ...shown].join('\n');
}
