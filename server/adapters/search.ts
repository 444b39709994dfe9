// Runs ripgrep, wherever it is: named by BOWLINE_RG, shipped beside the server, or installed.
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, dirname, isAbsolute, join } from 'node:path';
import type { TextSearch, TextSearchResult } from '../core/ports.ts';
import { messageOf } from '../protocol/errors.ts';

export interface SearchOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The server's own program; `rg` may lie beside it. */
  readonly executable: string;
  /** What is kept of the output, in bytes; ripgrep is stopped when it prints more. */
  readonly maxOutputBytes?: number;
}

const MAX_OUTPUT_BYTES = 1 << 20;
const PROGRAM = process.platform === 'win32' ? 'rg.exe' : 'rg';
const MISSING =
  'ripgrep (rg) was not found. Install it (for example `apt install ripgrep` or `brew install ripgrep`), or set BOWLINE_RG to its path; until then use exec_command with grep.';

export function ripgrep(options: SearchOptions): TextSearch {
  let program: string | null = null;
  return {
    run(args, cwd, signal) {
      program ??= findProgram(options);
      if (program === null) return Promise.resolve({ type: 'missing', message: MISSING });
      return runProgram(program, args, { cwd, signal, maxBytes: options.maxOutputBytes ?? MAX_OUTPUT_BYTES });
    },
  };
}

/**
 * Beside the binary, or in `bin` beside the folder of the plain bundle. An `rg` in the workspace itself is never run: PATH entries that
 * are no absolute paths are passed over.
 */
function findProgram({ env, executable }: SearchOptions): string | null {
  const named = env['BOWLINE_RG'] ?? '';
  const own = [dirname(executable), join(dirname(executable), '..', 'bin'), join(import.meta.dirname, '..', 'bin')];
  const onPath = (env['PATH'] ?? env['Path'] ?? '').split(delimiter).filter(isAbsolute);
  const candidates = [named, ...[...own, ...onPath].map((folder) => join(folder, PROGRAM))];
  return candidates.find((path) => path !== '' && isProgram(path)) ?? null;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    // not there, or not to be run
    return false;
  }
}

interface Run {
  readonly cwd: string;
  readonly signal: AbortSignal;
  readonly maxBytes: number;
}

function runProgram(
  program: string,
  args: readonly string[],
  { cwd, signal, maxBytes }: Run,
): Promise<TextSearchResult> {
  return new Promise((resolve) => {
    const { spawn } = process.getBuiltinModule('node:child_process');
    const child = spawn(program, args, { cwd, signal, stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true });
    const output = new Gathered(maxBytes);
    const errors = new Gathered(maxBytes);
    child.stdout.on('data', (chunk: Buffer) => {
      if (!output.add(chunk)) child.kill();
    });
    child.stderr.on('data', (chunk: Buffer) => void errors.add(chunk));
    let failure = '';
    child.on('error', (error) => {
      failure = messageOf(error);
    });
    child.on('close', (exitCode) => {
      resolve({
        type: 'done',
        exitCode: exitCode ?? (output.isTruncated ? 0 : 2),
        stdout: output.text(),
        stderr: errors.text() || failure,
        truncated: output.isTruncated,
      });
    });
  });
}

/** The beginning of a stream, up to a number of bytes. */
class Gathered {
  readonly #maxBytes: number;
  readonly #chunks: Buffer[] = [];
  #bytes = 0;
  isTruncated = false;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Whether there is room for more. */
  add(chunk: Buffer): boolean {
    const room = this.#maxBytes - this.#bytes;
    if (chunk.length > room) this.isTruncated = true;
    const kept = chunk.subarray(0, room);
    this.#chunks.push(kept);
    this.#bytes += kept.length;
    return !this.isTruncated;
  }

  text(): string {
    return Buffer.concat(this.#chunks).toString('utf8');
  }
}
