// Shows a patch as a fileChange item while the model still writes it.
import { FileTexts, growingChanges, StreamingPatch } from '../core/patch/streamingParse.ts';
import { JsonTextStream } from '../core/patch/jsonTextStream.ts';
import type { Files } from '../core/ports.ts';
import type { InputWatcher, ToolContext } from '../core/turn/tool.ts';
import type { FileChangeItem, FileUpdateChange } from '../protocol/schema/item.ts';

export interface GrowingPatchOptions {
  readonly callId: string;
  readonly files: Files;
  readonly context: ToolContext;
  /** Called once, when the call is given up before it ran. */
  readonly onAbandoned: () => void;
}

/** Starts the item at the first file header and records `patchUpdated` as hunks complete. */
export class GrowingPatchItem implements InputWatcher {
  readonly #options: GrowingPatchOptions;
  /** Null for free text; a provider without custom tools sends the same tool's input as JSON. */
  #json: JsonTextStream | null | 'unknown' = 'unknown';
  readonly #patch = new StreamingPatch();
  readonly #texts: FileTexts;
  #item: FileChangeItem | null = null;
  #isClosed = false;
  #needsUpdate = false;
  #updating: Promise<void> | null = null;
  #failure: unknown = null;

  constructor(options: GrowingPatchOptions) {
    this.#options = options;
    this.#texts = new FileTexts(options.files);
  }

  delta(text: string): void {
    if (this.#isClosed) return;
    const progress = this.#patch.push(this.#decode(text));
    if (progress === 'none' || this.#patch.files.length === 0) return;
    if (this.#item === null) this.#start();
    this.#needsUpdate = true;
    this.#updating ??= this.#update();
  }

  abandoned(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (this.#item !== null)
      this.#options.context.completeItem({ ...this.#item, changes: this.#changes(), status: 'failed' });
    this.#options.onAbandoned();
  }

  /** Ends the preview and gives the item as it was last shown; null when none was started. */
  async finish(): Promise<FileChangeItem | null> {
    this.#isClosed = true;
    await this.#updating;
    if (this.#failure !== null) throw new Error('The growing patch could not be recorded.', { cause: this.#failure });
    return this.#item;
  }

  #decode(text: string): string {
    if (this.#json === 'unknown') {
      const start = text.trimStart().charAt(0);
      if (start === '') return '';
      this.#json = start === '{' ? new JsonTextStream() : null;
    }
    return this.#json?.push(text) ?? text;
  }

  #start(): void {
    const { callId, context } = this.#options;
    this.#item = context.startItem({ type: 'fileChange', id: callId, changes: this.#changes(), status: 'inProgress' });
  }

  async #update(): Promise<void> {
    try {
      while (this.#needsUpdate && !this.#isClosed) {
        this.#needsUpdate = false;
        await this.#texts.load(this.#patch.files, this.#options.context.settings.cwd);
        if (!this.#isClosed) this.#show();
      }
    } catch (error) {
      this.#failure = error;
    } finally {
      this.#updating = null;
    }
  }

  #show(): void {
    if (this.#item === null) return;
    const changes = this.#changes();
    if (sameChanges(changes, this.#item.changes)) return;
    this.#item = { ...this.#item, changes };
    recordPatch(this.#options.context, this.#item);
  }

  #changes(): FileUpdateChange[] {
    return growingChanges(this.#patch.files, this.#options.context.settings.cwd, this.#texts);
  }
}

/** Tells the clients the changes that an open item has now. */
export function recordPatch(context: ToolContext, item: FileChangeItem): void {
  const { threadId, turnId } = context;
  const params = { threadId, turnId, itemId: item.id, changes: item.changes };
  context.record({ method: 'item/fileChange/patchUpdated', params });
}

export function sameChanges(left: readonly FileUpdateChange[], right: readonly FileUpdateChange[]): boolean {
  const isSameList = left.length === right.length && left.every((change, index) => change === right[index]);
  return isSameList || JSON.stringify(left) === JSON.stringify(right);
}
