// Writes down for the model how a command went: time, exit, and its output cut in the middle to a number of tokens.
import type { CommandExit } from '../ports.ts';
import { utf8End, utf8Length, utf8Start } from './utf8.ts';

export type CommandProgress =
  | { readonly type: 'ended'; readonly exit: CommandExit }
  /** Still running; `sessionId` is what `write_stdin` takes. */
  | { readonly type: 'running'; readonly sessionId: number }
  /** The user interrupted the turn; the session goes on if it was in the background. */
  | { readonly type: 'interrupted'; readonly sessionId: number | null };

export interface CommandReport {
  /** Tells one output from another when the model compares them. */
  readonly chunkId: string;
  readonly wallTimeMs: number;
  readonly progress: CommandProgress;
  readonly output: string;
  /** Bytes of the whole output, of which `output` may already be a part. */
  readonly totalBytes: number;
  readonly maxTokens: number;
}

/** A rough and cheap measure that holds for every tokenizer: four bytes of UTF-8 are about one token. */
const BYTES_PER_TOKEN = 4;
/** Room for the note in the middle. */
const NOTE_BYTES = 64;

export function renderCommandReport(report: CommandReport): string {
  return [
    `Chunk ID: ${report.chunkId}`,
    `Wall time: ${(report.wallTimeMs / 1000).toFixed(4)} seconds`,
    progressLine(report.progress),
    `Original token count: ${Math.ceil(report.totalBytes / BYTES_PER_TOKEN)}`,
    'Output:',
    truncateMiddle(report.output, report.maxTokens * BYTES_PER_TOKEN),
  ].join('\n');
}

function progressLine(progress: CommandProgress): string {
  switch (progress.type) {
    case 'running':
      return `Process running with session ID ${progress.sessionId}`;
    case 'interrupted':
      return progress.sessionId === null
        ? 'aborted by user'
        : `aborted by user\nProcess running with session ID ${progress.sessionId}`;
    case 'ended':
      return exitLine(progress.exit);
  }
}

function exitLine(exit: CommandExit): string {
  switch (exit.type) {
    case 'exited':
      return `Process exited with code ${exit.exitCode}`;
    case 'signalled':
      return `Process exited with code ${exit.exitCode} (killed by ${exit.signal})`;
    case 'timedOut':
      return `Process exited with code ${exit.exitCode} (killed at its time limit)`;
    case 'failedToStart':
      return `Process could not be started: ${exit.message}`;
  }
}

/** `text` if it has at most `maxBytes` of UTF-8, else its beginning and end with a note between, in at most `maxBytes`. */
export function truncateMiddle(text: string, maxBytes: number): string {
  const bytes = utf8Length(text);
  if (bytes <= maxBytes) return text;
  const room = Math.max(0, maxBytes - NOTE_BYTES);
  const head = utf8Start(text, Math.ceil(room / 2));
  const tail = utf8End(text, Math.floor(room / 2));
  const lost = Math.ceil((bytes - utf8Length(head) - utf8Length(tail)) / BYTES_PER_TOKEN);
  return `${head}\n[... about ${lost} tokens left out ...]\n${tail}`;
}
