// What a trial did: compares the scratch copy before and after, and later the workspace with what it was.
import { lstatSync } from 'node:fs';
import { chmod, mkdir, readFile, rename, rmdir, symlink, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Trial, TrialEffect } from '../../core/rehearse/rehearsals.ts';
import { messageOf } from '../../protocol/errors.ts';
import { isAsBefore, isUntouched, readTree, type Tree, type TreeBudget, type TreeEntry } from './tree.ts';

export interface TrialParts {
  /** As the thread names it, and with links resolved. */
  readonly workspace: string;
  readonly realWorkspace: string;
  readonly scratch: string;
  /** The workspace before it was copied. */
  readonly original: Tree;
  /** The copy before and after the command. */
  readonly start: Tree;
  readonly end: Tree;
  readonly budget: TreeBudget;
  readonly exitCode: number;
  readonly output: string;
  readonly durationMs: number;
  readonly limitation: string;
}

/** What may be written back at most. */
const MOST_FILES = 2_000;
const MOST_BYTES = 64 * 1024 * 1024;

/** Of a repository's own data only these say what is checked out; the rest changes when somebody only looks. */
const GIT_STATE = /(^|\/)\.git\/(HEAD|packed-refs|config|refs\/.*)$/;
/** What git keeps for itself. Hooks and configuration are not among it: they run, and are shown like any file. */
const GIT_DATA = /(^|\/)\.git\/((objects|refs|logs)\/.*|index|packed-refs|COMMIT_EDITMSG|MERGE_\w+|[A-Z_]*HEAD)$/;

/** Reads the contents of what changed. Rejects in words for the user when the result cannot be told. */
export async function trialOf(parts: TrialParts): Promise<Trial> {
  const { start, end, exitCode, output, durationMs, limitation } = parts;
  const touched = [...new Set([...start.keys(), ...end.keys()])]
    .filter((path) => !isSame(start.get(path), end.get(path)))
    .toSorted();
  if (touched.length > MOST_FILES)
    throw new Error(`It changes too much to be shown: ${touched.length} files. Run it to see what it does.`);
  const files = touched.filter((path) => isOnly('file', start.get(path), end.get(path)));
  const effects: TrialEffect[] = [];
  let bytes = 0;
  for (const path of files) {
    const effect = await effectAt(path, parts);
    if (effect === null) continue;
    bytes += (effect.before?.length ?? 0) + (effect.after?.length ?? 0);
    if (bytes > MOST_BYTES) throw new Error('It changes too much to be shown. Run it to see what it does.');
    effects.push(effect);
  }
  const rest = touched.filter((path) => !files.includes(path));
  return {
    exitCode,
    output,
    durationMs,
    effects,
    limitation: [limitation, ...linksIn(rest, parts)].join(' '),
    obstacle: () => obstacle(rest, parts),
    writeRest: () => writeRest(rest, parts),
  };
}

function isSame(earlier: TreeEntry | undefined, later: TreeEntry | undefined): boolean {
  if (earlier === undefined || later === undefined) return earlier === later;
  return earlier.kind === 'folder' ? isAsBefore(earlier, later) : isUntouched(earlier, later);
}

function isOnly(kind: TreeEntry['kind'], ...entries: readonly (TreeEntry | undefined)[]): boolean {
  return entries.every((entry) => entry === undefined || entry.kind === kind);
}

/** Null when the file has its former content and permissions. */
async function effectAt(path: string, parts: TrialParts): Promise<TrialEffect | null> {
  const { workspace, realWorkspace, scratch, original, start, end } = parts;
  const realPath = join(realWorkspace, path);
  const earlier = start.get(path);
  const later = end.get(path);
  const before = earlier === undefined ? null : await readFile(realPath);
  const after = later === undefined ? null : await readFile(join(scratch, path));
  const known = original.get(path);
  const now = lookAt(realPath);
  if (!isAsSeen(known, now)) throw new Error(`${join(workspace, path)} changed meanwhile. Rehearse again.`);
  const isSameText = before !== null && after !== null && before.equals(after);
  if (isSameText && earlier?.mode === later?.mode) return null;
  const mode = later?.mode ?? null;
  return { path: join(workspace, path), realPath, before, after, mode, isGitData: GIT_DATA.test(path) };
}

