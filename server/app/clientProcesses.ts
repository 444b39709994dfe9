// The processes that the client of one connection runs: known by its own names, told as they go, ended with the connection.
import { base64Problem } from '../core/client/base64.ts';
import { OutputLimit } from '../core/client/outputLimit.ts';
import type { OutputStream, ProcessExit, RunningProcess } from '../core/client/process.ts';
import { expectSize, failedToStart, type ProcessPlan } from '../core/client/processPlan.ts';
import type { Log } from '../core/ports.ts';
import { messageOf, ProtocolError } from '../protocol/errors.ts';
import type { TerminalSize } from '../protocol/schema/command.ts';
import type { Connection } from './connection.ts';

/** How the methods of a family speak of their processes. */
export interface ProcessWords {
  /** The method that starts one. */
  readonly method: string;
  /** The method that writes to one. */
  readonly writeMethod: string;
  readonly duplicate: string;
  readonly missing: string;
  readonly noInput: string;
}

export interface OutputPiece {
  readonly stream: OutputStream;
  readonly deltaBase64: string;
  readonly capReached: boolean;
}

export interface ProcessResult {
  readonly exitCode: number;
  readonly isOutputComplete: boolean;
  readonly stdout: string;
  readonly stdoutCut: boolean;
  readonly stderr: string;
  readonly stderrCut: boolean;
}

interface Entry {
  readonly plan: ProcessPlan;
  readonly running: Promise<RunningProcess>;
}

/** What a process has not read by then it is not going to read. */
const MOST_INPUT_BYTES = 16 * 1024 * 1024;
/** A client that reads slowly makes its processes wait. */
const MOST_WAITING_BYTES = 4 * 1024 * 1024;

export class ClientProcesses {
  readonly #connection: Connection;
  readonly #words: ProcessWords;
  readonly #log: Log;
  readonly #entries = new Map<string, Entry>();
  readonly #running = new Set<RunningProcess>();

