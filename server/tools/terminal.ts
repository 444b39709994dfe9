// One running command as its thread sees it: streams its output into its item, keeps what the model has not read, completes the item.
import { createOutputBuffer, type OutputBuffer } from '../core/command/outputBuffer.ts';
import { sandboxNotice } from '../core/command/sandboxNotice.ts';
import { endedCommand } from '../core/command/commandItem.ts';
import type { Clock, CommandExit, Log, RunningCommand } from '../core/ports.ts';
import type { ToolContext } from '../core/turn/tool.ts';
import type { CommandExecutionItem } from '../protocol/schema/item.ts';
import type { Containment } from './containedStart.ts';

export type TerminalState = 'foreground' | 'background' | 'ended';

export type WaitEnd = 'ended' | 'yielded' | 'interrupted';

export interface Patience {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly yieldMs: number;
  /** Stop waiting when there is output and none followed for this long; null to wait for the end of the command. */
  readonly settleMs: number | null;
}

export interface TerminalStart {
  readonly sessionId: number;
  /** As it was recorded when it started. */
  readonly item: CommandExecutionItem;
  readonly running: RunningCommand;
  /** Whether it was started to be written to. */
  readonly isInteractive: boolean;
  /** The sandbox around it; null when it runs as it is. */
  readonly containment?: Containment | null;
  readonly context: ToolContext;
  readonly log: Log;
}

interface Running {
  readonly start: TerminalStart;
  /** All of it, for the completed item. */
  readonly output: OutputBuffer;
}

/** The completed item shows at most this much. */
const ITEM_OUTPUT_BYTES = 1024 * 1024;
/** A command that never stops printing must not fill the clients' queues; the completed item has its end all the same. */
const LIVE_OUTPUT_CHARACTERS = 24 * 1024 * 1024;

/** Why a command failed stands at the end of its output. */
const NOTICED_CHARACTERS = 20_000;

export class Terminal {
  readonly sessionId: number;
  readonly itemId: string;
  /** The turn that started it; its notifications stay with that turn. */
  readonly turnId: string;
  /** As the item shows it. */
  readonly command: string;
  readonly cwd: string;
  /** Of its first process; null where it has none. */
  readonly osPid: number | null;
  /** Unix milliseconds. */
  readonly startedAtMs: number;
  readonly hasTerminal: boolean;
  readonly isInteractive: boolean;
  /** Resolves when the command has ended and its item is completed; never rejects. */
  readonly ended: Promise<void>;
  /** Null once it has ended: what belongs to its turn is not kept for as long as its output can be asked for. */
  #running: Running | null;
  #containment: Containment | null;
  #sandboxNotice: string | null = null;
  readonly #listeners = new Set<() => void>();
  #unread = createOutputBuffer(ITEM_OUTPUT_BYTES);
  #state: TerminalState = 'foreground';
  #exit: CommandExit | null = null;
  #isKilled = false;

