// One configuration file, read again only when it has changed; never written.
import { readFileSync, statSync, type Stats } from 'node:fs';
import type { ConfigTable } from '../../core/config/configTable.ts';
import { messageOf } from '../../protocol/errors.ts';
import type { TextRange } from '../../protocol/schema/common.ts';
import { hexHash } from '../hash.ts';
import { parseToml } from './toml.ts';

export type FileContent =
  | { readonly type: 'absent' }
  | { readonly type: 'table'; readonly table: ConfigTable }
  | { readonly type: 'broken'; readonly message: string; readonly range: TextRange | null };

export class ConfigFile {
  readonly path: string;
  #stamp = '';
  #content: FileContent = { type: 'absent' };

  constructor(path: string) {
    this.path = path;
  }

  read(): FileContent {
    try {
      const stamp = stampOf(this.path);
      if (stamp !== this.#stamp) {
        this.#content = stamp === null ? { type: 'absent' } : contentOf(readFileSync(this.path, 'utf8'));
        this.#stamp = stamp ?? '';
      }
      return this.#content;
    } catch (error) {
      return { type: 'broken', message: messageOf(error), range: null };
    }
  }
}

/** Names the content of a layer, so that a later write can tell whether it has changed. */
export function versionOf(table: ConfigTable): string {
  return `sha256:${hexHash('sha256', JSON.stringify(table))}`;
}

function contentOf(text: string): FileContent {
  return parseToml(text.replace(/^\uFEFF/, ''));
}

/** Null when there is no file. */
function stampOf(path: string): string | null {
  const found = statOf(path);
  return found === undefined ? null : `${found.mtimeMs} ${found.ctimeMs} ${found.size} ${found.ino}`;
}

/** Where a folder of the path is a file, Node says that there is nothing, and Bun throws. */
function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOTDIR') return undefined;
    throw error;
  }
}