  constructor(connection: Connection, words: ProcessWords, log: Log) {
    this.#connection = connection;
    this.#words = words;
    this.#log = log;
    connection.closed.addEventListener('abort', () => this.#close(), { once: true });
  }

  /**
   * Starts one under the name that its plan has, if any; resolves when it runs, with the promise of its end. `told` hears the outputs of one
   * that is streamed.
   */
  async start(
    plan: ProcessPlan,
    start: () => Promise<RunningProcess>,
    told: (piece: OutputPiece) => void,
  ): Promise<{ readonly ended: Promise<ProcessResult> }> {
    const { id } = plan;
    if (id !== null && this.#entries.has(id)) throw refusal(`${this.#words.duplicate}: ${JSON.stringify(id)}`);
    const entry: Entry = { plan, running: start() };
    if (id !== null) this.#entries.set(id, entry);
    try {
      const running = await entry.running;
      this.#running.add(running);
      const outputs = new Outputs(plan, running, { connection: this.#connection, told });
      if (this.#connection.closed.aborted) this.#kill(running);
      if (running.pid === null) await expectStarted(plan, running);
      return { ended: this.#end(entry, running, outputs) };
    } catch (error) {
      this.#forget(entry);
      throw error;
    }
  }

  async write(id: string, input: { readonly deltaBase64: string | null; readonly closeStdin: boolean }): Promise<void> {
    const { deltaBase64, closeStdin } = input;
    if (deltaBase64 === null && !closeStdin)
      throw new ProtocolError('invalidParams', `${this.#words.writeMethod} requires deltaBase64 or closeStdin`);
    const problem = base64Problem(deltaBase64 ?? '');
    if (problem !== null) throw new ProtocolError('invalidParams', `invalid deltaBase64: ${problem}`);
    const { plan, running } = this.#need(id);
    if (!plan.hasInput) throw refusal(this.#words.noInput);
    const process = await running;
    if (process.inputBacklogBytes > MOST_INPUT_BYTES)
      throw refusal(`${JSON.stringify(id)} does not read its input; nothing more is written to it`, 'inputFull');
    if (deltaBase64 !== null && deltaBase64 !== '') process.write(Buffer.from(deltaBase64, 'base64'));
    if (closeStdin) process.closeStdin();
  }

  async resize(id: string, wanted: TerminalSize): Promise<void> {
    const size = expectSize(this.#words.method, wanted);
    const process = await this.#need(id).running;
    if (!process.resize(size)) throw refusal('failed to resize PTY: process is not attached to a PTY', 'noTerminal');
  }

  /** Its end is told where its start was asked for. */
  async kill(id: string): Promise<void> {
    this.#kill(await this.#need(id).running);
  }

  #need(id: string): Entry {
    const entry = this.#entries.get(id);
    if (entry !== undefined) return entry;
    throw refusal(`${this.#words.missing} ${JSON.stringify(id)}`, 'processNotFound');
  }

  async #end(entry: Entry, running: RunningProcess, outputs: Outputs): Promise<ProcessResult> {
    const exit = await running.exited;
    this.#running.delete(running);
    this.#forget(entry);
    return outputs.result(exit);
  }

  #forget(entry: Entry): void {
    const { id } = entry.plan;
    if (id !== null && this.#entries.get(id) === entry) this.#entries.delete(id);
  }

  #kill(running: RunningProcess): void {
    running
      .kill()
      .catch((error: unknown) =>
        this.#log.error('A process of a client could not be ended.', { pid: running.pid, reason: messageOf(error) }),
      );
  }

  #close(): void {
    for (const running of this.#running) this.#kill(running);
  }
}

async function expectStarted({ noun }: ProcessPlan, running: RunningProcess): Promise<void> {
  const { how } = await running.exited;
  if (how.type === 'failedToStart') throw failedToStart(noun, how.message);
}

function refusal(message: string, kind?: string): ProtocolError {
  return new ProtocolError('invalidRequest', message, kind === undefined ? {} : { kind });
}

/** Tells outputs as they come, or keeps them for the end; each up to its limit. */
class Outputs {
  readonly #plan: ProcessPlan;
  readonly #limits: Record<OutputStream, OutputLimit>;
  readonly #kept: Record<OutputStream, Uint8Array[]> = { stdout: [], stderr: [] };

  constructor(
    plan: ProcessPlan,
    running: RunningProcess,
    client: { readonly connection: Connection; readonly told: (piece: OutputPiece) => void },
  ) {
    this.#plan = plan;
    this.#limits = { stdout: new OutputLimit(plan.mostBytes), stderr: new OutputLimit(plan.mostBytes) };
    const { connection, told } = client;
    let isWaiting = false;
    running.onOutput((bytes, stream) => {
      const piece = this.#limits[stream].take(bytes);
      if (piece === null) return;
      if (!plan.isStreamed) {
        this.#kept[stream].push(piece.bytes);
        return;
      }
      told({ stream, deltaBase64: base64Of(piece.bytes), capReached: piece.isCut });
      if (isWaiting || connection.backlogBytes < MOST_WAITING_BYTES) return;
      isWaiting = true;
      running.pause();
      connection.whenDrained(() => {
        isWaiting = false;
        running.resume();
      });
    });
  }

  result({ how, isOutputComplete }: ProcessExit): ProcessResult {
    return {
      exitCode: how.type === 'failedToStart' ? 1 : how.exitCode,
      isOutputComplete,
      stdout: this.#text('stdout'),
      stdoutCut: this.#limits.stdout.isCut,
      stderr: this.#text('stderr'),
      stderrCut: this.#limits.stderr.isCut,
    };
  }

  #text(stream: OutputStream): string {
    return this.#plan.isStreamed ? '' : Buffer.concat(this.#kept[stream]).toString('utf8');
  }
}

function base64Of(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}
