// Brings one thread of the reference server into the store, in slices; or what it has grown by since.
import { setImmediate } from 'node:timers/promises';
import type { SecretMask } from '../../core/secrets/secretMask.ts';
import type { Settings } from '../../core/settings.ts';
import type { ImportOutcome } from '../../core/thread/threadImport.ts';
import type { LeaseClaim, ThreadRecord, ThreadRecordChange, ThreadStore } from '../../core/thread/threadStore.ts';
import { isProtocolError } from '../../protocol/errors.ts';
import { recordOf, stringOf } from '../openai/json.ts';
import { maskedEntries } from './maskedEntries.ts';
import { goesOn, isUpToDate, partsOf, readMark, tailOf, type ImportMark } from './importMark.ts';
import type { FoundThread, RolloutFile } from './rolloutFiles.ts';
import { fileLines } from './rolloutLines.ts';
import { rolloutLineOf, timeOf } from './rolloutLine.ts';
import { RolloutReader } from './rolloutReader.ts';

export interface SettingsWish {
  readonly cwd: string;
  readonly model: string | null;
  readonly modelProvider: string | null;
}

export interface ImportContext {
  readonly store: ThreadStore;
  readonly owner: LeaseClaim;
  readonly signal: AbortSignal;
  /** Policies are those of this home; only the folder, the model and the provider come with a thread. */
  settingsFor(wish: SettingsWish): Promise<Settings>;
  /** For what tools returned there. */
  mask(): Promise<SecretMask>;
}

/** So much is written at once: others can write in between. */
const SLICE_BYTES = 524_288;

export async function importThread(context: ImportContext, thread: FoundThread): Promise<ImportOutcome> {
  const { store } = context;
  const skipped = (reason: string): ImportOutcome => ({ type: 'skipped', subject: thread.id, reason });
  const known = store.imported(thread.id);
  const record = store.get(thread.id);
  if (known === undefined && record !== undefined) return skipped('a thread with this id is already here');
  if (known !== undefined && record === undefined) return skipped('it was imported before and deleted here');
  let mark = known === undefined ? null : readMark(known.mark);
  if (mark !== null && isUpToDate(mark, thread)) return outcome('upToDate', thread, relabel(context, thread, mark));
  if (known?.isContinued === true) return skipped('it has changed there, and was continued here');
  const isGoingOn = mark !== null && (await goesOn(mark, thread));
  if (store.imported(thread.id)?.isContinued === true) return skipped('it has changed there, and was continued here');
  if (record !== undefined && !isGoingOn) {
    const refusal = removed(store, thread.id);
    if (refusal !== null) return skipped(refusal);
  }
  if (!isGoingOn) mark = null;
  const lease = store.acquire(thread.id, context.owner, false);
  if (lease.type === 'taken') return skipped(`it is in use here (${lease.by.client}, process ${lease.by.pid})`);
  try {
    const part = new ThreadImport(context, thread, { mark, before: record });
    const end = await part.run();
    if (end === null) return skipped('nothing was said in it');
    return outcome(record === undefined ? 'imported' : part.hasGrown ? 'updated' : 'upToDate', thread, end);
  } finally {
    lease.lease.release();
  }
}

/** Makes room for a history that is not a continuation of the one that was imported. Says why it could not. */
function removed(store: ThreadStore, threadId: string): string | null {
  try {
    store.remove(threadId);
    return null;
  } catch (error) {
    if (!isProtocolError(error)) throw error;
    return `its history was changed there, and cannot be replaced here: ${error.message}`;
  }
}

/** A name or an archive that changed there, unless it was changed here. */
function relabel({ store }: ImportContext, thread: FoundThread, mark: ImportMark): ImportMark {
  const record = store.get(thread.id);
  const isArchived = thread.parts.at(-1)?.file.isArchived === true;
  const change: ThreadRecordChange = {
    ...(record?.name === mark.name && thread.name !== mark.name ? { name: thread.name } : {}),
    ...(record?.archived === mark.isArchived && isArchived !== mark.isArchived ? { archived: isArchived } : {}),
  };
  if (Object.keys(change).length === 0 || store.imported(thread.id)?.isContinued === true) return mark;
  store.update(thread.id, change);
  const told = { ...mark, name: thread.name, isArchived };
  store.append(thread.id, [{ type: 'importMark', mark: JSON.stringify(told) }]);
  return told;
}

function outcome(type: 'imported' | 'updated' | 'upToDate', thread: FoundThread, mark: ImportMark): ImportOutcome {
  const { turns, preview, broken, unknown } = mark.reading;
  const title = thread.name ?? preview ?? '';
  return { type, thread: { id: thread.id, title, turns: turns.length, broken, unknown, isCut: thread.isCut } };
}

class ThreadImport {
  readonly #context: ImportContext;
  readonly #thread: FoundThread;
  readonly #reader: RolloutReader;
  readonly #before: ThreadRecord | undefined;
  readonly #mark: ImportMark | null;
  #part: number;
  #offset: number;
  #isCreated: boolean;
  #resolved: { readonly key: string; readonly settings: Settings } | null = null;
  hasGrown = false;

  constructor(
    context: ImportContext,
    thread: FoundThread,
    { mark, before }: { readonly mark: ImportMark | null; readonly before: ThreadRecord | undefined },
  ) {
    this.#context = context;
    this.#thread = thread;
    this.#mark = mark;
    this.#before = before;
    this.#reader = new RolloutReader(thread.id, mark?.reading ?? null);
    this.#part = mark?.part ?? 0;
    this.#offset = mark?.offset ?? 0;
    this.#isCreated = mark !== null;
  }

