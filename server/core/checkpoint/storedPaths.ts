// Puts states of paths into the store and gets them back: bytes become objects, objects become bytes.
import { messageOf } from '../../protocol/errors.ts';
import type { Log } from '../ports.ts';
import type { CheckpointStore } from './manifest.ts';
import type { PathAccess } from './pathAccess.ts';
import { isUnkept, type PathState, type StoredContent, type StoredState, type UnkeptContent } from './pathState.ts';

/** Bytes that one turn may put into the store, so that one does not drive out all others. */
const MOST_BYTES_OF_TURN = 512 * 1024 * 1024;

/** Keeps what one turn or one restore saw. The same bytes are kept once. */
export class StateKeeper {
  readonly #store: CheckpointStore;
  readonly #log: Log;
  readonly #known = new Map<Uint8Array, StoredContent>();
  #bytes = 0;

  constructor(store: CheckpointStore, log: Log) {
    this.#store = store;
    this.#log = log;
  }

  async keep(state: PathState | null): Promise<StoredState | null> {
    if (state?.kind !== 'file') return state;
    const { kind, mode, content } = state;
    return { kind, mode, content: isUnkept(content) ? content : await this.#kept(content) };
  }

  async #kept(bytes: Uint8Array): Promise<StoredContent | UnkeptContent> {
    const known = this.#known.get(bytes);
    if (known !== undefined) return known;
    const size = bytes.length;
    // of no time that a file has: bytes that are not kept equal nothing
    if (this.#bytes + size > MOST_BYTES_OF_TURN) return { unkept: 'overBudget', size, modifiedAtMs: -1 };
    try {
      const kept = { hash: await this.#store.keep(bytes), size };
      this.#bytes += size;
      this.#known.set(bytes, kept);
      return kept;
    } catch (error) {
      this.#log.warn('The content of a file could not be kept.', { reason: messageOf(error) });
      return { unkept: 'overBudget', size, modifiedAtMs: -1 };
    }
  }
}

/** The bytes of a stored state; what is lost counts as not kept. */
export async function loadState(state: StoredState | null, store: CheckpointStore): Promise<PathState | null> {
  if (state?.kind !== 'file') return state;
  const { kind, mode, content } = state;
  if (isUnkept(content)) return { kind, mode, content };
  const bytes = await store.load(content.hash);
  if (bytes !== null) return { kind, mode, content: bytes };
  return { kind, mode, content: { unkept: 'overBudget', size: content.size, modifiedAtMs: -1 } };
}

/** A path as it is now, its content known by its hash alone. `hash` is SHA-256. */
export async function lookStored(
  path: string,
  access: PathAccess,
  hash: (bytes: Uint8Array) => string,
): Promise<StoredState | null> {
  const { state, modifiedAtMs } = await access.look(path);
  if (state?.kind !== 'file') return state;
  const { kind, mode, content } = state;
  if (isUnkept(content)) return { kind, mode, content };
  const stored = { hash: hash(content), size: content.length };
  return { kind, mode, content: modifiedAtMs === null ? stored : { ...stored, modifiedAtMs } };
}
