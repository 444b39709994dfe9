// Writes a planned patch: all of it, or nothing.
import type { Files } from '../ports.ts';
import { sameBytes } from './fileText.ts';
import { parentFolder } from './paths.ts';
import { PatchError } from './patchError.ts';
import type { PatchPlan, PlannedFile } from './plan.ts';

/** How many files are looked at, or written, together. */
const AT_ONCE = 8;

/** How to take back one step. */
type Undo = () => Promise<void>;

/** What was done until now, in its order. */
interface Done {
  readonly undos: { readonly path: string; readonly undo: Undo }[];
  /** Real paths of folders, outermost first. */
  readonly made: Set<string>;
}

export interface Commit {
  /** The plan was made a moment ago: then no file is looked at before the first is written, but each right before it is written itself. */
  readonly isFresh?: boolean;
}

/**
 * Throws a PatchError when a file changed since the plan was made, or could not be written; what was written until then is
 * put back, and the message says so, or which files could not be put back. Gives the folders that were made, with their real paths.
 */
export async function commitPatch(plan: PatchPlan, files: Files, { isFresh = false }: Commit = {}): Promise<string[]> {
  const done: Done = { undos: [], made: new Set() };
  if (!isFresh) await someAtOnce(plan.files, done, (file) => expectInPlace(file, files));
  // Removals last: what is not written yet is still there when a write fails.
  for (const isRemoval of [false, true]) {
    const them = plan.files.filter(({ after }) => (after === null) === isRemoval);
    await someAtOnce(them, done, (file) => writeUnchanged(file, files, done));
  }
  return [...done.made];
}

/** Nothing is begun after a failure; what was begun with it comes to its end before all is put back. */
async function someAtOnce(
  all: readonly PlannedFile[],
  done: Done,
  task: (file: PlannedFile) => Promise<void>,
): Promise<void> {
  for (let from = 0; from < all.length; from += AT_ONCE) {
    const together = all.slice(from, from + AT_ONCE);
    const outcomes = await Promise.allSettled(together.map(task));
    for (const [index, outcome] of outcomes.entries()) {
      const file = together[index];
      if (file !== undefined && outcome.status === 'rejected') throw await rolledBack(outcome.reason, file, done.undos);
    }
  }
}

async function writeUnchanged(file: PlannedFile, files: Files, { undos, made }: Done): Promise<void> {
  await expectUnchanged(file, files);
  for (const folder of await missingFolders(file, files)) {
    made.add(folder);
    undos.push({ path: file.path, undo: async () => void (await files.removeEmptyFolder(folder)) });
  }
  undos.push({ path: file.path, undo: await write(file, files) });
}

async function expectInPlace(file: PlannedFile, files: Files): Promise<void> {
  if ((await files.realPath(file.path)) !== file.realPath) throw changed();
  await expectUnchanged(file, files);
}

async function expectUnchanged(file: PlannedFile, files: Files): Promise<void> {
  if (!sameBytes(await currentBytes(file, files), file.before)) throw changed();
}

function changed(): PatchError {
  return new PatchError('it changed after the patch was planned; read it again');
}

async function currentBytes(file: PlannedFile, files: Files): Promise<Uint8Array | null> {
  const stat = await files.stat(file.realPath);
  return stat === null ? null : files.read(file.realPath);
}

/** The folders that the write will make, outermost first. */
async function missingFolders(file: PlannedFile, files: Files): Promise<string[]> {
  if (file.before !== null || file.after === null) return [];
  const missing: string[] = [];
  for (let folder = parentFolder(file.realPath); folder !== '/'; folder = parentFolder(folder)) {
    if ((await files.stat(folder)) !== null) break;
    missing.unshift(folder);
  }
  return missing;
}

async function write(file: PlannedFile, files: Files): Promise<Undo> {
  const { realPath, before, after } = file;
  const mode = file.mode ?? undefined;
  if (after === null) {
    await files.remove(realPath);
    return () => (before === null ? Promise.resolve() : files.write(realPath, before, mode));
  }
  await files.write(realPath, after, mode);
  return () => (before === null ? files.remove(realPath) : files.write(realPath, before, mode));
}

async function rolledBack(cause: unknown, failed: PlannedFile, undos: Done['undos']): Promise<PatchError> {
  const left = new Set<string>();
  for (const { path, undo } of undos.toReversed()) {
    try {
      await undo();
    } catch {
      // Told to the user below: the file stays in its new state.
      left.add(path);
    }
  }
  const why = cause instanceof Error ? cause.message : String(cause);
  const outcome =
    left.size === 0
      ? 'No file was changed: what had been written was put back.'
      : `These files could not be put back and hold the new content: ${[...left].join(', ')}.`;
  return new PatchError(`${failed.path} could not be written: ${why}. ${outcome}`, { cause });
}
