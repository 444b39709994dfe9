// The tool `view_image`: puts a picture from the disk before the model.
import * as z from 'zod';
import type { Files } from '../core/ports.ts';
import type { Tool, ToolContext, ToolOutput, ToolSpec } from '../core/turn/tool.ts';
import { messageOf } from '../protocol/errors.ts';
import { lazy } from '../protocol/define.ts';
import { parseArguments } from './commandArguments.ts';
import { expectConsent, findFile } from './readablePath.ts';
import { ToolRefusal } from './shownCall.ts';

/** In bytes. */
const LARGEST_IMAGE = 10 * 1024 * 1024;

const SPEC: ToolSpec = {
  type: 'function',
  name: 'view_image',
  description: 'Shows you a picture file (PNG, JPEG, GIF or WebP).',
  parameters: {
    type: 'object',
    properties: { path: { type: 'string', description: "The picture; relative paths start at the thread's folder." } },
    required: ['path'],
    additionalProperties: false,
  },
};

const Arguments = lazy(() => z.object({ path: z.string().min(1) }));

export function viewImageTool(files: Files): Tool {
  return {
    spec: SPEC,
    run: async (call, context) => {
      const parsed = parseArguments(Arguments, SPEC.name, call.input);
      if (parsed.type === 'wrong') return { output: parsed.message };
      try {
        return await view(files, { path: parsed.value.path, callId: call.callId, context });
      } catch (error) {
        return { output: error instanceof ToolRefusal ? error.message : `view_image failed: ${messageOf(error)}` };
      }
    },
  };
}

async function view(
  files: Files,
  { path, callId, context }: { path: string; callId: string; context: ToolContext },
): Promise<ToolOutput> {
  const found = await findFile(files, context.settings.cwd, path);
  if (found.stat.size > LARGEST_IMAGE)
    throw new ToolRefusal(`${found.path} is larger than ${LARGEST_IMAGE} bytes; make it smaller first.`);
  const bytes = await files.read(found.realPath);
  const type = imageType(bytes);
  if (type === null) throw new ToolRefusal(`${found.path} is no PNG, JPEG, GIF or WebP picture.`);
  const item = context.startItem({ type: 'imageView', id: callId, path: found.path });
  try {
    // nothing of it has left the server so far, and the question belongs to an item
    await expectConsent(found, callId, context);
  } finally {
    context.completeItem(item);
  }
  const url = `data:${type};base64,${Buffer.from(bytes).toString('base64')}`;
  return { output: [{ type: 'input_image', image_url: url }] };
}

/** By its first bytes; a name may be wrong. */
function imageType(bytes: Uint8Array): string | null {
  const start = Buffer.from(bytes.subarray(0, 12)).toString('latin1');
  if (start.startsWith('\u0089PNG\r\n\u001a\n')) return 'image/png';
  if (start.startsWith('\u00ff\u00d8\u00ff')) return 'image/jpeg';
  if (/^GIF8[79]a/.test(start)) return 'image/gif';
  return start.startsWith('RIFF') && start.endsWith('WEBP') ? 'image/webp' : null;
}
