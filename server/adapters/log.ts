// The log: one line per entry on stderr; stdout belongs to the protocol.
import { writeSync } from 'node:fs';
import type { Log } from '../core/ports.ts';

const LEVELS = ['debug', 'warn', 'error'] as const;
type Level = (typeof LEVELS)[number];

/** Logs entries of `level` and above to stderr, each as `LEVEL message {details}`. */
export function stderrLog(level: string | undefined): Log {
  const lowest = LEVELS.findIndex((candidate) => candidate === level);
  const threshold = lowest < 0 ? 1 : lowest;
  const write = (at: Level, message: string, details?: Record<string, unknown>): void => {
    if (LEVELS.indexOf(at) < threshold) return;
    writeLine(`${at.toUpperCase()} ${message}${details === undefined ? '' : ` ${JSON.stringify(details)}`}\n`);
  };
  return {
    debug: (message, details) => write('debug', message, details),
    warn: (message, details) => write('warn', message, details),
    error: (message, details) => write('error', message, details),
  };
}

const STDERR = 2;

/** Straight to the descriptor: a stream would cost a megabyte of memory that a quiet server never needs. */
function writeLine(line: string): void {
  try {
    writeSync(STDERR, line);
  } catch {
    // nobody reads the log any more: that is no reason to end the threads of everybody
  }
}
