// What the user said, as an item for the clients and as a message for the model.
import { messageOf } from '../../protocol/errors.ts';
import type { UserInput, UserMessageItem } from '../../protocol/schema/item.ts';
import type { Files } from '../ports.ts';
import type { ModelContent, ModelItem } from './modelPort.ts';

const IMAGE_TYPES: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
};

/** Larger images are not sent; the model is told. In bytes. */
const MAX_IMAGE_BYTES = 10 * 1024 * 1024;

export function userMessageItem(id: string, clientId: string | null, input: readonly UserInput[]): UserMessageItem {
  return { type: 'userMessage', id, clientId, content: [...input] };
}

/** The text of the input, for a preview: its text parts, one per line. */
export function textOf(input: readonly UserInput[]): string {
  return input
    .map((part) => (part.type === 'text' ? part.text : ''))
    .filter((text) => text !== '')
    .join('\n');
}

/** The message for the model. A local image that cannot be read becomes a note instead of failing the turn. */
export async function modelMessage(input: readonly UserInput[], files: Files): Promise<ModelItem> {
  const content: ModelContent[] = [];
  for (const part of input) content.push(...(await contentOf(part, files)));
  return { type: 'message', role: 'user', content };
}

async function contentOf(part: UserInput, files: Files): Promise<ModelContent[]> {
  switch (part.type) {
    case 'text':
      return [{ type: 'input_text', text: part.text }];
    case 'image':
      return [{ type: 'input_image', image_url: part.url }];
    case 'localImage':
      return await localImage(part.path, files);
    case 'mention':
    case 'skill':
      return [{ type: 'input_text', text: `[${part.type} "${part.name}" at ${part.path}]` }];
  }
}

async function localImage(path: string, files: Files): Promise<ModelContent[]> {
  const mime = IMAGE_TYPES[path.slice(path.lastIndexOf('.') + 1).toLowerCase()];
  if (mime === undefined) return [note(path, 'is not a supported image (png, jpg, gif, webp)')];
  try {
    const stat = await files.stat(path);
    // a pipe or a device may have no end
    if (stat !== null && stat.kind !== 'file') return [note(path, 'is no file')];
    if (stat !== null && stat.size > MAX_IMAGE_BYTES) return [note(path, `is larger than ${MAX_IMAGE_BYTES} bytes`)];
    const bytes = await files.read(path);
    return [
      { type: 'input_text', text: `<image path=${JSON.stringify(path)}>` },
      { type: 'input_image', image_url: `data:${mime};base64,${base64(bytes)}` },
      { type: 'input_text', text: '</image>' },
    ];
  } catch (error) {
    return [note(path, `could not be read: ${messageOf(error)}`)];
  }
}

function note(path: string, problem: string): ModelContent {
  return { type: 'input_text', text: `[The attached image ${path} ${problem}.]` };
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Base64 without a platform: the core knows neither Buffer nor btoa. */
export function base64(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let at = 0; at < bytes.length; at += 3) {
    const group = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    const left = bytes.length - at;
    parts.push(
      ALPHABET.charAt(group >> 18),
      ALPHABET.charAt((group >> 12) & 63),
      left > 1 ? ALPHABET.charAt((group >> 6) & 63) : '=',
      left > 2 ? ALPHABET.charAt(group & 63) : '=',
    );
  }
  return parts.join('');
}
