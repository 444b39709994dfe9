// Notices as files: each server of a home writes one of its own, and the system tells the others when it changed. Only a process that is
// killed changes nothing: whether the others live is looked at now and then.
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  watch,
  writeFileSync,
  type FSWatcher,
} from 'node:fs';
import { join } from 'node:path';
import type { Clock, Log } from '../core/ports.ts';
import type { NoticeListener, Notices } from '../core/thread/notices.ts';
import { messageOf } from '../protocol/errors.ts';
import type { ServerNotification } from '../protocol/methods.ts';
import type { ThreadStatus } from '../protocol/schema/thread.ts';
import { readNoticeFile, type Notice, type NoticeFile } from './noticeFile.ts';
import { processLiveness } from './store/liveness.ts';

/** How many things are remembered for who looks later; the file is read as a whole. */
const MOST_NOTICES = 200;
const SUFFIX = '.notices';
/** The first list of threads is answered before a watch is set up, which takes as long as all else that it needs of the disk. */
const WATCH_AFTER_MS = 50;
/** How long a killed process may go unnoticed. */
const LOOK_MS = 2_000;

export interface NoticeFilesOptions {
  readonly home: string;
  readonly clock: Clock;
  readonly log: Log;
}

export class NoticeFiles implements Notices {
  readonly #options: NoticeFilesOptions;
  readonly #folder: string;
  readonly #name = `${process.pid}-${crypto.getRandomValues(Buffer.alloc(6)).toString('hex')}${SUFFIX}`;
  readonly #own = new Map<string, Notice>();
  readonly #others = new Map<string, NoticeFile>();
  readonly #changed = new Set<string>();
  #listener: NoticeListener | null = null;
  #watcher: FSWatcher | null = null;
  #seq = 0;
  #isClosed = false;
  #cancelWriting: (() => void) | null = null;
  #cancelWatching: (() => void) | null = null;
  #cancelReading: (() => void) | null = null;
  #cancelLooking: (() => void) | null = null;

  constructor(options: NoticeFilesOptions) {
    this.#options = options;
    this.#folder = join(options.home, 'run');
  }

  tell(threadId: string, event: ServerNotification): void {
    const key = `${event.method} ${threadId}`;
    this.#own.delete(key);
    this.#own.set(key, { seq: (this.#seq += 1), threadId, event });
    const oldest = this.#own.size > MOST_NOTICES ? this.#own.keys().next().value : undefined;
    if (oldest !== undefined) this.#own.delete(oldest);
    if (!this.#isClosed) this.#cancelWriting ??= this.#options.clock.after(0, () => this.#write());
  }

  listen(listener: NoticeListener): void {
    this.#listener = listener;
    try {
      mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
      this.#readAll();
      this.#cancelWatching = this.#options.clock.after(WATCH_AFTER_MS, () => this.#watch());
      this.#lookLater();
    } catch (error) {
      this.#cannotHear(error);
    }
  }

  status(threadId: string, pid: number): ThreadStatus | undefined {
    const of = [...this.#others.values()].filter(({ mark }) => mark.pid === pid);
    return of.map((file) => statusIn(file, threadId)).find((status) => status !== undefined);
  }

  /** Takes back what was told: this process writes no thread any more. */
  close(): void {
    this.#isClosed = true;
    this.#listener = null;
    this.#watcher?.close();
    this.#cancelWriting?.();
    this.#cancelWatching?.();
    this.#cancelReading?.();
    this.#cancelLooking?.();
    rmSync(join(this.#folder, this.#name), { force: true });
  }

  #cannotHear(error: unknown): void {
    this.#options.log.warn('What other processes do is not heard of; lists are right when they are read anew.', {
      reason: messageOf(error),
    });
  }

  /** Put in place as a whole, so that nobody reads half of it. */
  #write(): void {
    this.#cancelWriting = null;
    const path = join(this.#folder, this.#name);
    const content = { mark: processLiveness.mark(process.pid), notices: [...this.#own.values()] };
    try {
      mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
      writeFileSync(`${path}.new`, JSON.stringify(content), { mode: 0o600 });
      renameSync(`${path}.new`, path);
    } catch (error) {
      this.#options.log.warn('Other processes could not be told of a change.', { reason: messageOf(error) });
    }
  }

  #watch(): void {
    try {
      this.#watcher = watch(this.#folder, { persistent: false }, (_, name) => this.#touched(name));
      this.#watcher.on('error', (error) => this.#cannotHear(error));
      // what happened since they were read
      for (const name of new Set([...readdirSync(this.#folder), ...this.#others.keys()])) this.#touched(name);
    } catch (error) {
      this.#cannotHear(error);
    }
  }

  #isOther(name: string): boolean {
    return name.endsWith(SUFFIX) && name !== this.#name;
  }

  #touched(name: string | null): void {
    if (name === null) return this.#readAll();
    if (!this.#isOther(name)) return;
    this.#changed.add(name);
    this.#cancelReading ??= this.#options.clock.after(0, () => {
      this.#cancelReading = null;
      const names = [...this.#changed];
      this.#changed.clear();
      for (const changed of names) this.#read(changed);
    });
  }

  /** What was told before this process listened is known, and not told again. */
  #readAll(): void {
    for (const name of readdirSync(this.#folder)) {
      if (!this.#isOther(name)) continue;
      const file = this.#fileOf(name);
      if (file === undefined) continue;
      if (processLiveness.check(file.mark) === 'dead') rmSync(join(this.#folder, name), { force: true });
      else this.#others.set(name, file);
    }
  }

  #lookLater(): void {
    this.#cancelLooking = this.#options.clock.after(LOOK_MS, () => {
      for (const [name, file] of this.#others) if (processLiveness.check(file.mark) === 'dead') this.#bury(name, file);
      this.#lookLater();
    });
  }

  #bury(name: string, file: NoticeFile): void {
    this.#others.delete(name);
    rmSync(join(this.#folder, name), { force: true });
    this.#listener?.ended(threadsOf(file));
  }

  #read(name: string): void {
    const before = this.#others.get(name);
    const now = this.#fileOf(name);
    if (now === undefined) {
      this.#others.delete(name);
      if (before !== undefined) this.#listener?.ended(threadsOf(before));
      return;
    }
    this.#others.set(name, now);
    const last = before?.notices.at(-1)?.seq ?? 0;
    for (const { seq, event } of now.notices) if (seq > last) this.#listener?.told(event);
  }

  #fileOf(name: string): NoticeFile | undefined {
    let text: string;
    try {
      text = readFileSync(join(this.#folder, name), 'utf8');
    } catch {
      // taken away in this moment: its process has ended
      return undefined;
    }
    return readNoticeFile(text);
  }
}

function statusIn({ notices }: NoticeFile, threadId: string): ThreadStatus | undefined {
  for (const { event } of notices) {
    if (event.method === 'thread/status/changed' && event.params.threadId === threadId) return event.params.status;
  }
  return undefined;
}

/** The threads that the process was the last to have, as far as it said. */
function threadsOf({ notices }: NoticeFile): string[] {
  return notices.flatMap(({ event, threadId }) =>
    event.method === 'thread/status/changed' && event.params.status.type !== 'notLoaded' ? [threadId] : [],
  );
}