  /** Null when there is nothing to import. */
  async run(): Promise<ImportMark | null> {
    const { parts } = this.#thread;
    let isWhole = true;
    for (; isWhole && this.#part < parts.length; this.#part += 1, this.#offset = 0) {
      isWhole = await this.#readPart();
      if (!isWhole || this.#part === parts.length - 1) break;
    }
    const { state } = this.#reader;
    if (!this.#isCreated && state.turns.length === 0 && state.waiting.length === 0) return null;
    if (this.hasGrown || !this.#isCreated) this.#reader.finish();
    const last = parts[this.#part];
    const tail = last === undefined ? null : await tailOf(last, this.#offset);
    return await this.#write({ size: isWhole ? (last?.file.size ?? null) : null, tail });
  }

  /** False when it was stopped. */
  async #readPart(): Promise<boolean> {
    const part = this.#thread.parts[this.#part];
    if (part === undefined) return true;
    let written = this.#offset;
    for await (const line of fileLines(part.file.path, this.#offset, part.endOffset)) {
      // it is still being written, or was cut short: it is read when it is whole
      if (!line.isEnded && rolloutLineOf(line.text, 0) === null) break;
      if (line.isTooLong) this.#reader.state.broken += 1;
      else if (!this.#reader.read(line.text, part.endOrdinal)) break;
      this.#offset = line.end;
      this.hasGrown ||= line.text.trim() !== '' || line.isTooLong;
      if (this.#offset - written < SLICE_BYTES) continue;
      written = this.#offset;
      await this.#write({ size: null, tail: null });
      await setImmediate();
      if (this.#context.signal.aborted) return false;
    }
    return true;
  }

  /** What was read, and how far, in one transaction. The row goes first: it can be written twice. */
  async #write(how: { readonly size: number | null; readonly tail: string | null }): Promise<ImportMark> {
    const { store } = this.#context;
    const { id, name } = this.#thread;
    const reading = this.#reader.state;
    const isArchived = this.#head().isArchived;
    const place = { parts: partsOf(this.#thread), part: this.#part, offset: this.#offset, ...how };
    const mark: ImportMark = { version: 1, ...place, name, isArchived, reading };
    const settings = await this.#settings();
    const entries = maskedEntries(this.#reader.take(), await this.#context.mask());
    const change = this.#change(settings);
    if (this.#isCreated) store.update(id, change);
    else store.create({ ...this.#newRecord(settings), ...change }, null);
    this.#isCreated = true;
    store.append(id, [...entries, { type: 'importMark', mark: JSON.stringify(mark) }]);
    return mark;
  }

  #head(): RolloutFile {
    const head = this.#thread.parts.at(-1)?.file;
    if (head === undefined) throw new Error('a thread without a file');
    return head;
  }

  async #settings(): Promise<Settings> {
    const { cwd, model, modelProvider } = this.#reader.state;
    const { meta } = this.#head();
    const wish: SettingsWish = {
      cwd: cwd ?? stringOf(meta['cwd']) ?? '/',
      model: model ?? stringOf(meta['model']),
      modelProvider: modelProvider ?? stringOf(meta['model_provider']),
    };
    const key = JSON.stringify(wish);
    if (this.#resolved?.key !== key) this.#resolved = { key, settings: await this.#context.settingsFor(wish) };
    return this.#resolved.settings;
  }

  /** What the user changed here stays: a name, an archive, and the settings while the thread kept its own there. */
  #change(settings: Settings): ThreadRecordChange {
    const { preview, tokenUsage, updatedAtMs, recencyAtMs, cwd, model, modelProvider } = this.#reader.state;
    const before = this.#before;
    const was = this.#mark;
    const { isArchived } = this.#head();
    const isOwnName = before !== undefined && (was === null || before.name !== was.name);
    const isOwnArchive = before !== undefined && (was === null || before.archived !== was.isArchived);
    const { reading } = was ?? {};
    const isMoved = reading?.cwd !== cwd || reading.model !== model || reading.modelProvider !== modelProvider;
    return {
      preview: preview ?? '',
      tokenUsage,
      updatedAtMs,
      recencyAtMs: recencyAtMs === 0 ? updatedAtMs : recencyAtMs,
      name: isOwnName ? before.name : this.#thread.name,
      archived: isOwnArchive ? before.archived : isArchived,
      ...(isMoved ? { settings } : {}),
    };
  }

  #newRecord(settings: Settings): ThreadRecord {
    const { id } = this.#thread;
    const own = this.#thread.parts.map(({ file }) => file).filter(({ threadId }) => threadId === id);
    const { meta, atMs } = own[0] ?? this.#head();
    const { commit_hash: sha, branch, repository_url: originUrl } = recordOf(this.#head().meta['git']);
    const hasGit = [sha, branch, originUrl].some((value) => typeof value === 'string');
    const createdAtMs = timeOf(meta['timestamp']) ?? atMs;
    return {
      id,
      sessionId: id,
      forkedFromId: own.map((file) => stringOf(file.meta['forked_from_id'])).find((base) => base !== null) ?? null,
      createdAtMs,
      updatedAtMs: createdAtMs,
      recencyAtMs: createdAtMs,
      archived: false,
      name: null,
      preview: '',
      cliVersion: stringOf(this.#head().meta['cli_version']) ?? '',
      originator: stringOf(meta['originator']),
      gitInfo: hasGit ? { sha: stringOf(sha), branch: stringOf(branch), originUrl: stringOf(originUrl) } : null,
      settings,
      tokenUsage: null,
      source: sourceOf(meta['source']),
    };
  }
}

/** The wire's words for the kinds of clients that make threads. */
function sourceOf(source: unknown): string {
  if (source === 'mcp') return 'appServer';
  return ['cli', 'vscode', 'exec', 'appServer'].find((known) => known === source) ?? 'unknown';
}
