// One writer per thread: who holds the right to write it, whether that process lives, and how the right changes hands.
import { ProtocolError } from '../../protocol/errors.ts';
import type { Clock, Log } from '../../core/ports.ts';
import type {
  ForeignOwner,
  Lease,
  LeaseClaim,
  LeaseOutcome,
  LeaseOwner,
  OwnerDoor,
} from '../../core/thread/threadStore.ts';
import type { Database } from './database.ts';
import type { Liveness, ProcessMark } from './liveness.ts';
import { integerOf, integerOrNull, textOf, textOrNull, type Row } from './row.ts';

/** How often a holder looks whether its leases were taken over, and, where heartbeats are needed, writes one. */
const BEAT_MS = 5_000;
/** A heartbeat older than this belongs to a dead process. */
const STALE_MS = 20_000;

interface Held {
  readonly threadId: string;
  readonly token: string;
  readonly listeners: ((by: LeaseOwner) => void)[];
  readonly lease: Lease;
  readonly needsHeartbeat: boolean;
}

export interface LeasesOptions {
  readonly database: () => Database;
  readonly clock: Clock;
  readonly log: Log;
  readonly liveness: Liveness;
}

/** Why a thread may not be written from here: `lost` was ours before. */
type Refusal = { readonly type: 'lost' | 'foreign'; readonly by: LeaseOwner };

/** Took a lease over and is gone again. */
const UNKNOWN_OWNER: LeaseOwner = { pid: 0, host: 'unknown host', client: 'another process', sinceMs: 0 };

export class Leases {
  readonly #options: LeasesOptions;
  readonly #held = new Map<string, Held>();
  #cancelBeat: (() => void) | undefined;
  #hasSwept = false;

  constructor(options: LeasesOptions) {
    this.#options = options;
  }

