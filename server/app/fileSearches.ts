// The file searches of one connection: single ones, of which a newer ends an older, and sessions that follow what the user types.
import { isAbsolute } from 'node:path';
import type { FileIndex } from '../core/fileSearch/fileIndex.ts';
import { queryOf, searchFiles, type Fitting, type Query, type SearchResult } from '../core/fileSearch/searchFiles.ts';
import { messageOf, ProtocolError } from '../protocol/errors.ts';
import type { FoundFile } from '../protocol/schema/fileSearch.ts';
import type { Connection } from './connection.ts';
import type { RequestContext } from './requestContext.ts';
import type { AppWorld } from './world.ts';

/** Each keeps the paths of its folders. */
const MOST_SESSIONS = 16;

const OF_CONNECTIONS = new WeakMap<Connection, FileSearches>();

export class FileSearches {
  readonly #app: AppWorld;
  readonly #connection: Connection;
  /** The newest search of each token. */
  readonly #newest = new Map<string, object>();
  readonly #sessions = new Map<string, Session>();

  private constructor({ app, connection }: RequestContext) {
    this.#app = app;
    this.#connection = connection;
    connection.closed.addEventListener('abort', () => this.#sessions.clear(), { once: true });
  }

  static of(context: RequestContext): FileSearches {
    const known = OF_CONNECTIONS.get(context.connection) ?? new FileSearches(context);
    OF_CONNECTIONS.set(context.connection, known);
    return known;
  }

  async search(text: string, roots: readonly string[], token: string | null): Promise<FoundFile[]> {
    const own = {};
    if (token !== null) this.#newest.set(token, own);
    const isWanted = (): boolean =>
      !this.#connection.closed.aborted && (token === null || this.#newest.get(token) === own);
    try {
      const query = queryOf(text);
      if (query.words.length === 0) return [];
      const indexes = await indexesOf(this.#app, roots);
      const result = await searchWhile(isWanted, { app: this.#app, indexes, query, earlier: null });
      return result?.files ?? [];
    } finally {
      if (token !== null && this.#newest.get(token) === own) this.#newest.delete(token);
    }
  }

  /** A session of the same name is replaced. It tells its first result, of the empty query, by itself. */
  start(sessionId: string, roots: readonly string[]): Session {
    if (sessionId === '') throw new ProtocolError('invalidRequest', 'sessionId must not be empty');
    if (roots.length === 0)
      throw new ProtocolError(
        'invalidRequest',
        'failed to start fuzzy file search session: at least one search directory is required',
      );
    if (!this.#sessions.has(sessionId) && this.#sessions.size >= MOST_SESSIONS)
      throw new ProtocolError('invalidRequest', `too many file search sessions: ${MOST_SESSIONS}`, {
        kind: 'tooManySessions',
      });
    const session: Session = new Session(this.#app, {
      indexes: indexesOf(this.#app, roots),
      isWanted: () => this.#sessions.get(sessionId) === session,
      told: (query, files) => {
        this.#connection.notify({ method: 'fuzzyFileSearch/sessionUpdated', params: { sessionId, query, files } });
        this.#connection.notify({ method: 'fuzzyFileSearch/sessionCompleted', params: { sessionId } });
      },
    });
    this.#sessions.set(sessionId, session);
    return session;
  }

  need(sessionId: string): Session {
    const session = this.#sessions.get(sessionId);
    if (session !== undefined) return session;
    throw new ProtocolError('invalidRequest', `fuzzy file search session not found: ${sessionId}`, {
      kind: 'sessionNotFound',
    });
  }

  /** What is not there, or not any more, is no error. */
  stop(sessionId: string): void {
    this.#sessions.delete(sessionId);
  }
}

interface SessionParts {
  readonly indexes: Promise<readonly FileIndex[]>;
  isWanted(): boolean;
  told(query: string, files: FoundFile[]): void;
}

/** Lists its folders once, and searches for what was typed last. */
export class Session {
  readonly #app: AppWorld;
  readonly #parts: SessionParts;
  #query: Query = queryOf('');
  #fitting: Fitting | null = null;
  #isSearching = false;

  constructor(app: AppWorld, parts: SessionParts) {
    this.#app = app;
    this.#parts = parts;
  }

  /** The result is told; one that was not told yet gives way to it. */
  update(text: string): void {
    this.#query = queryOf(text);
    if (this.#isSearching) return;
    this.#isSearching = true;
    this.#searchOn()
      .catch((error: unknown) => {
        this.#app.log.error('Files could not be searched.', { reason: messageOf(error) });
        if (this.#parts.isWanted()) this.#parts.told(this.#query.text, []);
      })
      .finally(() => (this.#isSearching = false));
  }

  async #searchOn(): Promise<void> {
    const indexes = await this.#parts.indexes;
    for (;;) {
      const query = this.#query;
      const isCurrent = (): boolean => this.#parts.isWanted() && this.#query === query;
      const result = await searchWhile(isCurrent, { app: this.#app, indexes, query, earlier: this.#fitting });
      if (!this.#parts.isWanted()) return;
      if (result === null || this.#query !== query) continue;
      this.#fitting = result.fitting;
      this.#parts.told(query.text, result.files);
      return;
    }
  }
}

/** Folders that are named relatively have no files. */
async function indexesOf(app: AppWorld, roots: readonly string[]): Promise<FileIndex[]> {
  const known = await app.fileIndexes();
  return await Promise.all([...new Set(roots)].filter(isAbsolute).map((root) => known.get(root)));
}

interface Search {
  readonly app: AppWorld;
  readonly indexes: readonly FileIndex[];
  readonly query: Query;
  readonly earlier: Fitting | null;
}

async function searchWhile(isWanted: () => boolean, search: Search): Promise<SearchResult | null> {
  const { app, indexes, query, earlier } = search;
  if (!isWanted()) return null;
  const next = (): Promise<boolean> => new Promise((resolve) => void app.clock.after(0, () => resolve(isWanted())));
  return await searchFiles(indexes, query, { next, earlier });
}
