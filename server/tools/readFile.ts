// The tool `read_file`: lines of a text file, numbered.
import * as z from 'zod';
import { linesOfText, numberedLines } from '../core/text/numberedLines.ts';
import { countMarks, maskedNote, type SecretMask } from '../core/secrets/secretMask.ts';
import type { Tool, ToolSpec } from '../core/turn/tool.ts';
import { lazy } from '../protocol/define.ts';
import { parseArguments } from './commandArguments.ts';
import { expectConsent, findFile, type ReadingDeps } from './readablePath.ts';
import { shownCall, ToolRefusal } from './shownCall.ts';

const DEFAULT_LINES = 2000;
/** Larger files are read with the tools of the shell. In bytes. */
const LARGEST_FILE = 20 * 1024 * 1024;
/** How far into a file a zero byte tells that it holds no text. */
const LOOKED_AT = 8192;
/** Lines around those that are shown which are looked at too: a private key is told by its beginning. */
const MARGIN_LINES = 200;

const SPEC: ToolSpec = {
  type: 'function',
  name: 'read_file',
  description: `Reads a text file. Each line of the answer is the line's number, a tab and the line; at most ${DEFAULT_LINES} lines unless limit says otherwise.`,
  parameters: {
    type: 'object',
    properties: {
      path: { type: 'string', description: "The file; relative paths start at the thread's folder." },
      offset: { type: 'number', description: 'The number of the first line to read; 1 unless given.' },
      limit: { type: 'number', description: 'How many lines to read at most.' },
    },
    required: ['path'],
    additionalProperties: false,
  },
};

const Arguments = lazy(() =>
  z.object({
    path: z.string().min(1),
    offset: z.int().min(1).optional(),
    limit: z.int().min(1).optional(),
  }),
);

export function readFileTool({ files, mask }: ReadingDeps): Tool {
  return {
    spec: SPEC,
    run: async (call, context) => {
      const parsed = parseArguments(Arguments, SPEC.name, call.input);
      if (parsed.type === 'wrong') return { output: parsed.message };
      const { path, offset = 1, limit = DEFAULT_LINES } = parsed.value;
      return shownCall(call, context, async () => {
        const found = await findFile(files, context.settings.cwd, path);
        await expectConsent(found, call.callId, context);
        if (found.stat.size > LARGEST_FILE) {
          throw new ToolRefusal(
            `${found.path} has ${found.stat.size} bytes; read parts of it with exec_command (head, sed -n, tail).`,
          );
        }
        const lines = linesOfText(textOf(await files.read(found.realPath), found.path));
        if (lines.length === 0) return '[The file is empty.]';
        if (offset > lines.length) throw new ToolRefusal(`${found.path} has only ${lines.length} lines.`);
        return maskedLines(lines, { offset, limit }, await mask());
      });
    },
  };
}

function maskedLines(
  lines: readonly string[],
  { offset, limit }: { readonly offset: number; readonly limit: number },
  mask: SecretMask,
): string {
  const [from, to] = [
    Math.max(0, offset - 1 - MARGIN_LINES),
    Math.min(lines.length, offset - 1 + limit + MARGIN_LINES),
  ];
  const around = mask.mask(lines.slice(from, to).join('\n'), { keepsLines: true }).text.split('\n');
  const shown = numberedLines([...lines.slice(0, from), ...around, ...lines.slice(to)], { offset, limit });
  const count = countMarks(shown);
  return count === 0 ? shown : `${shown}\n${maskedNote(count)}`;
}

function textOf(bytes: Uint8Array, path: string): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  if (bytes.subarray(0, LOOKED_AT).includes(0)) {
    throw new ToolRefusal(
      `${path} is a binary file of ${bytes.length} bytes; view_image shows pictures, exec_command has file and xxd.`,
    );
  }
  return new TextDecoder('utf-8').decode(bytes);
}
