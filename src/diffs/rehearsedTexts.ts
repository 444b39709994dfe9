// Holds the texts of what rehearsals did, for the diff editors that show them.
import { textAfter, type ChangedText } from '../../server/protocol/fileChange.ts';
import type { TriedChanges } from './triedChanges.ts';
import type { DiffSource } from './diffUris.ts';
import type { BeforeAndAfter } from './liveChanges.ts';

/** Rehearsals beyond this many are forgotten, oldest first. */
const KEEP = 10;

interface Rehearsed {
  readonly output: string;
  /** By the path where the file ends up. */
  readonly files: ReadonlyMap<string, BeforeAndAfter>;
}

export class RehearsedTexts {
  readonly #kept = new Map<string, Rehearsed>();

  /** Works out the texts from the files as they are now. */
  async keep(
    { rehearsalId, changes, output }: TriedChanges,
    read: (path: string) => Promise<ChangedText>,
  ): Promise<void> {
    const files = await Promise.all(
      changes.map(async (change) => {
        const before = await read(change.path);
        const moved = change.kind.type === 'update' ? change.kind.move_path : null;
        const after =
          before.type === 'conflict' ? before : textAfter(before.type === 'text' ? before.text : null, change);
        return [moved ?? change.path, { before, after }] as const;
      }),
    );
    this.#kept.set(rehearsalId, { output, files: new Map(files) });
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= KEEP) break;
      this.#kept.delete(oldest);
    }
  }

  texts({ rehearsalId, path }: Extract<DiffSource, { type: 'rehearsal' }>): BeforeAndAfter {
    const kept = this.#kept.get(rehearsalId);
    if (kept !== undefined && path === null) {
      return { before: { type: 'absent' }, after: { type: 'text', text: kept.output } };
    }
    const found = path === null ? undefined : kept?.files.get(path);
    if (found !== undefined) return found;
    const gone = {
      type: 'conflict',
      message: 'This rehearsal is not kept any more. Rehearse it again to see it.',
    } as const;
    return { before: gone, after: gone };
  }
}
