// The watches of one connection: named by its client, closed with it.
import type { HostFiles, PathWatch } from '../core/client/hostFiles.ts';
import { ProtocolError } from '../protocol/errors.ts';
import type { Connection } from './connection.ts';

/** A watch costs a handle of the system or two, of which all programs of the user have some tens of thousands. */
const MOST_WATCHES = 4_000;

const OF_CONNECTIONS = new WeakMap<Connection, FileWatches>();

interface Slot {
  /** Null while it is being opened. */
  watch: PathWatch | null;
}

export class FileWatches {
  readonly #connection: Connection;
  readonly #slots = new Map<string, Slot>();

  private constructor(connection: Connection) {
    this.#connection = connection;
    connection.closed.addEventListener('abort', () => this.#close(), { once: true });
  }

  static of(connection: Connection): FileWatches {
    const known = OF_CONNECTIONS.get(connection) ?? new FileWatches(connection);
    OF_CONNECTIONS.set(connection, known);
    return known;
  }

  async add(watchId: string, path: string, files: HostFiles): Promise<void> {
    if (this.#slots.has(watchId))
      throw new ProtocolError('invalidRequest', `watchId already exists: ${watchId}`, { kind: 'watchExists' });
    if (this.#slots.size >= MOST_WATCHES)
      throw new ProtocolError('invalidRequest', `too many watches: ${MOST_WATCHES}`, { kind: 'tooManyWatches' });
    const slot: Slot = { watch: null };
    this.#slots.set(watchId, slot);
    try {
      const watch = await files.watch(path, (changedPaths) =>
        this.#connection.notify({ method: 'fs/changed', params: { watchId, changedPaths: [...changedPaths] } }),
      );
      // the client may have ended it meanwhile, or gone
      if (this.#slots.get(watchId) === slot && !this.#connection.closed.aborted) slot.watch = watch;
      else watch.close();
    } catch (error) {
      if (this.#slots.get(watchId) === slot) this.#slots.delete(watchId);
      throw error;
    }
  }

  /** What is not watched, or not any more, is no error. */
  remove(watchId: string): void {
    this.#slots.get(watchId)?.watch?.close();
    this.#slots.delete(watchId);
  }

  #close(): void {
    for (const { watch } of this.#slots.values()) watch?.close();
    this.#slots.clear();
  }
}
