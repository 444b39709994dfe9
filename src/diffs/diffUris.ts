// Names the virtual documents of diffs: a file of one patch, or of a record of the ledger, before or after.
import * as vscode from 'vscode';
import type { ChangeRef } from './liveChanges.ts';

export const BEFORE_SCHEME = 'bowline-before';
export const PROPOSED_SCHEME = 'bowline-proposed';

export type Side = 'before' | 'after';

/** What a virtual document shows. */
export type DiffSource =
  | { readonly type: 'change'; readonly ref: ChangeRef }
  | { readonly type: 'record'; readonly recordId: string }
  /** A file as a rehearsal left it; without a path what was written to the terminal. */
  | { readonly type: 'rehearsal'; readonly rehearsalId: string; readonly path: string | null }
  /** The file as it is on disk, whatever an editor has made of it. */
  | { readonly type: 'file'; readonly path: string };

/** The document that shows one side of a source; `path` gives it its name and language. */
export function diffUri(source: DiffSource, side: Side, path: string): vscode.Uri {
  return vscode.Uri.file(path).with({
    scheme: side === 'before' ? BEFORE_SCHEME : PROPOSED_SCHEME,
    query: new URLSearchParams(queryOf(source)).toString(),
  });
}

function queryOf(source: DiffSource): Record<string, string> {
  switch (source.type) {
    case 'record':
      return { record: source.recordId };
    case 'rehearsal': {
      const { rehearsalId, path } = source;
      return { rehearsal: rehearsalId, ...(path === null ? {} : { path }) };
    }
    case 'file':
      return { file: source.path };
    case 'change': {
      const { threadId, turnId, itemId, path } = source.ref;
      return { thread: threadId, turn: turnId, item: itemId, path };
    }
  }
}

/** What the document shows; null for a document that is none of ours or whose name was made up. */
export function parseDiffUri(uri: vscode.Uri): { readonly source: DiffSource; readonly side: Side } | null {
  if (uri.scheme !== BEFORE_SCHEME && uri.scheme !== PROPOSED_SCHEME) return null;
  const side = uri.scheme === BEFORE_SCHEME ? 'before' : 'after';
  const query = new URLSearchParams(uri.query);
  const recordId = query.get('record');
  if (recordId !== null) return { source: { type: 'record', recordId }, side };
  const rehearsalId = query.get('rehearsal');
  if (rehearsalId !== null) return { source: { type: 'rehearsal', rehearsalId, path: query.get('path') }, side };
  const file = query.get('file');
  if (file !== null) return { source: { type: 'file', path: file }, side };
  const [threadId, turnId, itemId, path] = [
    query.get('thread'),
    query.get('turn'),
    query.get('item'),
    query.get('path'),
  ];
  if (threadId === null || turnId === null || itemId === null || path === null) return null;
  return { source: { type: 'change', ref: { threadId, turnId, itemId, path } }, side };
}
