// Runs commands whose output is masked before anybody sees it: what is shown live, what is stored, and what the model reads are the same.
import { outputPieces } from '../command/outputPieces.ts';
import type { Clock, CommandRunner, RunningCommand } from '../ports.ts';
import { MaskStream } from './maskStream.ts';
import { maskedNote, type SecretMask } from './secretMask.ts';

/** Loaded when it is first needed. */
export type LoadMask = () => Promise<SecretMask>;

export interface MaskedRunnerDeps {
  readonly runner: CommandRunner;
  readonly mask: LoadMask;
  readonly clock: Clock;
}

/** After this silence the open end of a line is shown, e.g. a question; what may be the beginning of a secret still is not. */
const QUIET_MS = 100;

export function maskedRunner({ runner, mask, clock }: MaskedRunnerDeps): CommandRunner {
  return {
    start: (spec) => {
      const running = runner.start(spec);
      const output = new MaskedOutput(running, clock, mask());
      return {
        pid: running.pid,
        isTerminal: running.isTerminal,
        onOutput: (listener) => output.onOutput(listener),
        write: (text) => running.write(text),
        closeStdin: () => running.closeStdin(),
        kill: async () => {
          await running.kill();
          await output.ended;
        },
        exited: output.ended,
      };
    },
  };
}

class MaskedOutput {
  /** Resolves when all of the output has been delivered. */
  readonly ended: RunningCommand['exited'];
  readonly #clock: Clock;
  readonly #listeners = new Set<(chunk: string) => void>();
  /** What came before the mask was loaded; null when it is. */
  #early: string[] | null = [];
  #stream: MaskStream | null = null;
  #lastCharacter = '\n';
  #stopQuiet = (): void => undefined;

  constructor(running: RunningCommand, clock: Clock, mask: Promise<SecretMask>) {
    this.#clock = clock;
    running.onOutput((chunk) => this.#take(chunk));
    const opened = mask.then((loaded) => this.#open(loaded));
    this.ended = running.exited.then(async (exit) => {
      await opened;
      this.#end();
      return exit;
    });
  }

  onOutput(listener: (chunk: string) => void): void {
    this.#listeners.add(listener);
  }

  #open(mask: SecretMask): void {
    this.#stream = new MaskStream(mask);
    const early = this.#early ?? [];
    this.#early = null;
    for (const chunk of early) this.#take(chunk);
  }

  #take(chunk: string): void {
    if (this.#stream === null) {
      this.#early?.push(chunk);
      return;
    }
    const stream = this.#stream;
    this.#give(stream.push(chunk));
    this.#stopQuiet();
    this.#stopQuiet = this.#clock.after(QUIET_MS, () => this.#give(stream.peek()));
  }

  #end(): void {
    this.#stopQuiet();
    const stream = this.#stream;
    if (stream === null) return;
    this.#give(stream.end());
    if (stream.count === 0) return;
    this.#give(`${this.#lastCharacter === '\n' ? '' : '\n'}${maskedNote(stream.count)}\n`);
  }

  #give(text: string): void {
    if (text === '') return;
    this.#lastCharacter = text.at(-1) ?? '\n';
    // what was held back can make a piece longer than it came
    for (const piece of outputPieces(text)) for (const listener of this.#listeners) listener(piece);
  }
}
