// The port through which threads of the reference server come into the store, and what is said about it.

/** What became of one thread, or of one file that could not be read. */
export type ImportOutcome =
  | { readonly type: 'imported' | 'updated' | 'upToDate'; readonly thread: ImportedAs }
  /** Left alone, for a reason that is no fault. */
  | { readonly type: 'skipped'; readonly subject: string; readonly reason: string }
  | { readonly type: 'failed'; readonly subject: string; readonly reason: string };

export interface ImportedAs {
  readonly id: string;
  /** Its name, or how it began. */
  readonly title: string;
  readonly turns: number;
  /** Lines that could not be read and were passed over. */
  readonly broken: number;
  /** What this version does not know, by kind: items of such kinds are kept as they are, other lines are not. */
  readonly unknown: Readonly<Record<string, number>>;
  /** The history before it is named and was not found. */
  readonly isCut: boolean;
}

export interface DetectedThreads {
  /** Absolute. */
  readonly folder: string;
  readonly total: number;
  /** Those that were never imported. */
  readonly fresh: number;
}

export interface ImportProgress {
  readonly done: number;
  readonly total: number;
}

export interface ImportRun {
  readonly signal: AbortSignal;
  /** After each thread. */
  told(outcome: ImportOutcome, progress: ImportProgress): void;
}

export interface ThreadImporter {
  /** `folder`: a home of the reference; null for the usual one. */
  detect(folder: string | null): Promise<DetectedThreads>;
  /** Throws when the folder is not there. What was imported stays when it is stopped, and goes on at the next run. */
  run(folder: string | null, run: ImportRun): Promise<{ readonly subAgents: number }>;
}
