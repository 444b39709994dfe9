// What the user said, as an item for the clients and as a message for the model.
import { messageOf } from '../../protocol/errors.ts';
import type { UserInput, UserMessageItem } from '../../protocol/schema/item.ts';
import type { Files } from '../ports.ts';
import type { ModelContent, ModelItem } from './modelPort.ts';
import type { ReadConsent } from './readConsent.ts';

const IMAGE_TYPES: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
};

/** Larger skills are not sent; the model is told. In bytes. */
const MAX_SKILL_BYTES = 1024 * 1024;

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

/** What a message needs of the world. */
export interface MessageReading {
  readonly files: Files;
  /** Asks where the file, given by its real path, is kept from the model. */
  consent(path: string): Promise<ReadConsent>;
}

/** The message for the model. A local image that cannot or may not be read becomes a note instead of failing the turn. */
export async function modelMessage(input: readonly UserInput[], reading: MessageReading): Promise<ModelItem> {
  const content: ModelContent[] = [];
  for (const part of input) content.push(...(await contentOf(part, reading)));
  return { type: 'message', role: 'user', content };
}

async function contentOf(part: UserInput, reading: MessageReading): Promise<ModelContent[]> {
  switch (part.type) {
    case 'text':
      return [{ type: 'input_text', text: part.text }];
    case 'image':
      return [{ type: 'input_image', image_url: part.url }];
    case 'localImage':
      return await localImage(part.path, reading);
    case 'skill':
      return await skill(part, reading);
    case 'mention':
      return [{ type: 'input_text', text: `[${part.type} "${part.name}" at ${part.path}]` }];
  }
}

async function localImage(path: string, { files, consent }: MessageReading): Promise<ModelContent[]> {
  const mime = IMAGE_TYPES[path.slice(path.lastIndexOf('.') + 1).toLowerCase()];
  if (mime === undefined) return [note(path, 'is not a supported image (png, jpg, gif, webp)')];
  try {
    const realPath = await files.realPath(path);
    const stat = await files.stat(realPath);
    // a pipe or a device may have no end
    if (stat !== null && stat.kind !== 'file') return [note(path, 'is no file')];
    if (stat !== null && stat.size > MAX_IMAGE_BYTES) return [note(path, `is larger than ${MAX_IMAGE_BYTES} bytes`)];
    const answer = await consent(realPath);
    if (answer.type === 'refused') return [note(path, 'is kept from you and was not sent')];
    const bytes = await files.read(realPath);
    return [
      { type: 'input_text', text: `<image path=${JSON.stringify(path)}>` },
      { type: 'input_image', image_url: `data:${mime};base64,${base64(bytes)}` },
      { type: 'input_text', text: '</image>' },
    ];
  } catch (error) {
    return [note(path, `could not be read: ${messageOf(error)}`)];
  }
}

/** How a skill begins in a message for the model. */
export function skillHead(name: string, path: string): string {
  return `<skill>\n<name>${name}</name>\n<path>${path}</path>\n`;
}

/** A skill that the user chose goes along whole: its instructions are for this turn. */
async function skill(
  { name, path }: Extract<UserInput, { type: 'skill' }>,
  { files, consent }: MessageReading,
): Promise<ModelContent[]> {
  const leftOut = (why: string): ModelContent[] => [
    { type: 'input_text', text: `[The skill ${name} at ${path} ${why}.]` },
  ];
  try {
    const realPath = await files.realPath(path);
    const stat = await files.stat(realPath);
    if (stat === null) return leftOut('is not there');
    if (stat.kind !== 'file') return leftOut('is no file');
    if (stat.size > MAX_SKILL_BYTES) return leftOut(`is larger than ${MAX_SKILL_BYTES} bytes`);
    if ((await consent(realPath)).type === 'refused') return leftOut('is kept from you and was not sent');
    const text = new TextDecoder().decode(await files.read(realPath));
    return [{ type: 'input_text', text: `${skillHead(name, path)}${text}\n</skill>` }];
  } catch (error) {
    return leftOut(`could not be read: ${messageOf(error)}`);
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
