// What the threads tree shows, as plain values: which rows stand where, and how each one reads.
import { isAbsolute, relative } from 'node:path';
import type { Thread, ThreadStatus } from '../../server/protocol/schema/thread.ts';
import { titleOf } from '../../server/protocol/state/select.ts';
import type { ListSource } from './threadList.ts';

export type GroupId = 'elsewhere' | 'archived';

export type Row =
  | { readonly kind: 'thread'; readonly thread: Thread; readonly isArchived: boolean; readonly isElsewhere: boolean }
  | { readonly kind: 'group'; readonly id: GroupId; readonly rows: readonly Row[] }
  | { readonly kind: 'more'; readonly source: ListSource };

/** What the tree is made from. `threads` are in the order in which they shall stand. */
export interface TreeInput {
  readonly threads: readonly Thread[];
  readonly isArchived: (threadId: string) => boolean;
  readonly hasMore: (source: ListSource) => boolean;
  readonly folders: readonly string[];
}

export const UNTITLED = 'New thread';

/** This workspace's threads first, then a group for other folders, then one for archived threads; empty groups are left out. */
export function treeRows({ threads, isArchived, hasMore, folders }: TreeInput): Row[] {
  const here: Row[] = [];
  const elsewhere: Row[] = [];
  const archived: Row[] = [];
  for (const thread of threads) {
    const isElsewhere = folders.length > 0 && !folders.some((folder) => isWithin(thread.cwd, folder));
    const row: Row = { kind: 'thread', thread, isArchived: isArchived(thread.id), isElsewhere };
    if (row.isArchived) archived.push(row);
    else if (isElsewhere) elsewhere.push(row);
    else here.push(row);
  }
  const more = (source: ListSource): Row[] => (hasMore(source) ? [{ kind: 'more', source }] : []);
  const group = (id: GroupId, rows: readonly Row[]): Row[] => (rows.length > 0 ? [{ kind: 'group', id, rows }] : []);
  return [
    ...here,
    ...more(folders.length > 0 ? 'workspace' : 'all'),
    ...group('elsewhere', elsewhere.length > 0 ? [...elsewhere, ...more('all')] : []),
    ...group('archived', archived.length > 0 ? [...archived, ...more('archived')] : []),
  ];
}

/** Whether `path` is the folder or lies in it. */
export function isWithin(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way === '' || (!isAbsolute(way) && way !== '..' && !/^\.\.[\\/]/.test(way));
}

export function threadTitle(thread: Thread): string {
  return titleOf(thread, UNTITLED);
}

/** What may be done about who writes a thread: `elsewhere` another process does, `here` this one; null where that is not known or nobody does. */
export function writingOf({ lease, status }: Thread): 'elsewhere' | 'here' | null {
  if (lease === undefined) return null;
  if (lease !== null) return 'elsewhere';
  return status.type === 'notLoaded' ? null : 'here';
}

export const ELSEWHERE_WORDS = 'open in another window';

/** The value that the menus of a row look at. */
export function contextOf(thread: Thread, isArchived: boolean): string {
  if (isArchived) return 'thread.archived';
  const writing = writingOf(thread);
  return writing === null ? 'thread' : `thread.${writing}`;
}

/** How a thread stands, in the words and the codicon of its row; `color` is a theme colour. */
export interface StatusLook {
  readonly label: string;
  readonly icon: string;
  readonly color: string | null;
}

export function statusLook(status: ThreadStatus): StatusLook {
  switch (status.type) {
    case 'active':
      if (status.activeFlags.includes('waitingOnApproval')) {
        return { label: 'waiting for your approval', icon: 'bell-dot', color: 'list.warningForeground' };
      }
      if (status.activeFlags.includes('waitingOnUserInput')) {
        return { label: 'waiting for your answer', icon: 'bell-dot', color: 'list.warningForeground' };
      }
      return { label: 'running', icon: 'loading~spin', color: null };
    case 'systemError':
      return { label: 'failed', icon: 'error', color: 'list.errorForeground' };
    case 'idle':
    case 'notLoaded':
      return { label: 'idle', icon: 'comment', color: null };
  }
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const WEEK = 7 * DAY;

/** How long ago a time was, in a few characters of words. Both in Unix seconds. */
export function ageWords(at: number, now: number): string {
  const age = Math.max(0, now - at);
  if (age < MINUTE) return 'now';
  if (age < HOUR) return `${Math.floor(age / MINUTE)} min ago`;
  if (age < DAY) return `${Math.floor(age / HOUR)} h ago`;
  if (age < WEEK) return age < 2 * DAY ? 'yesterday' : `${Math.floor(age / DAY)} days ago`;
  return new Date(at * 1000).toISOString().slice(0, 10);
}
