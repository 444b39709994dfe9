// The tool `grep`: searches the workspace with ripgrep.
import { relative, isAbsolute } from 'node:path';
import * as z from 'zod';
import type { FileGuard, TextSearch, TextSearchResult } from '../core/ports.ts';
import { countMarks, maskedNote } from '../core/secrets/secretMask.ts';
import type { Tool, ToolSpec } from '../core/turn/tool.ts';
import { lazy, type Infer } from '../protocol/define.ts';
import { parseArguments } from './commandArguments.ts';
import { foundLines, readFound, shownFiles, type Searched } from './foundLines.ts';
import { keptBelow, keptNote } from './keptBelow.ts';
import { expectConsent, findReadable, type ReadingDeps } from './readablePath.ts';
import { shownCall, ToolRefusal } from './shownCall.ts';

const DEFAULT_LINES = 200;
const MOST_LINES = 2000;

const SPEC: ToolSpec = {
  type: 'function',
  name: 'grep',
  description:
    'Searches files for a regular expression (ripgrep syntax) and returns path:line:text of each match, sorted by path. Files that git ignores are left out, and so are files that are kept from you, such as .env.',
  parameters: {
    type: 'object',
    properties: {
      pattern: { type: 'string', description: 'The regular expression.' },
      path: { type: 'string', description: "The folder or file to search; the thread's folder unless given." },
      glob: {
        type: 'string',
        description: 'Searches only files whose path fits, such as *.ts or src/**; !*.md leaves files out.',
      },
      ignore_case: { type: 'boolean', description: 'Whether A and a are the same; false unless given.' },
      fixed: { type: 'boolean', description: 'Takes the pattern as plain text.' },
      files_only: { type: 'boolean', description: 'Returns the paths of files with matches, not the lines.' },
      context: { type: 'number', description: 'Lines to show around each match (0 to 10).' },
      limit: { type: 'number', description: `How many lines to return at most; ${DEFAULT_LINES} unless given.` },
    },
    required: ['pattern'],
    additionalProperties: false,
  },
};

const Arguments = lazy(() =>
  z.object({
    pattern: z.string().min(1),
    path: z.string().optional(),
    glob: z.string().optional(),
    ignore_case: z.boolean().optional(),
    fixed: z.boolean().optional(),
    files_only: z.boolean().optional(),
    context: z.int().min(0).max(10).optional(),
    limit: z.int().min(1).max(MOST_LINES).optional(),
  }),
);
type Arguments = Infer<typeof Arguments>;

export interface GrepDeps extends ReadingDeps {
  readonly search: TextSearch;
  readonly guard: FileGuard;
}

export function grepTool(deps: GrepDeps): Tool {
  const { search, files, mask } = deps;
  return {
    spec: SPEC,
    run: async (call, context) => {
      const parsed = parseArguments(Arguments, SPEC.name, call.input);
      if (parsed.type === 'wrong') return { output: parsed.message };
      const args = parsed.value;
      return shownCall(call, context, async (signal) => {
        const { cwd } = context.settings;
        const found = await findReadable(files, cwd, args.path ?? '.');
        const isAllowed = await expectConsent(found, call.callId, context);
        const searched: Searched = { ...deps, cwd, root: found.realPath, isAllowed, mask: await mask() };
        const path = pathFrom(cwd, found.realPath);
        const result = await search.run(searchArguments(args, path), cwd, signal);
        signal.throwIfAborted();
        const output = outputOf(result);
        const limit = args.limit ?? DEFAULT_LINES;
        const text = args.files_only
          ? limited(await shownFiles(output, searched), { limit, isCut: isCut(result) })
          : await linesText(output, searched, { limit, isCut: isCut(result) });
        const kept =
          found.stat.kind === 'directory' && !isAllowed ? await keptBelow(path, { ...deps, cwd }, signal) : [];
        return `${text}${keptNote(kept)}`;
      });
    },
  };
}

/** `--no-config`: a configuration of ripgrep may name programs to run. Of lines only the numbers are wanted. */
function searchArguments(args: Arguments, path: string): string[] {
  const always = [
    '--no-config',
    '--color=never',
    '--no-heading',
    '--with-filename',
    '--null',
    '--sort=path',
    '--hidden',
    '--glob=!.git',
  ];
  const shape = args.files_only ? ['--files-with-matches'] : ['--line-number', '--max-columns=1'];
  return [
    ...always,
    ...shape,
    ...(args.ignore_case ? ['--ignore-case'] : []),
    ...(args.fixed ? ['--fixed-strings'] : []),
    ...(args.context !== undefined && !args.files_only ? [`--context=${args.context}`] : []),
    ...(args.glob === undefined ? [] : [`--glob=${args.glob}`]),
    `--regexp=${args.pattern}`,
    '--',
    path,
  ];
}

/** As short as it can be told: paths in the answer begin like this one. */
function pathFrom(cwd: string, path: string): string {
  const inside = relative(cwd, path);
  if (inside === '') return './';
  return inside.startsWith('..') || isAbsolute(inside) ? path : inside;
}

/** ripgrep ends with 0 for matches, 1 for none, 2 for errors, which may come with matches. */
function outputOf(result: TextSearchResult): string {
  if (result.type === 'missing') throw new ToolRefusal(result.message);
  if (result.exitCode > 1 && result.stdout === '') throw new ToolRefusal(`The search failed: ${result.stderr.trim()}`);
  return result.stdout;
}

function isCut(result: TextSearchResult): boolean {
  return result.type === 'done' && result.truncated;
}

interface Bounds {
  readonly limit: number;
  /** ripgrep was stopped before it had printed all. */
  readonly isCut: boolean;
  /** As many as there are; those given unless told. */
  readonly total?: number;
}

async function linesText(output: string, searched: Searched, bounds: Bounds): Promise<string> {
  const all = foundLines(output);
  const text = limited(await readFound(all, bounds.limit, searched), { ...bounds, total: all.length });
  const masked = countMarks(text);
  return masked === 0 ? text : `${text}\n${maskedNote(masked)}`;
}

function limited(lines: readonly string[], { limit, isCut: isOutputCut, total = lines.length }: Bounds): string {
  if (lines.length === 0) return 'No matches.';
  if (total <= limit && !isOutputCut) return lines.join('\n');
  const shown = lines.slice(0, limit);
  const count = isOutputCut ? `more than ${total}` : String(total);
  return `${shown.join('\n')}\n[The first ${shown.length} of ${count} lines. Search for something more exact, or in a smaller folder.]`;
}
