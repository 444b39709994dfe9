// Finds the @-word at the caret, and writes a chosen file as one.
import type { KeptBy } from '../../server/protocol/chatBridge.ts';

export interface MentionedFile {
  readonly path: string;
  readonly name: string;
  readonly folder: string;
  /** It is kept from the model: the user is asked before it is named. */
  readonly keptBy?: KeptBy;
}

/** The @-word that ends at the caret: where its @ stands, and what follows it. */
export interface MentionAtCaret {
  readonly from: number;
  readonly query: string;
}

const MENTION = /(?:^|[\s([{"'`])@([^\s@]{0,200})$/;

export function mentionAt(text: string, caret: number): MentionAtCaret | undefined {
  const found = MENTION.exec(text.slice(0, caret));
  const query = found?.[1];
  return query === undefined ? undefined : { from: caret - query.length - 1, query };
}

/** How a file stands in the text after its @: its path in the workspace, with forward slashes. */
export function mentionToken({ name, folder }: MentionedFile): string {
  const shown = folder === '' || folder === '.' ? name : `${folder.replaceAll('\\', '/')}/${name}`;
  return shown.replaceAll(' ', '\\ ');
}
