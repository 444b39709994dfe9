// What a search in all threads found, as rows to pick from: those of this workspace first, then others, then what is archived.
import type { ThreadSearchResult } from '../../server/protocol/schema/thread.ts';
import { oneLine } from '../../server/protocol/shownText.ts';
import { ageWords, isWithin, threadTitle } from './threadRows.ts';

export type SearchHit = ThreadSearchResult['data'][number];

export interface FoundPlace {
  readonly threadId: string;
  /** Null where only the thread's name has the words, or where the server tells the thread alone. */
  readonly place: { readonly turnId: string; readonly itemId: string } | null;
}

export interface SearchRow extends FoundPlace {
  readonly label: string;
  readonly description: string;
  /** The words around what was found. */
  readonly detail: string;
}

export interface SearchGroup {
  readonly title: string;
  readonly rows: readonly SearchRow[];
}

export interface SearchInput {
  readonly hits: readonly SearchHit[];
  readonly archived: readonly SearchHit[];
  readonly folders: readonly string[];
  /** Unix milliseconds. */
  readonly nowMs: number;
}

const TITLE_LENGTH = 80;
const SNIPPET_LENGTH = 160;

/** Groups without rows are left out. */
export function searchGroups({ hits, archived, folders, nowMs }: SearchInput): SearchGroup[] {
  const isHere = ({ thread }: SearchHit): boolean =>
    folders.length === 0 || folders.some((folder) => isWithin(thread.cwd, folder));
  const row = (hit: SearchHit): SearchRow => rowOf(hit, nowMs);
  return [
    { title: folders.length === 0 ? 'threads' : 'this workspace', rows: hits.filter(isHere).map(row) },
    { title: 'other folders', rows: hits.filter((hit) => !isHere(hit)).map(row) },
    { title: 'archived', rows: archived.map(row) },
  ].filter(({ rows }) => rows.length > 0);
}

function rowOf({ thread, snippet, turnId, itemId, count }: SearchHit, nowMs: number): SearchRow {
  const age = ageWords(thread.recencyAt ?? thread.updatedAt, nowMs / 1000);
  const places = typeof count === 'number' && count > 1 ? ` · ${count} places` : '';
  return {
    label: oneLine(threadTitle(thread), TITLE_LENGTH),
    description: `${age}${places}`,
    detail: oneLine(snippet.replaceAll(/\s+/g, ' ').trim(), SNIPPET_LENGTH),
    threadId: thread.id,
    place: typeof turnId === 'string' && typeof itemId === 'string' ? { turnId, itemId } : null,
  };
}
