// Lists the files below a folder with ripgrep: hidden ones too and behind links, without what git ignores and what repositories keep for themselves.
import { stat } from 'node:fs/promises';
import { sep } from 'node:path';
import type { FileListing } from '../core/fileSearch/fileIndexes.ts';
import { ProtocolError } from '../protocol/errors.ts';
import { ripgrep, type SearchOptions } from './search.ts';

/** Some hundred thousand paths; of a folder with more, not all are found. */
const MOST_BYTES = 32 * 1024 * 1024;
/** Nobody looks for a file by name in there. */
const INNARDS = ['.git', '.hg', '.svn', '.jj'];

const ARGUMENTS = [
  '--files',
  '--null',
  '--hidden',
  '--follow',
  '--no-config',
  '--no-messages',
  ...INNARDS.flatMap((name) => ['--glob', `!**/${name}`]),
];

export function createFileListing(options: SearchOptions): FileListing {
  const search = ripgrep({ ...options, maxOutputBytes: MOST_BYTES });
  return {
    async list(root) {
      if (!(await isFolder(root))) return [];
      const result = await search.run(ARGUMENTS, root, new AbortController().signal);
      if (result.type === 'missing') {
        const message =
          'Files cannot be searched: ripgrep (rg) was not found. Install it, or set BOWLINE_RG to its path.';
        throw new ProtocolError('internalError', message, { kind: 'ripgrepMissing' });
      }
      // what lies behind the last mark was cut
      const paths = result.stdout.split('\0').slice(0, -1);
      return sep === '/' ? paths : paths.map((path) => path.replaceAll(sep, '/'));
    },
  };
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false; // nothing there, or nothing for us to look at
  }
}