  constructor(start: TerminalStart) {
    const { item, running, context, containment = null } = start;
    this.#running = { start, output: createOutputBuffer(ITEM_OUTPUT_BYTES) };
    this.#containment = containment;
    this.sessionId = start.sessionId;
    this.itemId = item.id;
    this.turnId = context.turnId;
    this.command = item.command;
    this.cwd = item.cwd;
    this.osPid = running.pid;
    this.startedAtMs = context.clock.nowMs();
    this.hasTerminal = running.isTerminal;
    this.isInteractive = start.isInteractive;
    const live = liveOutput(start);
    running.onOutput((chunk) => {
      this.#running?.output.append(chunk);
      this.#unread.append(chunk);
      live(chunk);
      for (const listener of this.#listeners) listener();
    });
    this.ended = running.exited.then((exit) => this.#end(exit));
  }

  get state(): TerminalState {
    return this.#state;
  }

  /** The sandbox around it; null when it runs as it is. */
  get containment(): Containment | null {
    return this.#containment;
  }

  /** Null while it runs. */
  get exit(): CommandExit | null {
    return this.#exit;
  }

  /** From now on the turn's end does not end it. */
  leaveToBackground(): void {
    if (this.#state === 'foreground') this.#state = 'background';
  }

  /** Types into the command and tells the clients; for nobody once it has ended. */
  write(text: string): void {
    if (this.#running === null) return;
    const { running, context } = this.#running.start;
    running.write(text);
    const { threadId, turnId } = context;
    const params = { threadId, turnId, itemId: this.itemId, processId: String(this.sessionId), stdin: text };
    context.record({ method: 'item/commandExecution/terminalInteraction', params });
  }

  /** Ends the whole process group; resolves when the item is completed. */
  async kill(): Promise<void> {
    if (this.#state !== 'ended') this.#isKilled = true;
    await this.#running?.start.running.kill();
    await this.ended;
  }

  /** The output since the last call, and how much there was before its middle was left out. */
  takeOutput(): { readonly text: string; readonly totalBytes: number } {
    const taken = { text: this.#unread.text(), totalBytes: this.#unread.totalBytes };
    this.#unread = createOutputBuffer(ITEM_OUTPUT_BYTES);
    return taken;
  }

  /** What the model is to know of the sandbox: which hosts it refused, and, when the command failed, what else was in its way. */
  get sandboxNotice(): string | null {
    return this.#running === null ? this.#sandboxNotice : noticeOf(this.#containment, '');
  }

  /** Waits for the end, for output that has settled, for the time to be up, or for the turn to be interrupted. */
  async wait(patience: Patience): Promise<WaitEnd> {
    const { clock, signal, yieldMs, settleMs } = patience;
    const { promise, resolve } = Promise.withResolvers<WaitEnd>();
    const interrupt = (): void => resolve('interrupted');
    const stopYield = clock.after(yieldMs, () => resolve('yielded'));
    let stopSettle = (): void => undefined;
    const settle = (): void => {
      stopSettle();
      if (settleMs !== null) stopSettle = clock.after(settleMs, () => resolve('yielded'));
    };
    void this.ended.then(() => resolve('ended'));
    this.#listeners.add(settle);
    if (this.#unread.totalBytes > 0) settle();
    signal.addEventListener('abort', interrupt, { once: true });
    if (signal.aborted) interrupt();
    try {
      return await promise;
    } finally {
      stopYield();
      stopSettle();
      this.#listeners.delete(settle);
      signal.removeEventListener('abort', interrupt);
    }
  }

  #end(exit: CommandExit): void {
    if (this.#running === null) return;
    const { start, output } = this.#running;
    const { context, item, log } = start;
    this.#state = 'ended';
    this.#exit = exit;
    const durationMs = context.clock.nowMs() - this.startedAtMs;
    const end = { exit, output: output.text(), durationMs, isKilled: this.#isKilled };
    guarded(log, item.id, () => context.completeItem(endedCommand(item, end)));
    const isFailure = exit.type === 'exited' && exit.exitCode !== 0 && !this.#isKilled;
    this.#sandboxNotice = noticeOf(this.#containment, isFailure ? end.output.slice(-NOTICED_CHARACTERS) : '');
    this.#containment = asItEnded(this.#containment);
    this.#running = null;
  }
}

function noticeOf(containment: Containment | null, output: string): string | null {
  if (containment === null) return null;
  return sandboxNotice({ output, isOffline: containment.isOffline, refusedHosts: containment.refusedHosts() });
}

/** With nothing behind it that asks for hosts. */
function asItEnded(containment: Containment | null): Containment | null {
  if (containment === null) return null;
  const refusedHosts = containment.refusedHosts();
  return { bounds: containment.bounds, isOffline: containment.isOffline, refusedHosts: () => refusedHosts };
}

/** Sends output on as deltas while there is room; a failing store stops the deltas, not the command. */
function liveOutput({ item, context, log }: TerminalStart): (chunk: string) => void {
  const { threadId, turnId } = context;
  let room = LIVE_OUTPUT_CHARACTERS;
  return (delta) => {
    if (room <= 0) return;
    room -= delta.length;
    const params = { threadId, turnId, itemId: item.id, delta };
    const isSent = guarded(log, item.id, () => context.record({ method: 'item/commandExecution/outputDelta', params }));
    if (!isSent) room = 0;
  };
}

/** These run in the event loop's own turn, where nobody could catch. */
function guarded(log: Log, itemId: string, task: () => unknown): boolean {
  try {
    task();
    return true;
  } catch (error) {
    log.error('The output of a command could not be recorded.', { itemId, error: String(error) });
    return false;
  }
}
