// Puts files back as they were before a turn, takes that back again, and says what it would do or cannot do.
import { credentialStoreOf } from '../pathPolicy/credentialStores.ts';
import { isWithinAnySpelling } from '../pathPolicy/places.ts';
import { protectedNameIn } from '../pathPolicy/protectedNames.ts';
import { displayText, isBinary } from '../patch/fileText.ts';
import { messageOf, ProtocolError } from '../../protocol/errors.ts';
import type {
  CheckpointMergeResult,
  CheckpointPreviewResult,
  CheckpointRestoreResult,
} from '../../protocol/schema/checkpoint.ts';
import type { Assessed, CheckpointParts, RestoreScope } from './checkpointParts.ts';
import { combined, type Manifest, type RestoreRecord, type StoredPath } from './manifest.ts';
import { mergeBack, type TextStep } from './mergeBack.ts';
import { isUnkept, type StoredState } from './pathState.ts';
import { isSameStored, planRestore, type RestorePlan } from './planRestore.ts';
import { previewOf } from './preview.ts';
import { RestoreRun } from './restoreRun.ts';
import { lookStored } from './storedPaths.ts';
import type { RecorderParts } from './turnRecorder.ts';

const TIDY_EVERY_MS = 10 * 60_000;
const NOT_KNOWN = 'The server ended while this turn ran: what its last command changed may not all be known.';

export class Checkpoints {
  readonly #parts: CheckpointParts;
  #tidiedAtMs: number | null = null;

  constructor(parts: CheckpointParts) {
    this.#parts = parts;
  }

  /** For what a turn changes; null when nothing is to be kept. */
  recorder(): RecorderParts | null {
    return this.#parts.isEnabled() ? this.#parts : null;
  }

