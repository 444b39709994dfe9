// Cuts a growing Markdown text into its top-level blocks, reading again only the part that can still change.
import { Lexer, type TokensList } from 'marked';

/** A text and its blocks: `blocks` joined is `text`. */
export interface BlockSplit {
  readonly text: string;
  readonly blocks: readonly string[];
  /** How many of the blocks no later text can change. */
  readonly settled: number;
}

export const NO_BLOCKS: BlockSplit = { text: '', blocks: [], settled: 0 };

/**
 * The blocks of `text`. When it continues `before`, its settled blocks are taken over and only the rest is read: a later line
 * can change nothing but the last block that stands open.
 */
export function splitBlocks(source: string, before: BlockSplit = NO_BLOCKS): BlockSplit {
  const text = source.replaceAll('\r\n', '\n');
  if (text === before.text) return before;
  const continued = text.startsWith(before.text);
  const kept = continued ? before.blocks.slice(0, before.settled) : [];
  const keptLength = kept.reduce((sum, block) => sum + block.length, 0);
  const fresh = tokenBlocks(text.slice(keptLength));
  const blocks = [...kept, ...fresh];
  return { text, blocks, settled: Math.max(kept.length, blocks.length - 1) };
}

/** Each block with the blank lines that follow it. */
function tokenBlocks(text: string): string[] {
  const blocks: string[] = [];
  let at = 0;
  // the block stage alone: the inline stage runs when a block is drawn
  for (const { type, raw } of new Lexer({ gfm: true }).blockTokens(text, emptyTokens())) {
    // the lexer may tidy the end of what is still being written: from there on all is one block
    if (!text.startsWith(raw, at)) break;
    at += raw.length;
    if (type === 'space' && blocks.length > 0) blocks[blocks.length - 1] += raw;
    else blocks.push(raw);
  }
  if (at < text.length) blocks.push(text.slice(at));
  return blocks;
}

function emptyTokens(): TokensList {
  return Object.assign([], { links: {} });
}

const DEFINITION = /^ {0,3}\[[^\]\n]+\]:[^\n]+$/gm;

/** The link definitions of a text (`[name]: address`), to be read along with each block. */
export function definitionsIn(text: string): string {
  return (text.match(DEFINITION) ?? []).join('\n');
}
