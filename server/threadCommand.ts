// `bowline thread`: writes a thread into a portable file, and reads one.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { createConfiguration } from './adapters/config/configuration.ts';
import { bundleOf, importBundle } from './adapters/store/bundledThreads.ts';
import { readBundle, writeBundle, type BundledThread } from './adapters/store/bundle.ts';
import type { Database } from './adapters/store/database.ts';
import { openDatabase } from './adapters/store/doctor.ts';
import { databasePath, openThreadStore } from './adapters/store/openThreadStore.ts';
import type { ThreadRun } from './cli.ts';
import type { Clock, Log } from './core/ports.ts';
import type { Settings } from './core/settings.ts';
import { homeProblem } from './homeFolder.ts';
import { messageOf } from './protocol/errors.ts';

export interface ThreadCommandOptions {
  /** Absolute. */
  readonly home: string;
  readonly clock: Clock;
  readonly log: Log;
  /** The folder in which the program was started. */
  readonly cwd: string;
  /** Done when all of the text is out of the process. */
  print(text: string): Promise<void>;
  complain(text: string): void;
}

/** Returns the exit code. */
export async function runThreadCommand(run: ThreadRun, options: ThreadCommandOptions): Promise<number> {
  try {
    if (run.type === 'exportThread') await exportThread(run, options);
    else await importThread(run, options);
    return 0;
  } catch (error) {
    options.complain(`bowline thread: ${messageOf(error)}\n`);
    return 1;
  }
}

async function exportThread(
  { threadId, out }: Extract<ThreadRun, { type: 'exportThread' }>,
  options: ThreadCommandOptions,
): Promise<void> {
  const isThere = existsSync(databasePath(options.home));
  const bundle = isThere ? await withDatabase(options, (database) => bundleOf(database, threadId)) : undefined;
  if (bundle === undefined) throw new Error(`there is no thread ${threadId} in ${options.home}`);
  const text = writeBundle(bundle);
  if (out === null) return await options.print(text);
  // a conversation is private, and a file that is there is somebody's
  writeFileSync(resolve(options.cwd, out), text, { mode: 0o600, flag: 'wx' });
}

async function importThread(
  { file }: Extract<ThreadRun, { type: 'importThread' }>,
  options: ThreadCommandOptions,
): Promise<void> {
  const problem = homeProblem(options.home);
  if (problem !== null) throw new Error(problem);
  const bundle = readBundle(readFileSync(resolve(options.cwd, file), 'utf8'));
  const settings = await settingsFor(bundle.thread, options);
  const imported = await withDatabase(options, (database) => importBundle(database, bundle, settings));
  const { id } = bundle.thread;
  const as = imported.threadId === id ? '' : ` (the id ${id} has another history here)`;
  const line =
    imported.type === 'created'
      ? `imported as ${imported.threadId}${as}`
      : `already here as ${imported.threadId}: nothing new`;
  await options.print(`${line}\n`);
}

/** Policies are those of this home and of the thread's folder here; only where it was and which model it had come with it. */
async function settingsFor(
  { cwd, model, modelProvider }: BundledThread,
  options: ThreadCommandOptions,
): Promise<Settings> {
  const configuration = createConfiguration({
    home: options.home,
    overrides: [],
    serverCwd: options.cwd,
    hasOpenaiKey: () => false,
    defaultModel: () => Promise.resolve(null),
  });
  if (configuration.providers().some(({ id }) => id === modelProvider))
    return await configuration.resolve({ cwd, model, modelProvider });
  return await configuration.resolve({ cwd, model: configuration.configuredModel() ?? model });
}

/** Opened by the store first, which makes the database, brings it up to date, or recovers it. */
async function withDatabase<T>(options: ThreadCommandOptions, work: (database: Database) => T): Promise<T> {
  (await openThreadStore(options)).close();
  const database = openDatabase(await import('node:sqlite'), databasePath(options.home), { readOnly: false });
  try {
    return work(database);
  } finally {
    database.close();
  }
}