function lookAt(path: string): { size: bigint; mtimeNs: bigint } | undefined {
  return lstatSync(path, { bigint: true, throwIfNoEntry: false });
}

function isAsSeen(known: TreeEntry | undefined, now: { size: bigint; mtimeNs: bigint } | undefined): boolean {
  if (known === undefined || now === undefined) return known === now;
  return known.size === now.size && known.mtimeNs === now.mtimeNs;
}

function linksIn(rest: readonly string[], { workspace, end }: TrialParts): string[] {
  const links = rest.filter((path) => end.get(path)?.kind === 'link');
  if (links.length === 0) return [];
  const shown = links.map((path) => `${join(workspace, path)} -> ${end.get(path)?.target ?? ''}`);
  return [`It makes links: ${shown.slice(0, 5).join(', ')}${shown.length > 5 ? ' and more' : ''}.`];
}

async function obstacle(rest: readonly string[], parts: TrialParts): Promise<string | null> {
  const { workspace, realWorkspace, original, start, end, budget } = parts;
  const strange = rest.find(
    (path) => !isOnly('link', start.get(path), end.get(path)) && !isOnly('folder', start.get(path), end.get(path)),
  );
  if (strange !== undefined)
    return `The result cannot be written: ${join(workspace, strange)} would become something else than a file. Run it instead.`;
  const now = await readTree(realWorkspace, budget, AbortSignal.any([]));
  const changed = [...new Set([...original.keys(), ...now.keys()])].find((path) => {
    if (GIT_DATA.test(path) && !GIT_STATE.test(path)) return false;
    const earlier = original.get(path);
    const later = now.get(path);
    // folders come and go with their files, and for a moment with every command in the sandbox
    if (isOnly('folder', earlier, later)) return false;
    return earlier === undefined || later === undefined || !isAsBefore(earlier, later);
  });
  return changed === undefined
    ? null
    : `The workspace has changed since the rehearsal: ${join(workspace, changed)}. Nothing was written; rehearse again, or answer otherwise.`;
}

/** Links and folders; those that go from the innermost to the outermost, those that come the other way round. */
async function writeRest(rest: readonly string[], { realWorkspace, end }: TrialParts): Promise<void> {
  const problems: string[] = [];
  const attempt = async (path: string, task: (absolute: string) => Promise<unknown>): Promise<void> => {
    await task(join(realWorkspace, path)).catch((error: unknown) => problems.push(`${path}: ${messageOf(error)}`));
  };
  for (const path of rest) {
    const entry = end.get(path);
    if (entry?.kind === 'folder') await attempt(path, (absolute) => makeFolder(absolute, entry.mode));
    if (entry?.kind === 'link') await attempt(path, (absolute) => makeLink(absolute, entry.target));
  }
  for (const path of rest.toReversed()) if (!end.has(path)) await attempt(path, removeLinkOrFolder);
  if (problems.length > 0) throw new Error(`The files were written, but not everything else: ${problems.join('; ')}`);
}

async function makeFolder(path: string, mode: number): Promise<void> {
  await mkdir(path, { recursive: true });
  await chmod(path, mode);
}

async function makeLink(path: string, target: string): Promise<void> {
  const temporary = join(dirname(path), `.bowline-${process.pid}-${basename(path)}.tmp`);
  await symlink(target, temporary);
  await rename(temporary, path);
}

async function removeLinkOrFolder(path: string): Promise<void> {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat?.isSymbolicLink() === true) await unlink(path);
  // one that is not empty holds what the trial did not know
  else if (stat?.isDirectory() === true) await rmdir(path).catch(() => undefined);
}
