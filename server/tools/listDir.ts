// The tool `list_dir`: what is in a folder, and in the folders below it as deep as asked.
import { join } from 'node:path';
import * as z from 'zod';
import { comparePaths } from '../core/patch/paths.ts';
import type { FileKind, Files } from '../core/ports.ts';
import type { Tool, ToolSpec } from '../core/turn/tool.ts';
import { messageOf } from '../protocol/errors.ts';
import { lazy } from '../protocol/define.ts';
import { parseArguments } from './commandArguments.ts';
import { expectConsent, findReadable } from './readablePath.ts';
import { shownCall, ToolRefusal } from './shownCall.ts';

const DEFAULT_ENTRIES = 300;
const MOST_ENTRIES = 2000;
const DEEPEST = 10;
/** Named, but not walked into: they would fill the answer. */
const CROWDED = new Set(['.git', 'node_modules']);

const SPEC: ToolSpec = {
  type: 'function',
  name: 'list_dir',
  description:
    'Lists a folder, folders first. Folders end in /, symbolic links in @; entries of inner folders are indented.',
  parameters: {
    type: 'object',
    properties: {
      path: { type: 'string', description: "The folder; the thread's folder unless given." },
      depth: { type: 'number', description: `How many levels to show (1 to ${DEEPEST}); 1 unless given.` },
      limit: { type: 'number', description: `How many entries to show at most; ${DEFAULT_ENTRIES} unless given.` },
    },
    required: [],
    additionalProperties: false,
  },
};

const Arguments = lazy(() =>
  z.object({
    path: z.string().optional(),
    depth: z.int().min(1).max(DEEPEST).optional(),
    limit: z.int().min(1).max(MOST_ENTRIES).optional(),
  }),
);

interface Entry {
  readonly name: string;
  readonly kind: FileKind;
}

export function listDirTool(files: Files): Tool {
  return {
    spec: SPEC,
    run: async (call, context) => {
      const parsed = parseArguments(Arguments, SPEC.name, call.input);
      if (parsed.type === 'wrong') return { output: parsed.message };
      const { path = '.', depth = 1, limit = DEFAULT_ENTRIES } = parsed.value;
      return shownCall(call, context, async (signal) => {
        const found = await findReadable(files, context.settings.cwd, path);
        if (found.stat.kind !== 'directory')
          throw new ToolRefusal(`${found.path} is a file; read_file shows what is in it.`);
        await expectConsent(found, call.callId, context);
        const listing = new Listing(files, { depth, limit, signal });
        await listing.add(found.realPath, 0);
        return listing.text(found.path);
      });
    },
  };
}

class Listing {
  readonly #files: Files;
  readonly #bounds: { readonly depth: number; readonly limit: number; readonly signal: AbortSignal };
  readonly #lines: string[] = [];
  #left = 0;

  constructor(files: Files, bounds: { depth: number; limit: number; signal: AbortSignal }) {
    this.#files = files;
    this.#bounds = bounds;
  }

  async add(folder: string, level: number): Promise<void> {
    const entries = (await this.#files.list(folder)).toSorted(compareEntries);
    for (const entry of entries) {
      this.#bounds.signal.throwIfAborted();
      if (this.#lines.length >= this.#bounds.limit) {
        this.#left += 1;
        continue;
      }
      this.#lines.push(`${'  '.repeat(level)}${entry.name}${markOf(entry.kind)}`);
      const isWalked = entry.kind === 'directory' && level + 1 < this.#bounds.depth && !CROWDED.has(entry.name);
      if (isWalked) await this.#addInner(join(folder, entry.name), level + 1);
    }
  }

  text(folder: string): string {
    const body = this.#lines.length === 0 ? '[The folder is empty.]' : this.#lines.join('\n');
    const rest =
      this.#left === 0 ? '' : `\n[${this.#left} or more entries were left out. List an inner folder, or raise limit.]`;
    return `${folder}\n${body}${rest}`;
  }

  /** A folder that may not be looked into must not hide its neighbours. */
  async #addInner(folder: string, level: number): Promise<void> {
    try {
      await this.add(folder, level);
    } catch (error) {
      this.#bounds.signal.throwIfAborted();
      this.#lines.push(`${'  '.repeat(level)}[${messageOf(error)}]`);
    }
  }
}

function compareEntries(left: Entry, right: Entry): number {
  const isFolder = (entry: Entry) => (entry.kind === 'directory' ? 0 : 1);
  return isFolder(left) - isFolder(right) || comparePaths(left.name, right.name);
}

function markOf(kind: FileKind): string {
  switch (kind) {
    case 'directory':
      return '/';
    case 'symlink':
      return '@';
    case 'file':
    case 'other':
      return '';
  }
}
