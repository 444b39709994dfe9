// What left for the model in a turn, told from what is stored of it: the user's message with all it brought along, and what tools returned.
import { utf8Length } from '../command/utf8.ts';
import { resolvePath } from '../patch/paths.ts';
import { countMarks } from '../secrets/secretMask.ts';
import type { ModelContent, ModelItem } from '../turn/modelPort.ts';
import { skillHead } from '../turn/userMessage.ts';
import type { ThreadItem, UserInput } from '../../protocol/schema/item.ts';
import type { ContextEntry } from '../../protocol/schema/safety.ts';

export interface StoredTurn {
  readonly items: readonly ThreadItem[];
  /** What the model was told and said in the turn, in order. */
  readonly modelItems: readonly ModelItem[];
  /** Absolute; the workspace. */
  readonly cwd: string;
}

type Output = Extract<ModelItem, { type: 'function_call_output' | 'custom_tool_call_output' }>;
type Call = Extract<ModelItem, { type: 'function_call' | 'custom_tool_call' }>;

export function turnContext(turn: StoredTurn): ContextEntry[] {
  const messages = turn.items.flatMap((item) =>
    item.type === 'userMessage' ? item.content.flatMap((part) => partEntry(part, item.id, turn)) : [],
  );
  const calls = new Map<string, Call>();
  const outputs: ContextEntry[] = [];
  for (const item of turn.modelItems) {
    if (item.type === 'function_call' || item.type === 'custom_tool_call') calls.set(item.call_id, item);
    if (item.type === 'function_call_output' || item.type === 'custom_tool_call_output')
      outputs.push(outputEntry(item, calls.get(item.call_id), turn));
  }
  return [...messages, ...outputs];
}

/** How the editor writes a selection into a message. */
const SELECTION = /^Selected lines of (.+):(\d+-\d+)\n/;

function partEntry(part: UserInput, itemId: string, { modelItems }: StoredTurn): ContextEntry[] {
  switch (part.type) {
    case 'text': {
      const selection = SELECTION.exec(part.text);
      const [, path = null, lines = ''] = selection ?? [];
      const size = { bytes: utf8Length(part.text), masked: 0, itemId };
      if (path !== null) return [{ kind: 'selection', label: `${nameOf(path)}:${lines}`, path, ...size }];
      return [{ kind: 'message', label: firstWords(part.text), path: null, ...size }];
    }
    case 'image':
      return [{ kind: 'image', label: 'Image', path: null, bytes: utf8Length(part.url), masked: 0, itemId }];
    case 'localImage': {
      const sent = sentImage(part.path, modelItems);
      if (sent === null) return [];
      return [{ kind: 'image', label: nameOf(part.path), path: part.path, bytes: sent, masked: 0, itemId }];
    }
    case 'skill': {
      const bytes = sentSkill(part, modelItems) ?? utf8Length(part.path);
      return [{ kind: 'file', label: part.name, path: part.path, bytes, masked: 0, itemId }];
    }
    case 'mention':
      // its name goes along; what is in it only when the agent reads it
      return [{ kind: 'file', label: part.name, path: part.path, bytes: utf8Length(part.path), masked: 0, itemId }];
  }
}

/** How long the skill was that went along; null when it was left out. */
function sentSkill({ name, path }: { name: string; path: string }, modelItems: readonly ModelItem[]): number | null {
  const head = skillHead(name, path);
  for (const item of modelItems) {
    if (item.type !== 'message') continue;
    for (const part of item.content)
      if (part.type === 'input_text' && part.text.startsWith(head)) return utf8Length(part.text);
  }
  return null;
}

/** How large the image was that went along under this path; null when it was left out. */
function sentImage(path: string, modelItems: readonly ModelItem[]): number | null {
  const head = `<image path=${JSON.stringify(path)}>`;
  for (const item of modelItems) {
    if (item.type !== 'message') continue;
    const at = item.content.findIndex((part) => part.type === 'input_text' && part.text === head);
    const image = at < 0 ? undefined : item.content[at + 1];
    if (image?.type === 'input_image') return utf8Length(image.image_url);
  }
  return null;
}

function outputEntry(output: Output, call: Call | undefined, turn: StoredTurn): ContextEntry {
  const item = turn.items.find((candidate) => candidate.id === output.call_id);
  const parts = typeof output.output === 'string' ? [output.output] : output.output.map(textOf);
  const { label, path } = whatWasCalled(item, call, turn.cwd);
  return {
    kind: item?.type === 'imageView' && typeof output.output !== 'string' ? 'image' : 'toolOutput',
    label,
    path,
    bytes: parts.reduce((sum, text) => sum + utf8Length(text), 0),
    masked: parts.reduce((sum, text) => sum + countMarks(text), 0),
    itemId: item?.id ?? null,
  };
}

function whatWasCalled(
  item: ThreadItem | undefined,
  call: Call | undefined,
  cwd: string,
): { readonly label: string; readonly path: string | null } {
  switch (item?.type) {
    case 'commandExecution': {
      const [action, ...others] = item.commandActions;
      return { label: action !== undefined && others.length === 0 ? action.command : item.command, path: null };
    }
    case 'imageView':
      return { label: nameOf(item.path), path: item.path };
    case 'dynamicToolCall': {
      const named = argumentOf(item.arguments, 'path');
      const about = argumentOf(item.arguments, 'pattern') ?? named;
      const isFile = item.tool === 'read_file' && named !== null;
      return {
        label: about === null ? item.tool : `${item.tool} ${about}`,
        path: isFile ? resolvePath(cwd, named) : null,
      };
    }
    default:
      return { label: call?.name ?? 'tool', path: null };
  }
}

function argumentOf(value: unknown, name: string): string | null {
  if (typeof value !== 'object' || value === null) return null;
  const found: unknown = Object.entries(value).find(([key]) => key === name)?.[1];
  return typeof found === 'string' && found !== '' ? found : null;
}

function textOf(part: ModelContent): string {
  return part.type === 'input_image' ? part.image_url : part.text;
}

const LONGEST_LABEL = 80;

function firstWords(text: string): string {
  const line = text.trim().split('\n')[0] ?? '';
  return line.length <= LONGEST_LABEL ? line : `${line.slice(0, LONGEST_LABEL - 1)}…`;
}

function nameOf(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
}