  /**
   * Held again by the same store it is the same lease. `closeBefore` runs in the same transaction when the lease is new: what the last
   * writer left open is closed while nobody else can write.
   */
  acquire(threadId: string, owner: LeaseClaim, how: { takeover: boolean; closeBefore: () => void }): LeaseOutcome {
    const { database, liveness } = this.#options;
    const mark = liveness.mark(owner.pid);
    const held = this.#newLease(threadId, liveness.check(mark) !== 'alive');
    const outcome = database().write((): LeaseOutcome => {
      this.#sweep();
      const row = this.#row(threadId);
      const own = this.#held.get(threadId);
      if (own !== undefined && row !== undefined && textOf(row, 'token') === own.token)
        return { type: 'held', lease: own.lease };
      if (row !== undefined && !how.takeover && this.#isAlive(row)) return { type: 'taken', by: ownerOf(row) };
      how.closeBefore();
      this.#write({ held, owner, mark });
      return { type: 'held', lease: held.lease };
    });
    if (outcome.type === 'held' && outcome.lease === held.lease) this.#held.set(threadId, held);
    this.#watch();
    return outcome;
  }

  /** Whether a living process, this one included, writes the thread. */
  isLive(threadId: string): boolean {
    const row = this.#row(threadId);
    return row !== undefined && this.#isAlive(row);
  }

  /** The other living process that writes the thread. */
  foreignOwner(threadId: string): ForeignOwner | undefined {
    const row = this.#row(threadId);
    return row === undefined ? undefined : this.#foreign(row);
  }

  foreignOwners(): ReadonlyMap<string, ForeignOwner> {
    const owners = new Map<string, ForeignOwner>();
    for (const row of this.#options.database().all('SELECT * FROM leases')) {
      const owner = this.#foreign(row);
      if (owner !== undefined) owners.set(textOf(row, 'thread_id'), owner);
    }
    return owners;
  }

  /**
   * Throws ProtocolError `leaseLost` when another process took the thread over, and `threadHeld` when another living process holds
   * it and this one never did.
   */
  assertMayWrite(threadId: string): void {
    const refusal = this.#refusal(threadId);
    if (refusal === undefined) return;
    if (refusal.type === 'lost') this.#lose(threadId, refusal.by);
    const kind = refusal.type === 'lost' ? 'leaseLost' : 'threadHeld';
    throw new ProtocolError('invalidRequest', refusalText(threadId, refusal), { kind, data: { owner: refusal.by } });
  }

  release(threadId: string): void {
    this.#held.get(threadId)?.lease.release();
  }

  releaseAll(): void {
    for (const held of [...this.#held.values()]) held.lease.release();
  }

  #foreign(row: Row): ForeignOwner | undefined {
    if (this.#isOwn(row) || !this.#isAlive(row)) return undefined;
    const { liveness } = this.#options;
    const mark = markOf(row);
    const isNear = mark.machine === liveness.mark(process.pid).machine;
    const unsure = isNear ? 'presumed' : 'elsewhere';
    const sure = liveness.isStopped?.(mark) === true ? 'stopped' : 'alive';
    return { by: ownerOf(row), door: doorOf(row), state: liveness.check(mark) === 'alive' ? sure : unsure };
  }

  #isOwn(row: Row): boolean {
    return this.#held.get(textOf(row, 'thread_id'))?.token === textOf(row, 'token');
  }

  #refusal(threadId: string): Refusal | undefined {
    const row = this.#row(threadId);
    const own = this.#held.get(threadId);
    if (own !== undefined) {
      if (row !== undefined && textOf(row, 'token') === own.token) return undefined;
      return { type: 'lost', by: row === undefined ? UNKNOWN_OWNER : ownerOf(row) };
    }
    return row !== undefined && this.#isAlive(row) ? { type: 'foreign', by: ownerOf(row) } : undefined;
  }

  /** Looks after what is held, for as long as something is. */
  #watch(): void {
    if (this.#cancelBeat !== undefined || this.#held.size === 0) return;
    this.#cancelBeat = this.#options.clock.after(BEAT_MS, () => {
      this.#cancelBeat = undefined;
      this.#beat();
      this.#watch();
    });
  }

  #newLease(threadId: string, needsHeartbeat: boolean): Held {
    const listeners: Held['listeners'] = [];
    const token = crypto.randomUUID();
    const lease: Lease = {
      release: () => this.#release(threadId, token),
      onLost: (listener) => void listeners.push(listener),
    };
    return { threadId, token, listeners, lease, needsHeartbeat };
  }

  #write({ held, owner, mark }: { held: Held; owner: LeaseClaim; mark: ProcessMark }): void {
    this.#options.database().run(
      `INSERT OR REPLACE INTO leases (thread_id, token, pid, host, client, since_ms, machine, process_start, heartbeat_at_ms, door)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      held.threadId,
      held.token,
      owner.pid,
      owner.host,
      owner.client,
      owner.sinceMs,
      mark.machine,
      mark.start,
      held.needsHeartbeat ? this.#options.clock.nowMs() : null,
      owner.door === undefined || owner.door === null ? null : JSON.stringify(owner.door),
    );
  }

  #release(threadId: string, token: string): void {
    if (this.#held.get(threadId)?.token !== token) return;
    this.#held.delete(threadId);
    if (this.#held.size === 0) this.#stopWatching();
    try {
      this.#options.database().run('DELETE FROM leases WHERE thread_id = ? AND token = ?', threadId, token);
    } catch (error) {
      // the row ends with this process anyway
      this.#options.log.warn('a lease could not be removed', { threadId, error });
    }
  }

  #beat(): void {
    try {
      for (const held of [...this.#held.values()]) this.#beatOne(held);
    } catch (error) {
      this.#options.log.warn('the leases could not be checked', { error });
    }
  }

  #beatOne(held: Held): void {
    const refusal = this.#refusal(held.threadId);
    if (refusal !== undefined) return this.#lose(held.threadId, refusal.by);
    if (!held.needsHeartbeat) return;
    const sql = 'UPDATE leases SET heartbeat_at_ms = ? WHERE thread_id = ? AND token = ?';
    this.#options.database().run(sql, this.#options.clock.nowMs(), held.threadId, held.token);
  }

  /** Told once per lease, after which this store knows the thread no more. */
  #lose(threadId: string, by: LeaseOwner): void {
    const held = this.#held.get(threadId);
    this.#held.delete(threadId);
    if (this.#held.size === 0) this.#stopWatching();
    for (const listener of held?.listeners.splice(0) ?? []) queueMicrotask(() => listener(by));
  }

  #stopWatching(): void {
    this.#cancelBeat?.();
    this.#cancelBeat = undefined;
  }

  /** Removes, once per store, the rows of processes that died. */
  #sweep(): void {
    if (this.#hasSwept) return;
    this.#hasSwept = true;
    const database = this.#options.database();
    for (const row of database.all('SELECT * FROM leases')) {
      if (!this.#isAlive(row)) database.run('DELETE FROM leases WHERE token = ?', textOf(row, 'token'));
    }
  }

  #row(threadId: string): Row | undefined {
    return this.#options.database().get('SELECT * FROM leases WHERE thread_id = ?', threadId);
  }

  /** A process that cannot be looked at and sends no heartbeats counts as living: its thread is only taken over on request. */
  #isAlive(row: Row): boolean {
    if (this.#isOwn(row)) return true;
    const state = this.#options.liveness.check(markOf(row));
    if (state !== 'unknown') return state === 'alive';
    const heartbeatAtMs = integerOrNull(row, 'heartbeat_at_ms');
    return heartbeatAtMs === null || this.#options.clock.nowMs() - heartbeatAtMs <= STALE_MS;
  }
}

function markOf(row: Row): ProcessMark {
  return {
    pid: integerOf(row, 'pid'),
    machine: textOf(row, 'machine'),
    start: textOrNull(row, 'process_start'),
  };
}

function doorOf(row: Row): OwnerDoor | null {
  const text = textOrNull(row, 'door');
  const door: unknown = text === null ? null : JSON.parse(text);
  if (typeof door !== 'object' || door === null || !('address' in door) || !('secret' in door)) return null;
  const { address, secret } = door;
  return typeof address === 'string' && typeof secret === 'string' ? { address, secret } : null;
}

function ownerOf(row: Row): LeaseOwner {
  return {
    pid: integerOf(row, 'pid'),
    host: textOf(row, 'host'),
    client: textOf(row, 'client'),
    sinceMs: integerOf(row, 'since_ms'),
  };
}

function refusalText(threadId: string, { type, by }: Refusal): string {
  const who = by === UNKNOWN_OWNER ? by.client : describe(by);
  return type === 'lost'
    ? `thread ${threadId} was taken over by ${who}; resume it with takeover to write it here again`
    : `thread ${threadId} already has an active writer: ${who}`;
}

/** E.g. `bowline-vscode (process 4711 on laptop, since 2026-11-22T16:20:13.000Z)`. */
function describe(owner: LeaseOwner): string {
  return `${owner.client} (process ${owner.pid} on ${owner.host}, since ${new Date(owner.sinceMs).toISOString()})`;
}
