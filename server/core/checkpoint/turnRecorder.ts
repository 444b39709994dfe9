// Keeps what a turn changes while it runs, beside its work: nobody waits for it before the turn's end.
import { messageOf } from '../../protocol/errors.ts';
import type { Clock, Log } from '../ports.ts';
import { comparePaths, fileName, parentFolder } from '../patch/paths.ts';
import type { CheckpointStore, Manifest, StoredPath } from './manifest.ts';
import type { PathAccess } from './pathAccess.ts';
import { loadState, StateKeeper } from './storedPaths.ts';
import type { StoredStep } from './pathState.ts';
import type { TouchedPath } from './turnChanges.ts';

export interface RecorderParts {
  readonly store: CheckpointStore;
  readonly access: PathAccess;
  readonly clock: Clock;
  readonly log: Log;
}

/** How many paths are put into the store at a time. */
const KEPT_TOGETHER = 8;

export class TurnRecorder {
  readonly #parts: RecorderParts;
  readonly #ids: { readonly threadId: string; readonly turnId: string };
  readonly #keeper: StateKeeper;
  /** Real paths of folders. */
  readonly #folders = new Map<string, string>();
  #limitations: readonly string[] = [];
  #paths: readonly StoredPath[] = [];
  #tail: Promise<void> = Promise.resolve();
  #isWritten = false;

  constructor(parts: RecorderParts, ids: { readonly threadId: string; readonly turnId: string }) {
    this.#parts = parts;
    this.#ids = ids;
    this.#keeper = new StateKeeper(parts.store, parts.log);
  }

  /** What an earlier process knew of the turn; null when it knew nothing. */
  async recall(): Promise<TouchedPath[] | null> {
    const known = await this.#parts.store.manifest(this.#ids.turnId);
    if (known === null) return null;
    this.#paths = known.paths;
    this.#limitations = known.limitations;
    this.#isWritten = true;
    return await Promise.all(known.paths.map((path) => this.#touched(path)));
  }

  /** A command begins: should the process be killed meanwhile, it is known that something may be missing. */
  begin(limitations: readonly string[]): void {
    this.#note(limitations);
    if (!this.#isWritten) this.#next(() => this.#write(true));
  }

  changed(touched: readonly TouchedPath[]): void {
    this.#next(async () => {
      const paths: StoredPath[] = [];
      const links = touched.filter(({ steps }) => steps.at(-1)?.after?.kind === 'link').map(({ path }) => path);
      for (let from = 0; from < touched.length; from += KEPT_TOGETHER) {
        const together = touched.slice(from, from + KEPT_TOGETHER);
        paths.push(...(await Promise.all(together.map((path) => this.#stored(path, links)))));
      }
      paths.sort((left, right) => comparePaths(left.path, right.path));
      if (!this.#isWritten && paths.length === 0) return;
      if (this.#isWritten && JSON.stringify(paths) === JSON.stringify(this.#paths)) return;
      this.#paths = paths;
      await this.#write(true);
    });
  }

  /** Waits until all is written. `limitations`: those that are to be known even where nothing was seen to change. */
  async end(limitations: readonly string[]): Promise<void> {
    this.#note(limitations);
    this.#next(async () => {
      if (this.#paths.length > 0 || limitations.length > 0) await this.#write(false);
      else if (this.#isWritten) await this.#parts.store.dropManifest(this.#ids.turnId);
    });
    await this.#tail;
  }

  /** Waits until all that is known is written; another process goes on with the turn. */
  async suspend(): Promise<void> {
    await this.#tail;
  }

  #note(limitations: readonly string[]): void {
    this.#limitations = [...new Set([...this.#limitations, ...limitations])];
  }

  async #write(isOpen: boolean): Promise<void> {
    const manifest: Manifest = {
      ...this.#ids,
      changedAtMs: this.#parts.clock.nowMs(),
      isOpen,
      limitations: this.#limitations,
      paths: this.#paths,
    };
    this.#isWritten = true;
    await this.#parts.store.saveManifest(manifest);
  }

  async #stored(touched: TouchedPath, links: readonly string[]): Promise<StoredPath> {
    const { path, realPath, steps, isIgnored, movedFrom } = touched;
    const stored: StoredStep[] = [];
    for (const { before, after } of steps)
      stored.push({ before: await this.#keeper.keep(before), after: await this.#keeper.keep(after) });
    return {
      path: await (realPath === null ? this.#place(path, links) : this.#real(realPath)),
      steps: stored,
      isIgnored,
      movedFrom: movedFrom === null ? null : await this.#place(movedFrom, links),
    };
  }

  /** What lay in a folder in whose place there is a link now, lay there and not where the link leads. */
  async #place(path: string, links: readonly string[]): Promise<string> {
    const link = links.find((other) => path.startsWith(`${other}/`));
    return link === undefined ? await this.#real(path) : `${await this.#place(link, links)}${path.slice(link.length)}`;
  }

  async #real(path: string): Promise<string> {
    const folder = parentFolder(path);
    const known = this.#folders.get(folder);
    if (known !== undefined) return known === '/' ? `/${fileName(path)}` : `${known}/${fileName(path)}`;
    const real = await this.#parts.access.resolve(path);
    this.#folders.set(folder, parentFolder(real));
    return real;
  }

  async #touched({ path, steps, isIgnored, movedFrom }: StoredPath): Promise<TouchedPath> {
    const { store } = this.#parts;
    const loaded = await Promise.all(
      steps.map(async ({ before, after }) => ({
        before: await loadState(before, store),
        after: await loadState(after, store),
      })),
    );
    return { path, realPath: path, steps: loaded, isIgnored, movedFrom };
  }

  #next(task: () => Promise<void>): void {
    this.#tail = this.#tail.then(task).catch((error: unknown) => {
      this.#parts.log.warn('What a turn changed could not be kept.', { reason: messageOf(error) });
    });
  }
}
