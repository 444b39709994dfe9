// Shows the patch that is being written in one diff editor per turn, without taking the focus or the user's place.
import type * as vscode from 'vscode';
import type { FileChangeItem } from '../../server/protocol/schema/item.ts';
import type { EditorUse } from './editorUse.ts';
import type { TurnRef } from './fileRecord.ts';
import { finalPath } from './changeTexts.ts';
import { appliedPair, closeTab, proposedPair, showDiff, tabOf, type DiffPair } from './openDiffs.ts';

/** The one editor of a turn that was opened unasked. */
interface Streamed {
  readonly itemId: string;
  readonly path: string;
  readonly pair: DiffPair;
}

export interface StreamedDiffPorts {
  readonly use: EditorUse;
  /** Whether the user wants to see it, and looks at this thread. */
  readonly isWanted: (turn: TurnRef) => boolean;
  /** Whether the document on the right of a finished diff shall be the file itself. */
  readonly isText: (path: string) => Promise<boolean>;
}

/** Turns beyond this many are forgotten. */
const KEEP = 20;

export class StreamedDiffs {
  readonly #ports: StreamedDiffPorts;
  /** By turn; null: the user has closed or left it, and nothing more is opened in this turn. */
  readonly #turns = new Map<string, Streamed | null>();

  constructor(ports: StreamedDiffPorts) {
    this.#ports = ports;
  }

  /** A patch is being written, or waits for approval: shows the file that it changes now. */
  async grow(itemId: string, path: string, turn: TurnRef): Promise<void> {
    if (!this.#ports.isWanted(turn)) return;
    const known = this.#turns.get(turn.turnId);
    if (known === null || (known?.itemId === itemId && known.path === path)) return;
    const pair = proposedPair({ ...turn, itemId, path });
    const place = known === undefined ? this.#ports.use.columnFor(turn.turnId) : placeOf(known);
    if (place === null) {
      this.#set(turn.turnId, null);
      return;
    }
    this.#set(turn.turnId, { itemId, path, pair });
    await showDiff(pair, { viewColumn: place, preview: true, preserveFocus: true });
  }

  /** The patch is done: the file itself takes the place of the proposal, or the editor goes. */
  async finish(item: FileChangeItem, turn: TurnRef): Promise<void> {
    const known = this.#turns.get(turn.turnId);
    if (known === undefined || known === null || known.itemId !== item.id) return;
    const change = item.changes.find(({ path }) => path === known.path);
    if (item.status !== 'completed' || change === undefined) {
      if (placeOf(known) === null) this.#set(turn.turnId, null);
      else this.#turns.delete(turn.turnId);
      await closeTab(known.pair);
      return;
    }
    const place = placeOf(known);
    if (place === null || change.kind.type === 'delete' || !(await this.#ports.isText(finalPath(change)))) return;
    const pair = appliedPair({ ...turn, itemId: item.id, path: known.path }, finalPath(change));
    this.#set(turn.turnId, { ...known, pair });
    // a preview takes the place of the one before it
    await showDiff(pair, { viewColumn: place, preview: true, preserveFocus: true });
  }

  /** The editors that wait for a patch to end, such as after the connection to the server was lost. */
  waiting(): { readonly turnId: string; readonly itemId: string }[] {
    return [...this.#turns].flatMap(([turnId, known]) => (known === null ? [] : [{ turnId, itemId: known.itemId }]));
  }

  #set(turnId: string, streamed: Streamed | null): void {
    this.#turns.delete(turnId);
    this.#turns.set(turnId, streamed);
    for (const oldest of this.#turns.keys()) {
      if (this.#turns.size <= KEEP) return;
      this.#turns.delete(oldest);
    }
  }
}

/** Where our editor is while it is in front and still a preview; null once the user has made it their own, left or closed it. */
function placeOf({ pair }: Streamed): vscode.ViewColumn | null {
  const tab = tabOf(pair);
  return tab?.isActive === true && tab.isPreview ? tab.group.viewColumn : null;
}
