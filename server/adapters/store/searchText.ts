// What of an item can be searched for, and where in it something was found.
import type { ThreadItem } from '../../protocol/schema/item.ts';

/** Longer texts are searchable by their beginning, in characters; the index stays small. */
const SEARCHED_LIMIT = 65_536;
/** Outputs are searchable by so many characters of their beginning and of their end. */
const OUTPUT_EDGE = 4096;
/** So many characters of the text stand on either side of what was found. */
const AROUND = 60;

/** Stands behind every text in the index, so that its last characters begin a run of three too. */
export const TAIL = '\n\n';

/** Null for items that are not searched. */
export function searchableText(item: ThreadItem): string | null {
  const text = wordsOf(item).trim();
  return text === '' ? null : text.slice(0, SEARCHED_LIMIT);
}

/** What the user and the agent said to each other. */
export function isMessage(type: string): boolean {
  return type === 'userMessage' || type === 'agentMessage';
}

function wordsOf(item: ThreadItem): string {
  switch (item.type) {
    case 'userMessage':
      return item.content.map((part) => (part.type === 'text' ? part.text : '')).join('\n');
    case 'agentMessage':
    case 'plan':
      return item.text;
    case 'reasoning':
      return item.summary.join('\n');
    case 'commandExecution':
      return `${item.command}\n${edges(item.aggregatedOutput ?? '')}`;
    case 'fileChange':
      return item.changes.map(({ path }) => path).join('\n');
    case 'dynamicToolCall':
      return [
        item.tool,
        ...(item.contentItems ?? []).map((part) => (part.type === 'inputText' ? edges(part.text) : '')),
      ].join('\n');
    case 'mcpToolCall':
      return `${item.server} ${item.tool}`;
    case 'webSearch':
      return item.query;
    case 'enteredReviewMode':
    case 'exitedReviewMode':
      return item.review;
    default:
      return '';
  }
}

function edges(output: string): string {
  if (output.length <= 2 * OUTPUT_EDGE) return output;
  return `${output.slice(0, OUTPUT_EDGE)}\n${output.slice(-OUTPUT_EDGE)}`;
}

/** A part of a text around what was found in it; `start` and `end` are UTF-16 offsets within the snippet. */
export interface Snippet {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** Each place where `term` stands in the text, whatever the case of its letters. */
export function placesOf(text: string, term: string): { readonly from: number; readonly to: number }[] {
  const pattern = new RegExp(term.replace(/[\\^$.*+?()[\]{}|/]/gu, '\\$&'), 'giu');
  return [...text.matchAll(pattern)].map((match) => ({ from: match.index, to: match.index + match[0].length }));
}

/** On one line. */
export function snippetAt(text: string, place: { readonly from: number; readonly to: number }): Snippet {
  const from = wholeAt(text, Math.max(0, place.from - AROUND));
  const to = wholeAt(text, Math.min(text.length, place.to + AROUND));
  const before = `${from > 0 ? '... ' : ''}${oneLine(text.slice(from, place.from)).trimStart()}`;
  const found = oneLine(text.slice(place.from, place.to));
  const after = `${oneLine(text.slice(place.to, to)).trimEnd()}${to < text.length ? ' ...' : ''}`;
  return { text: before + found + after, start: before.length, end: before.length + found.length };
}

/** The offset, moved so that it does not fall into the middle of a character. */
function wholeAt(text: string, offset: number): number {
  const unit = text.charCodeAt(offset);
  return unit >= 0xdc00 && unit <= 0xdfff ? offset - 1 : offset;
}

function oneLine(text: string): string {
  return text.replace(/\s+/gu, ' ');
}
