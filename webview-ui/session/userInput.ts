// What the user writes and attaches, as the protocol's input parts, and back for showing it.
import type { Attachment } from '../../server/protocol/chatBridge.ts';
import type { ClientRequestInput } from '../../server/protocol/methods.ts';
import type { UserInput } from '../../server/protocol/schema/item.ts';

type InputPart = ClientRequestInput<'turn/start'>['input'][number];

/** A file that was named with `@` in the text: the token as typed -> the absolute path. */
export type Mentions = Readonly<Record<string, string>>;

/** The input parts of a message: its text first, then what is attached, then the files that the text mentions. */
export function inputOf(text: string, attachments: readonly Attachment[], mentions: Mentions = {}): InputPart[] {
  const parts: InputPart[] = text.trim() === '' ? [] : [{ type: 'text', text }];
  for (const attachment of attachments) parts.push(partOf(attachment));
  const named = new Set(attachments.map((attachment) => ('path' in attachment ? attachment.path : '')));
  for (const [token, path] of Object.entries(mentions)) {
    if (named.has(path) || !mentioned(text, token)) continue;
    named.add(path);
    parts.push({ type: 'mention', name: nameOf(path), path });
  }
  return parts;
}

function partOf(attachment: Attachment): InputPart {
  switch (attachment.type) {
    case 'file':
      return { type: 'mention', name: attachment.name, path: attachment.path };
    case 'selection':
      return { type: 'text', text: selectionText(attachment) };
    case 'image':
      return { type: 'image', url: attachment.url };
  }
}

/** Whether the text holds `@token` as a word of its own. */
function mentioned(text: string, token: string): boolean {
  const at = text.indexOf(`@${token}`);
  if (at < 0) return false;
  const after = text[at + token.length + 1];
  return after === undefined || !/[\w/]/.test(after);
}

type Selection = Extract<Attachment, { type: 'selection' }>;

/** A selection as the model reads it: where it is from, and the lines in a fence that they cannot close. */
export function selectionText({ path, startLine, endLine, text }: Selection): string {
  const longest = Math.max(2, ...Array.from(text.matchAll(/`+/g), ([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `Selected lines of ${path}:${startLine}-${endLine}\n${fence}\n${text}\n${fence}`;
}

const SELECTION = /^Selected lines of (.+):(\d+)-(\d+)\n(`{3,})\n([^]*)\n\4$/;

/** A message as it is shown: the words, and the rest as chips. */
export interface ShownMessage {
  readonly text: string;
  readonly attachments: readonly Attachment[];
}

export function shownMessage(content: readonly UserInput[]): ShownMessage {
  const texts: string[] = [];
  const attachments: Attachment[] = [];
  for (const part of content) {
    if (part.type === 'text') {
      const selection = selectionIn(part.text);
      if (selection === undefined) texts.push(part.text);
      else attachments.push(selection);
    } else if (part.type === 'image') attachments.push({ type: 'image', url: part.url, name: '' });
    else if (part.type === 'localImage') attachments.push({ type: 'file', path: part.path, name: nameOf(part.path) });
    else attachments.push({ type: 'file', path: part.path, name: part.name });
  }
  return { text: texts.join('\n\n'), attachments };
}

function selectionIn(text: string): Selection | undefined {
  const found = SELECTION.exec(text);
  if (found === null) return undefined;
  const [, path = '', start = '', end = '', , lines = ''] = found;
  return { type: 'selection', path, name: nameOf(path), startLine: Number(start), endLine: Number(end), text: lines };
}

function nameOf(path: string): string {
  return path.split(/[\\/]/).findLast((part) => part !== '') ?? path;
}
