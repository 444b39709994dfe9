// Asks git for the files of a folder, because git alone knows what is ignored. Reads only; starts nothing of the repository's.
import { execFile } from 'node:child_process';

const ANSWER_LIMIT_MS = 3_000;
const MAX_BYTES = 16 * 1024 * 1024;

/** Paths relative to the folder, with forward slashes; null when the folder is no git repository or git does not answer. */
export async function gitFiles(folder: string, signal: AbortSignal): Promise<string[] | null> {
  // a file-system monitor of the repository's own configuration would be run by git
  const args = [
    '-c',
    'core.fsmonitor=false',
    'ls-files',
    '--cached',
    '--others',
    '--exclude-standard',
    '--deduplicate',
    '-z',
  ];
  return await new Promise((resolve) => {
    execFile(
      'git',
      args,
      { cwd: folder, signal, timeout: ANSWER_LIMIT_MS, maxBuffer: MAX_BYTES, windowsHide: true },
      (error, stdout) => resolve(error === null ? stdout.split('\0').filter((path) => path !== '') : null),
    );
  });
}
