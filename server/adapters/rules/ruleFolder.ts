// The rule files of one folder, read again only when one of them has changed.
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { RuleSet } from '../../core/approval/ruleBook.ts';
import { parseRuleFile } from '../../core/approval/rules/ruleFile.ts';
import { ruleSet } from '../../core/approval/rules/ruleMatch.ts';
import { assembleScope, type AssembledScope, type ReadRuleFile } from '../../core/approval/rules/ruleScope.ts';
import { messageOf } from '../../protocol/errors.ts';
import { errorCode } from '../fs/files.ts';

const EXTENSION = '.rules';
/** A larger file is no list of rules that somebody reads. */
const LARGEST_BYTES = 256 * 1024;

export interface FolderContent extends AssembledScope {
  readonly files: readonly ReadRuleFile[];
  readonly set: RuleSet;
}

interface FoundFile {
  readonly path: string;
  /** Another one when the file has changed; null when it cannot be looked at. */
  readonly stamp: string | null;
  /** Why it is not read. */
  readonly fault: string | null;
}

export class RuleFolder {
  readonly path: string;
  readonly #changed: () => void;
  #stamp: string | null = null;
  #content: FolderContent = contentOf([]);

  /** `changed` is called when the files are others than at the reading before. */
  constructor(path: string, changed: () => void) {
    this.path = path;
    this.#changed = changed;
  }

  async read(): Promise<FolderContent> {
    const found = await findFiles(this.path);
    const stamp = JSON.stringify(found);
    if (stamp === this.#stamp) return this.#content;
    const files = await Promise.all(found.map(readFound));
    if (stamp === this.#stamp) return this.#content;
    const isFirst = this.#stamp === null;
    this.#content = contentOf(files);
    this.#stamp = stamp;
    if (!isFirst) this.#changed();
    return this.#content;
  }
}

function contentOf(files: readonly ReadRuleFile[]): FolderContent {
  const scope = assembleScope(files);
  return { ...scope, files, set: ruleSet(scope) };
}

/** In the order of their names. */
async function findFiles(folder: string): Promise<FoundFile[]> {
  try {
    const names = (await readdir(folder)).filter((name) => name.endsWith(EXTENSION) && !name.startsWith('.'));
    return await Promise.all(names.toSorted().map((name) => lookAt(join(folder, name))));
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return [];
    return [{ path: folder, stamp: null, fault: `The folder cannot be read: ${messageOf(error)}.` }];
  }
}

async function lookAt(path: string): Promise<FoundFile> {
  try {
    const found = await stat(path, { bigint: true });
    const stamp = `${found.mtimeNs} ${found.ctimeNs} ${found.size} ${found.ino}`;
    // a pipe or a device would keep the reader waiting
    if (!found.isFile()) return { path, stamp, fault: 'It is no file.' };
    return { path, stamp, fault: found.size > LARGEST_BYTES ? `It is larger than ${LARGEST_BYTES / 1024} KB.` : null };
  } catch (error) {
    return { path, stamp: null, fault: `It cannot be read: ${messageOf(error)}.` };
  }
}

async function readFound({ path, fault }: FoundFile): Promise<ReadRuleFile> {
  if (fault !== null) return { type: 'unreadable', path, message: fault };
  try {
    return { type: 'read', path, file: parseRuleFile(await readFile(path, 'utf8')) };
  } catch (error) {
    return { type: 'unreadable', path, message: `It cannot be read: ${messageOf(error)}.` };
  }
}
