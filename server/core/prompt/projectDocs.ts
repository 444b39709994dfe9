// Finds and reads the AGENTS.md files in force for a folder: the user's own, then those from the repository's root down.
import type { Files, FileStat } from '../ports.ts';
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
}

/** The user's own file, which the limit does not count, then the project's, outermost first. Unreadable files are passed over. */
export async function readProjectDocs(files: Files, { cwd, home, maxBytes }: DocsQuery): Promise<ProjectDoc[]> {
  const docs = [await readDoc(files, home, Number.MAX_SAFE_INTEGER)];
  let left = maxBytes;
  for (const folder of await projectFolders(files, cwd)) {
    if (left <= 0) break;
    const doc = folder === home ? null : await readDoc(files, folder, left);
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

async function readDoc(files: Files, folder: string, maxBytes: number): Promise<ProjectDoc | null> {
  for (const name of FILE_NAMES) {
    const path = resolvePath(folder, name);
    const stat = await statOf(files, path);
    const doc = stat?.kind === 'file' ? await readStart(files, { path, size: stat.size, maxBytes }) : null;
    if (doc !== null && doc.text !== '') return doc;
  }
  return null;
}

async function readStart(
  files: Files,
  { path, size, maxBytes }: { path: string; size: number; maxBytes: number },
): Promise<ProjectDoc | null> {
  if (size > LARGEST_FILE) return { path, text: `[Left out: the file has ${size} bytes.]`, isCut: false };
  try {
    const bytes = await files.read(path);
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
