// Tool calls in words: "Read src/a.ts", "Searched for TODO".
import type { DynamicToolCallItem, ThreadItem } from '../../server/protocol/schema/item.ts';
import { oneLine } from '../../server/protocol/shownText.ts';

export interface ToolWords {
  readonly icon: string;
  readonly verb: string;
  /** What the tool was used on, e.g. a path or a pattern; "" when it cannot be told. */
  readonly object: string;
  /** Set when the object is a file that can be opened. */
  readonly path?: string;
  readonly line?: number;
}

/** What one call of a tool did; `isOpen` chooses between "Reading" and "Read". */
export function toolWords(item: DynamicToolCallItem, isOpen: boolean): ToolWords {
  const values = isRecord(item.arguments) ? item.arguments : {};
  const path = text(values, 'path', 'file', 'file_path', 'filename', 'dir_path', 'directory');
  switch (item.tool) {
    case 'read_file': {
      const line = [values['offset'], values['start_line'], values['startLine']].find(
        (value) => typeof value === 'number',
      );
      const opens = path === '' ? {} : { path };
      return {
        icon: 'eye',
        verb: isOpen ? 'Reading' : 'Read',
        object: path,
        ...opens,
        ...(typeof line === 'number' && { line }),
      };
    }
    case 'list_dir':
      return { icon: 'folder-opened', verb: isOpen ? 'Listing' : 'Listed', object: path || '.' };
    case 'grep':
    case 'grep_files':
    case 'search': {
      const pattern = text(values, 'pattern', 'query', 'regex');
      return {
        icon: 'search',
        verb: isOpen ? 'Searching for' : 'Searched for',
        object: path === '' || path === '.' ? pattern : `${pattern} in ${path}`,
      };
    }
    case 'update_plan':
      return { icon: 'checklist', verb: isOpen ? 'Updating' : 'Updated', object: 'the plan' };
    case 'view_image':
      return { icon: 'device-camera', verb: isOpen ? 'Viewing' : 'Viewed', object: path, ...(path !== '' && { path }) };
    case 'write_stdin':
      return {
        icon: 'terminal',
        verb: 'Typed',
        object: oneLine(text(values, 'chars', 'input', 'text'), 60) || 'into the terminal',
      };
    default:
      return { icon: 'tools', verb: isOpen ? 'Using' : 'Used', object: `${item.tool}${briefly(values)}` };
  }
}

export function toolTitle(item: DynamicToolCallItem): string {
  const { verb, object } = toolWords(item, true);
  return `${verb} ${oneLine(object, 60)}`.trim();
}

/** What a tool gave back, as text. */
export function toolResultText(item: DynamicToolCallItem): string {
  return (item.contentItems ?? [])
    .map((part) => (part.type === 'inputText' ? part.text : ''))
    .join('\n')
    .trim();
}

/** What an MCP tool gave back: its text parts, or the whole as JSON. */
export function mcpResultText(result: unknown): string {
  const content = isRecord(result) ? result['content'] : undefined;
  if (!Array.isArray(content)) return result === null || result === undefined ? '' : prettyJson(result);
  const parts: unknown[] = content;
  return parts
    .map((part) => (isRecord(part) && typeof part['text'] === 'string' ? part['text'] : prettyJson(part)))
    .join('\n');
}

/** The words of an error of any shape. */
export function errorText(error: unknown): string {
  if (typeof error === 'string') return error;
  if (isRecord(error) && typeof error['message'] === 'string') return error['message'];
  return error === null || error === undefined ? '' : prettyJson(error);
}

export function prettyJson(value: unknown): string {
  return JSON.stringify(value, null, 2) ?? '';
}

/** A short form of a call's arguments, e.g. `(ABC-1)`. */
export function briefly(values: unknown): string {
  if (!isRecord(values)) return '';
  const shown = Object.values(values).filter((value) => typeof value === 'string' || typeof value === 'number');
  return shown.length === 0 ? '' : ` (${oneLine(shown.join(', '), 60)})`;
}

/** The raw form of an item that this version does not know. */
export function rawText(item: Extract<ThreadItem, { type: 'unknown' }>): string {
  return prettyJson(item.raw);
}

/** The kind that an unknown item said it is. */
export function rawKind(item: Extract<ThreadItem, { type: 'unknown' }>): string {
  return item.raw.type;
}

function text(values: Readonly<Record<string, unknown>>, ...names: string[]): string {
  for (const name of names) {
    const value = values[name];
    if (typeof value === 'string' && value !== '') return value;
  }
  return '';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
