// Follows the turns: what their patches and commands do to files goes into the ledger.
import type { ChangedText } from '../../server/protocol/fileChange.ts';
import type { FileChangeItem, FileUpdateChange } from '../../server/protocol/schema/item.ts';
import { finalPath } from './changeTexts.ts';
import { CommandChanges } from './commandChanges.ts';
import type { TurnRef } from './fileRecord.ts';
import type { Ledger } from './ledger.ts';
import { settledTexts, type BeforeAndAfter, type LiveChanges } from './liveChanges.ts';
import type { WatchedTurns } from './watchedTurns.ts';

export interface TurnRecorderPorts {
  readonly ledger: Ledger;
  readonly live: LiveChanges;
  readonly watched: WatchedTurns;
  readonly read: (path: string) => Promise<ChangedText>;
  /** Called for each file that was written, once it is known what was done to it. */
  readonly onWritten: (path: string, texts: BeforeAndAfter) => void;
}

export class TurnRecorder {
  readonly #ports: TurnRecorderPorts;
  readonly #commands: CommandChanges;

  constructor(ports: TurnRecorderPorts) {
    this.#ports = ports;
    this.#commands = new CommandChanges(ports);
  }

  /** A patch has ended. What was declined or has failed has changed nothing. */
  async patched(item: FileChangeItem, turn: TurnRef): Promise<void> {
    const { watched, ledger, onWritten } = this.#ports;
    if (item.status !== 'completed' || watched.knows(turn, item.id)) return;
    for (const change of item.changes) {
      const texts = await this.#settled(change, { ...turn, itemId: item.id });
      const path = finalPath(change);
      const movedFrom = path === change.path ? null : change.path;
      await ledger.record({ turn, path, movedFrom, ...texts });
      this.#commands.explained(turn, change, texts);
      onWritten(path, texts);
    }
    await watched.add(turn, item.id);
  }

  /** The diff of the turn so far: what it has beyond the patches was done by commands. `root`: what its names are relative to. */
  async diffUpdated(diff: string, turn: TurnRef, root: string): Promise<void> {
    await this.#commands.update(diff, turn, root);
  }

  async #settled(change: FileUpdateChange, item: TurnRef & { readonly itemId: string }): Promise<BeforeAndAfter> {
    const { live, read } = this.#ports;
    const ref = { ...item, path: change.path };
    const now = await read(finalPath(change));
    const texts = settledTexts(change, now, await live.firstBefore(ref));
    live.settle(ref, texts);
    return texts;
  }
}
