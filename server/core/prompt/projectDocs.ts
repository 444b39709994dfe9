// Finds and reads the AGENTS.md files in force for a folder: the user's own, then those from the repository's root down.
import { isWithin } from '../pathPolicy/places.ts';
import type { FileGuard, Files, FileStat } from '../ports.ts';
import { parentFolder, resolvePath } from '../patch/paths.ts';

/** In one folder the first of these that is there and not empty counts. */
const FILE_NAMES = ['AGENTS.override.md', 'AGENTS.md'];

/** Not read at all, whatever the limit; in bytes. Instructions are not that long. */
const LARGEST_FILE = 4 * 1024 * 1024;

export interface ProjectDoc {
  /** Absolute. */
  readonly path: string;
  readonly text: string;
  /** The file is longer than the limit left room for. */
  readonly isCut: boolean;
}

export interface DocsQuery {
  readonly cwd: string;
  /** Bowline's home, which may hold an AGENTS.md of the user for all projects. */
  readonly home: string;
  /** For the files of the project together, in bytes; 0 reads none of them. */
  readonly maxBytes: number;
  /** The workspace is not trusted: none of its files is read. */
  readonly isUntrusted?: boolean;
}

export interface DocsReading {
  readonly files: Files;
  readonly guard: FileGuard;
}

/** The user's own file, which the limit does not count, then the project's, outermost first. Unreadable files are passed over. */
export async function readProjectDocs(reading: DocsReading, query: DocsQuery): Promise<ProjectDoc[]> {
  const { cwd, home, maxBytes, isUntrusted = false } = query;
  // the user's own file may be a link to anywhere, a project's only to something of the project
  const docs = [await readDoc(reading, { folder: home, within: null, maxBytes: Number.MAX_SAFE_INTEGER })];
  let left = isUntrusted ? 0 : maxBytes;
  const folders = left > 0 ? await projectFolders(reading.files, cwd) : [];
  const within = await reading.files.realPath(folders[0] ?? cwd);
  for (const folder of folders) {
    if (left <= 0) break;
    const doc = folder === home ? null : await readDoc(reading, { folder, within, maxBytes: left });
    if (doc === null) continue;
    docs.push(doc);
    left -= new TextEncoder().encode(doc.text).length;
  }
  return docs.filter((doc) => doc !== null);
}

/** From the repository's root down to the folder; outside of a repository the folder alone. */
async function projectFolders(files: Files, cwd: string): Promise<string[]> {
  const folders: string[] = [];
  for (let folder = cwd; ; folder = parentFolder(folder)) {
    folders.unshift(folder);
    if ((await statOf(files, resolvePath(folder, '.git'))) !== null) return folders;
    if (folder === parentFolder(folder)) return [cwd];
  }
}

interface DocPlace {
  readonly folder: string;
  /** Real path of the folder that it must really lie in; null for anywhere. */
  readonly within: string | null;
  readonly maxBytes: number;
}

async function readDoc(reading: DocsReading, { folder, within, maxBytes }: DocPlace): Promise<ProjectDoc | null> {
  for (const name of FILE_NAMES) {
    const path = resolvePath(folder, name);
    const stat = await statOf(reading.files, path);
    const doc = stat?.kind === 'file' ? await readStart(reading, { path, size: stat.size, maxBytes, within }) : null;
    if (doc !== null && doc.text !== '') return doc;
  }
  return null;
}

async function readStart(
  { files, guard }: DocsReading,
  { path, size, maxBytes, within }: Omit<DocPlace, 'folder'> & { path: string; size: number },
): Promise<ProjectDoc | null> {
  const leftOut = (why: string): ProjectDoc => ({ path, text: `[Left out: ${why}.]`, isCut: false });
  if (size > LARGEST_FILE) return leftOut(`the file has ${size} bytes`);
  try {
    const realPath = await files.realPath(path);
    if (within !== null && !isWithin(realPath, within)) return leftOut('it is a link that leads out of the project');
    if ((await guard.placeOf(realPath)).type !== 'free') return leftOut('it is a link to a file that is kept from you');
    const bytes = await files.read(realPath);
    const start = bytes.subarray(0, maxBytes);
    const isCut = start.length < bytes.length;
    // a character cut in two at the limit is left out
    const text = new TextDecoder('utf-8').decode(start, { stream: isCut });
    return { path, text: text.trim(), isCut };
  } catch {
    // gone meanwhile, or not ours to read: the turn goes on without it
    return null;
  }
}

async function statOf(files: Files, path: string): Promise<FileStat | null> {
  try {
    return await files.stat(path);
  } catch {
    // a folder that may not be looked into holds nothing for us
    return null;
  }
}
