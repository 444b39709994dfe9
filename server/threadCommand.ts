// `bowline thread`: writes a thread into a portable file, reads one, and imports those of the reference server.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { createConfiguration, type ConfigurationFiles } from './adapters/config/configuration.ts';
import { bundleOf, importBundle } from './adapters/store/bundledThreads.ts';
import { readBundle, writeBundle } from './adapters/store/bundle.ts';
import type { Database } from './adapters/store/database.ts';
import { openDatabase } from './adapters/store/doctor.ts';
import { databasePath, openThreadStore } from './adapters/store/openThreadStore.ts';
import type { ThreadRun } from './cli.ts';
import type { Clock, Log } from './core/ports.ts';
import { outcomeLine, summaryLine } from './core/thread/importWords.ts';
import type { ImportOutcome } from './core/thread/threadImport.ts';
import { homeProblem } from './homeFolder.ts';
import { importedSettings, referenceImporter } from './importing.ts';
import { messageOf } from './protocol/errors.ts';

export interface ThreadCommandOptions {
  /** Absolute. */
  readonly home: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The folder in which the program was started. */
  readonly cwd: string;
  /** Done when all of the text is out of the process. */
  print(text: string): Promise<void>;
  complain(text: string): void;
}

/** Returns the exit code. */
export async function runThreadCommand(run: ThreadRun, options: ThreadCommandOptions): Promise<number> {
  try {
    if (run.type === 'importThreads') return await importThreads(run, options);
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
  const settings = await importedSettings(configurationOf(options), bundle.thread);
  const imported = await withDatabase(options, (database) => importBundle(database, bundle, settings));
  const { id } = bundle.thread;
  const as = imported.threadId === id ? '' : ` (the id ${id} has another history here)`;
  const line =
    imported.type === 'created'
      ? `imported as ${imported.threadId}${as}`
      : `already here as ${imported.threadId}: nothing new`;
  await options.print(`${line}\n`);
}

function configurationOf(options: ThreadCommandOptions): ConfigurationFiles {
  return createConfiguration({
    home: options.home,
    overrides: [],
    serverCwd: options.cwd,
    hasOpenaiKey: () => false,
    defaultModel: () => Promise.resolve(null),
  });
}

async function importThreads(
  { folder }: Extract<ThreadRun, { type: 'importThreads' }>,
  options: ThreadCommandOptions,
): Promise<number> {
  const problem = homeProblem(options.home);
  if (problem !== null) throw new Error(problem);
  const importer = referenceImporter({ ...options, configuration: configurationOf(options) });
  const outcomes: ImportOutcome[] = [];
  const out: Promise<void>[] = [];
  const { subAgents } = await importer.run(folder, {
    signal: new AbortController().signal,
    told: (outcome) => {
      outcomes.push(outcome);
      const line = outcomeLine(outcome);
      if (line !== null) out.push(options.print(`${line}\n`));
    },
  });
  await Promise.all(out);
  await options.print(`${summaryLine(outcomes, subAgents)}\n`);
  return outcomes.some(({ type }) => type === 'failed') ? 1 : 0;
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
