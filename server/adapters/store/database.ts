// One SQLite connection: cached statements, transactions, and failures told in words that say what to do.
import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { isProtocolError, messageOf, ProtocolError } from '../../protocol/errors.ts';
import { placeOf, unreadable, type Cell, type Row } from './row.ts';

const ROWS_AT_ONCE = 500;
/** Node's code for a number that JavaScript has not: SQLite's reach to 2^63. */
const TOO_LARGE = 'ERR_OUT_OF_RANGE';

/** SQLite's primary result codes that the user can do something about. */
const CODES = {
  error: 1,
  busy: 5,
  readOnly: 8,
  io: 10,
  corrupt: 11,
  full: 13,
  cannotOpen: 14,
  constraint: 19,
  notADatabase: 26,
} as const;

export class Database {
  readonly path: string;
  readonly #connection: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  readonly #onDamage: () => void;
  #inode: number | undefined;
  #isOpen = true;

  /** `onDamage` is called each time SQLite finds the file damaged. */
  constructor(path: string, connection: DatabaseSync, onDamage: () => void) {
    this.path = path;
    this.#connection = connection;
    this.#onDamage = onDamage;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Runs statements that give no rows and take no values. */
  script(sql: string): void {
    this.#guard(() => this.#connection.exec(sql));
  }

  run(sql: string, ...values: Cell[]): number {
    return this.#guard(() => Number(this.#prepared(sql).run(...values).lastInsertRowid));
  }

  get(sql: string, ...values: Cell[]): Row | undefined {
    return this.#guard(() => this.#prepared(sql).get(...values) ?? undefined);
  }

  all(sql: string, ...values: Cell[]): Row[] {
    return this.#guard(() => this.#prepared(sql).all(...values));
  }

  /** As `all`; but a number larger than JavaScript's, which nobody writes, comes as a bigint and not as a failure. */
  allExact(sql: string, ...values: Cell[]): Row[] {
    return this.#guard(() => {
      const statement = this.#connection.prepare(sql);
      statement.setReadBigInts(true);
      return statement.all(...values).map(withNumbers);
    });
  }

  /**
   * Every row of `select` as `allExact` reads it, a few hundred of them in memory at a time. It ends in `key > ? ORDER BY key`, where `key` is a number above 0
   * that no two rows share.
   */
  *each(select: string, key: string): Generator<Row> {
    let rows: readonly Row[];
    for (let last: number | bigint = 0; ; last = placeOf(rows.at(-1) ?? {}, key)) {
      rows = this.allExact(`${select} LIMIT ${ROWS_AT_ONCE}`, last);
      yield* rows;
      if (rows.length < ROWS_AT_ONCE) return;
    }
  }

  /** All or nothing; takes the write lock first, so that what `work` reads stays true until it has written. */
  write<T>(work: () => T): T {
    this.#assertInPlace();
    return this.#transaction('BEGIN IMMEDIATE', work);
  }

  /** Several reads that see the same moment. */
  read<T>(work: () => T): T {
    return this.#transaction('BEGIN', work);
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#statements.clear();
    this.#connection.close();
  }

  #transaction<T>(begin: string, work: () => T): T {
    this.run(begin);
    try {
      const result = work();
      this.#guard(() => this.#commit());
      return result;
    } catch (error) {
      this.#rollBack();
      throw error;
    }
  }

  #commit(): void {
    try {
      this.#prepared('COMMIT').run();
    } catch (error) {
      // rows are checked as they are written: what is refused only now is what the search index keeps for itself
      if (codeOf(error) !== CODES.constraint) throw error;
      throw Object.assign(new Error('the search index is damaged', { cause: error }), { errcode: CODES.corrupt });
    }
  }

  /** Writing into a file that was removed, or set aside by another process, would lose what is written. */
  #assertInPlace(): void {
    const inode = statSync(this.path, { throwIfNoEntry: false })?.ino;
    this.#inode ??= inode;
    if (inode !== undefined && inode === this.#inode) return;
    const happened = inode === undefined ? 'was removed' : 'was damaged and another process set it aside';
    const message = `Threads cannot be saved: ${this.path} ${happened}. Restart Bowline to go on.`;
    throw new ProtocolError('internalError', message, { kind: 'storeUnavailable', data: { path: this.path } });
  }

  #rollBack(): void {
    try {
      this.#prepared('ROLLBACK').run();
    } catch {
      // SQLite has rolled back by itself; the failure that led here is the one worth telling
    }
  }

  #prepared(sql: string): StatementSync {
    if (!this.#isOpen) throw new Error('the store is closed');
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#connection.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  #guard<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (codeOf(error) === TOO_LARGE) throw unreadable(messageOf(error), error);
      if (!isProtocolError(error) && (isDamage(error) || isForeign(error))) this.#onDamage();
      throw storeFailure(error, this.path);
    }
  }
}

function withNumbers(row: Row): Row {
  for (const [name, cell] of Object.entries(row)) {
    if (typeof cell === 'bigint' && Number.isSafeInteger(Number(cell))) row[name] = Number(cell);
  }
  return row;
}

/** Whether SQLite said that the file is damaged. */
export function isDamage(error: unknown): boolean {
  const code = isProtocolError(error) ? codeOf(error.cause) : codeOf(error);
  return code === CODES.corrupt || code === CODES.notADatabase;
}

/** Whether SQLite finds other tables than the statements are written for: of a damaged schema, or a damaged number of its version. */
export function isForeign(error: unknown): boolean {
  return (isProtocolError(error) ? codeOf(error.cause) : codeOf(error)) === CODES.error;
}

/** The ProtocolError (kind `storeUnavailable`) for a failure of SQLite or of the file system; other errors as they are. */
export function storeFailure(error: unknown, path: string): unknown {
  const advice = adviceFor(error, path);
  if (advice === undefined) return error;
  const message = `Threads cannot be ${advice.verb} in ${dirname(path)}: ${advice.text}`;
  return new ProtocolError('internalError', message, { kind: 'storeUnavailable', data: { path }, cause: error });
}

function adviceFor(error: unknown, path: string): { verb: string; text: string } | undefined {
  if (isProtocolError(error)) return undefined;
  switch (codeOf(error)) {
    case CODES.full:
    case 'ENOSPC':
    case 'EDQUOT':
      return { verb: 'saved', text: 'the disk is full. Free some space and try again; what was saved before is safe.' };
    case CODES.readOnly:
    case 'EROFS':
    case 'EACCES':
    case 'EPERM':
      return { verb: 'saved', text: 'it is read-only. Make it writable, or set BOWLINE_HOME to a folder that is.' };
    case CODES.cannotOpen:
    case 'ENOTDIR':
    case 'EEXIST':
      return { verb: 'opened', text: 'it is no folder that can be written to. Set BOWLINE_HOME to one that is.' };
    case CODES.error:
    case CODES.corrupt:
    case CODES.notADatabase:
      return {
        verb: 'read',
        text: 'the database is damaged. Restart Bowline: it sets the file aside and recovers what can be read.',
      };
    case CODES.busy:
      return {
        verb: 'saved',
        text: 'another process has locked the database for too long. Try again, or close other editor windows.',
      };
    case CODES.io:
      return {
        verb: 'saved',
        text: `the disk reports an error (${messageOf(error)}). Check the disk that holds ${path}.`,
      };
    default:
      return undefined;
  }
}

function codeOf(error: unknown): number | string | undefined {
  if (error instanceof Error && 'errcode' in error && typeof error.errcode === 'number') return error.errcode & 0xff;
  return errorCode(error);
}

/** The operating system's code, e.g. ENOSPC. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