  async preview(scope: RestoreScope): Promise<CheckpointPreviewResult> {
    const assessed = await this.#assess(scope);
    return await previewOf(assessed, { ...this.#parts, root: scope.root });
  }

  /** `only`: these paths alone; null: all. */
  async restore(scope: RestoreScope, only: readonly string[] | null): Promise<CheckpointRestoreResult> {
    const assessed = await this.#assess(scope, only);
    const started = (await this.#parts.store.restores(scope.threadId)).filter(
      ({ state, turnId }) => state === 'started' && turnId === scope.turnId,
    );
    const { threadId, turnId } = scope;
    const result = await new RestoreRun(this.#parts, assessed).restore({ threadId, turnId, started });
    this.tidyUp();
    return result;
  }

  /** Takes the last restore of the thread back that was not taken back before. */
  async redo(threadId: string): Promise<CheckpointRestoreResult> {
    const records = await this.#parts.store.restores(threadId);
    const last = records.findLast(({ state }) => state !== 'undone');
    if (last === undefined)
      throw new ProtocolError('invalidRequest', 'There is no restore to take back.', { kind: 'noRestore' });
    const plan = await this.#plan(last.paths);
    const result = await new RestoreRun(this.#parts, { history: last.paths, plan, limitations: [] }).apply();
    await this.#parts.store.saveRestore(afterRedo(last, result));
    return { restoreId: last.id, ...result };
  }

  /** The text as it is now with the changes of the turns taken out. */
  async merge(scope: RestoreScope, path: string): Promise<CheckpointMergeResult> {
    const { history } = await this.#assess(scope, [path]);
    const [touched] = history;
    if (touched === undefined) throw notMergeable(`The turns changed nothing at ${path}.`);
    const steps: TextStep[] = [];
    for (const { before, after } of touched.steps)
      steps.push({ before: await this.#text(before, path), after: await this.#text(after, path) });
    const { state } = await this.#parts.access.look(path);
    if (state?.kind !== 'file' || isUnkept(state.content)) throw notMergeable(`There is no text at ${path}.`);
    const ours = shownText(state.content, path);
    const { text, conflicts } = mergeBack(ours, steps);
    return { path, base: steps.at(-1)?.after ?? '', ours, theirs: steps[0]?.before ?? '', merged: text, conflicts };
  }

  /** The thread is deleted. Never rejects. */
  async forget(threadId: string): Promise<void> {
    try {
      await this.#parts.store.forget(threadId);
    } catch (error) {
      this.#parts.log.warn('Checkpoints of a deleted thread could not be removed.', { reason: messageOf(error) });
    }
  }

  /** Cleans the store up beside everything else, now and then. */
  tidyUp(): void {
    const nowMs = this.#parts.clock.nowMs();
    if (this.#tidiedAtMs !== null && nowMs - this.#tidiedAtMs < TIDY_EVERY_MS) return;
    this.#tidiedAtMs = nowMs;
    this.#parts.store
      .cleanUp()
      .catch((error: unknown) =>
        this.#parts.log.warn('The store of checkpoints could not be cleaned up.', { reason: messageOf(error) }),
      );
  }

  async #assess(scope: RestoreScope, only: readonly string[] | null = null): Promise<Assessed> {
    const { store } = this.#parts;
    const manifests: Manifest[] = [];
    const limitations = new Set<string>();
    for (const turnId of scope.turnIds) {
      const manifest = await store.manifest(turnId);
      if (manifest === null) continue;
      manifests.push(manifest);
      for (const limitation of manifest.limitations) limitations.add(limitation);
      if (!manifest.isOpen) continue;
      if (!(await store.isAbandoned(turnId)))
        throw new ProtocolError(
          'invalidRequest',
          `turn ${turnId} is still in progress; wait for its end, or interrupt it`,
          {
            kind: 'turnInProgress',
          },
        );
      limitations.add(NOT_KNOWN);
    }
    const all = combined(manifests, isSameStored);
    const history = only === null ? all : all.filter(({ path }) => only.includes(path));
    return { history, plan: await this.#plan(history), limitations: [...limitations] };
  }

  async #plan(history: readonly StoredPath[]): Promise<RestorePlan> {
    const { access, hash, store } = this.#parts;
    const current = new Map<string, StoredState | null>();
    const lost = new Set<string>();
    for (const { path, steps } of history) {
      const now = await lookStored(path, access, hash);
      current.set(path, now);
      const target = steps[0]?.before ?? null;
      if (target?.kind !== 'file' || isUnkept(target.content) || isSameStored(now, target)) continue;
      if ((await store.load(target.content.hash)) === null) lost.add(target.content.hash);
    }
    return planRestore({ history, current, lost, isProtected: (path) => this.#isProtected(path) });
  }

  #isProtected(path: string): boolean {
    const { places } = this.#parts;
    if (credentialStoreOf(path, places) !== null || protectedNameIn(path) === '.git') return true;
    return places.bowlineHomes.some((home) => isWithinAnySpelling(path, home));
  }

  async #text(state: StoredState | null, path: string): Promise<string> {
    if (state?.kind !== 'file' || isUnkept(state.content))
      throw notMergeable(`Of ${path} there is no earlier text to merge with.`);
    const bytes = await this.#parts.store.load(state.content.hash);
    if (bytes === null) throw notMergeable(`The earlier text of ${path} is not kept any more.`);
    return shownText(bytes, path);
  }
}

function shownText(bytes: Uint8Array, path: string): string {
  if (isBinary(bytes)) throw notMergeable(`${path} is not text.`);
  return displayText(bytes);
}

function notMergeable(message: string): ProtocolError {
  return new ProtocolError('invalidRequest', message, { kind: 'notMergeable' });
}

/** What could not be taken back can be tried again. */
function afterRedo(
  record: RestoreRecord,
  { conflicts, notRestorable }: Omit<CheckpointRestoreResult, 'restoreId'>,
): RestoreRecord {
  const left = new Set([...conflicts, ...notRestorable].map(({ path }) => path));
  if (left.size === 0) return { ...record, state: 'undone' };
  return { ...record, paths: record.paths.filter(({ path }) => left.has(path)) };
}
