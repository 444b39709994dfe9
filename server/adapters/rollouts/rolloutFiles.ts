// Finds the threads in a home of the reference server: only reads there, and opens none of its databases.
import { open, readFile, readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { isRecord, parseJson, recordOf, stringOf, type JsonRecord } from '../openai/json.ts';
import { rolloutLineOf, timeOf } from './rolloutLine.ts';

/** A file with a thread, or with a part of one. */
export interface RolloutFile {
  readonly path: string;
  readonly size: number;
  readonly threadId: string;
  readonly isArchived: boolean;
  /** What its first line says. */
  readonly meta: JsonRecord;
  /** When its first line was written, and its place in the thread. */
  readonly atMs: number;
  readonly ordinal: number | null;
}

/** How much of a file belongs to a thread: all, or up to where a fork or a revert left it. */
export interface RolloutPart {
  readonly file: RolloutFile;
  readonly endOffset: number | null;
  readonly endOrdinal: number | null;
}

export interface FoundThread {
  readonly id: string;
  readonly name: string | null;
  /** Oldest first; the last is the thread's own. */
  readonly parts: readonly RolloutPart[];
  /** A part of its history is named and not there. */
  readonly isCut: boolean;
}

export interface Found {
  readonly threads: readonly FoundThread[];
  /** Files that cannot be read as rollouts, each with its reason. */
  readonly unreadable: readonly { readonly path: string; readonly reason: string }[];
  /** Threads of sub-agents: parts of the work of others. */
  readonly subAgents: number;
}

const NAME = /^rollout-.*?([\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})(?:_[\da-f-]{36})?\.jsonl$/;
const FIRST_LINE_LIMIT = 8 * 1024 * 1024;

/** The threads of that home, oldest first. A folder that is not there has none. */
export async function findThreads(home: string): Promise<Found> {
  const unreadable: { path: string; reason: string }[] = [];
  const files: RolloutFile[] = [];
  for (const path of await rolloutPaths(home)) {
    const read = await rolloutFile(path, path.startsWith(join(home, ARCHIVED)));
    if (typeof read === 'string') unreadable.push({ path, reason: read });
    else files.push(read);
  }
  const byThread = new Map<string, RolloutFile[]>();
  for (const file of files) byThread.set(file.threadId, [...(byThread.get(file.threadId) ?? []), file]);
  const names = await threadNames(home);
  const heads = [...byThread.values()].flatMap((own) => newest(own) ?? []);
  const own = heads.filter(({ meta }) => !isSubAgent(meta));
  return {
    threads: own
      .toSorted((left, right) => createdAt(left) - createdAt(right))
      .map((head) => ({ id: head.threadId, name: names.get(head.threadId) ?? null, ...chainOf(head, byThread) })),
    unreadable,
    subAgents: heads.length - own.length,
  };
}

const ARCHIVED = 'archived_sessions';

async function rolloutPaths(home: string): Promise<string[]> {
  const found: string[] = [];
  for (const folder of ['sessions', ARCHIVED]) {
    const entries = await readdir(join(home, folder), { recursive: true, withFileTypes: true }).catch(() => []);
    for (const entry of entries)
      if (entry.isFile() && NAME.test(entry.name)) found.push(join(entry.parentPath, entry.name));
  }
  return found.toSorted();
}

/** The file, or why it is none. */
async function rolloutFile(path: string, isArchived: boolean): Promise<RolloutFile | string> {
  try {
    const { size } = await stat(path);
    if (size === 0) return 'the file is empty';
    const text = await firstLine(path);
    const line = text === null ? null : rolloutLineOf(text, 0);
    if (line?.type !== 'session_meta') return 'it does not begin with what says which thread it is';
    const threadId = (stringOf(line.payload['id']) ?? NAME.exec(basename(path))?.[1] ?? '').toLowerCase();
    if (!ID.test(threadId)) return 'it does not say which thread it is';
    return { path, size, threadId, isArchived, meta: line.payload, atMs: line.atMs, ordinal: line.ordinal };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

const ID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

/** Null when there is no whole line. */
async function firstLine(path: string): Promise<string | null> {
  const handle = await open(path, 'r');
  try {
    const chunks: Buffer[] = [];
    for (let at = 0; at < FIRST_LINE_LIMIT;) {
      const { bytesRead, buffer } = await handle.read(Buffer.alloc(65_536), 0, 65_536, at);
      const chunk = buffer.subarray(0, bytesRead);
      const end = chunk.indexOf(10);
      chunks.push(end < 0 ? chunk : chunk.subarray(0, end));
      if (end >= 0 || bytesRead === 0) return Buffer.concat(chunks).toString('utf8');
      at += bytesRead;
    }
    return null;
  } finally {
    await handle.close();
  }
}

/** The last name that was given to each thread. */
async function threadNames(home: string): Promise<Map<string, string>> {
  const names = new Map<string, string>();
  const text = await readFile(join(home, 'session_index.jsonl'), 'utf8').catch(() => '');
  for (const line of text.split('\n')) {
    const { id, thread_name: name } = recordOf(parseJson(line));
    if (typeof id === 'string' && typeof name === 'string' && name.trim() !== '') names.set(id, name.trim());
  }
  return names;
}

function isSubAgent(meta: JsonRecord): boolean {
  const source = meta['source'];
  return isRecord(source) && (isRecord(source['subagent']) || typeof source['subagent'] === 'string');
}

function createdAt(file: RolloutFile): number {
  return timeOf(file.meta['timestamp']) ?? file.atMs;
}

function newest(files: readonly RolloutFile[]): RolloutFile | undefined {
  return files.toSorted((left, right) => left.atMs - right.atMs).at(-1);
}

/** Follows what each file names as the history before it. */
function chainOf(
  head: RolloutFile,
  byThread: ReadonlyMap<string, readonly RolloutFile[]>,
): { readonly parts: readonly RolloutPart[]; readonly isCut: boolean } {
  const parts: RolloutPart[] = [{ file: head, endOffset: null, endOrdinal: null }];
  const seen = new Set([head.path]);
  for (let file = head; isRecord(file.meta['history_base']);) {
    const { thread_id: id, end_ordinal_exclusive: endOrdinal, end_byte_offset: endOffset } = file.meta['history_base'];
    const limits = { endOrdinal: numberOrNull(endOrdinal), endOffset: numberOrNull(endOffset) };
    const before = file.atMs;
    const candidates = (byThread.get(String(id)) ?? []).filter(
      (candidate) =>
        !seen.has(candidate.path) &&
        candidate.atMs <= before &&
        candidate.size >= (limits.endOffset ?? 0) &&
        (candidate.ordinal ?? 0) < (limits.endOrdinal ?? Infinity),
    );
    const base = newest(candidates);
    if (base === undefined) return { parts, isCut: true };
    parts.unshift({ file: base, ...limits });
    seen.add(base.path);
    file = base;
  }
  return { parts, isCut: false };
}

function numberOrNull(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}
