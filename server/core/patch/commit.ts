// Writes a planned patch: all of it, or nothing.
import type { Files } from '../ports.ts';
import { sameBytes } from './fileText.ts';
import { parentFolder } from './paths.ts';
import { PatchError } from './patchError.ts';
import type { PatchPlan, PlannedFile } from './plan.ts';

/** How many files are looked at together before the first is written. */
const LOOKS_AT_ONCE = 8;

/** How to take back one step. */
type Undo = () => Promise<void>;

/**
 * Throws a PatchError when a file changed since the plan was made, or could not be written; what was written until then is
 * put back, and the message says so, or which files could not be put back. Gives the folders that were made, with their real paths.
 */
export async function commitPatch(plan: PatchPlan, files: Files): Promise<string[]> {
  for (let from = 0; from < plan.files.length; from += LOOKS_AT_ONCE) {
    const together = plan.files.slice(from, from + LOOKS_AT_ONCE);
    const looks = await Promise.allSettled(together.map((file) => expectUnchanged(file, files)));
    for (const [index, look] of looks.entries()) {
      const file = together[index];
      if (file !== undefined && look.status === 'rejected') throw await rolledBack(look.reason, file, []);
    }
  }
  const undos: { readonly path: string; readonly undo: Undo }[] = [];
  const made: string[] = [];
  // Removals last: what is not written yet is still there when a write fails.
  for (const file of plan.files.toSorted((left, right) => Number(left.after === null) - Number(right.after === null))) {
    try {
      await expectUnchanged(file, files);
      const missing = await missingFolders(file, files);
      made.push(...missing);
      for (const folder of missing)
        undos.push({ path: file.path, undo: async () => void (await files.removeEmptyFolder(folder)) });
      undos.push({ path: file.path, undo: await write(file, files) });
    } catch (error) {
      throw await rolledBack(error, file, undos);
    }
  }
  return made;
}

async function expectUnchanged(file: PlannedFile, files: Files): Promise<void> {
  const current = await currentBytes(file, files);
  if (!sameBytes(current, file.before) || (await files.realPath(file.path)) !== file.realPath)
    throw new PatchError('it changed after the patch was planned; read it again');
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

async function rolledBack(
  cause: unknown,
  failed: PlannedFile,
  undos: readonly { readonly path: string; readonly undo: Undo }[],
): Promise<PatchError> {
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
