// Writes messages as lines. While one write is under way the next lines wait together, so that a burst costs few writes.
import type { JsonRpcMessage } from '../protocol/jsonrpc.ts';
import type { ByteOutput } from './byteStreams.ts';

/** After so many characters what was written is worth collecting, ... */
const MUCH_WRITTEN = 8 * 1024 * 1024;
/** ... once nothing was written for this long. */
const QUIET_MS = 200;

/** Writes JSON Lines to `output`, in order. */
export class JsonlWriter {
  readonly #output: ByteOutput;
  #waiting: string[] = [];
  #waitingLength = 0;
  #writingLength = 0;
  #scheduled = false;
  #closed = false;
  #drained: (() => void)[] = [];
  readonly #reclaim: () => void;
  /** Since memory was last reclaimed. */
  #written = 0;
  #quiet: ReturnType<typeof setTimeout> | undefined;

  /** `reclaim` is called when much was written and nothing waits: a lazy collector would keep all of it. */
  constructor(output: ByteOutput, reclaim: () => void = () => undefined) {
    this.#output = output;
    this.#reclaim = reclaim;
    const stop = (): void => this.#stop();
    output.once('close', stop);
    output.once('error', stop);
  }

  /** Characters that are accepted and not yet written. */
  get backlog(): number {
    return this.#waitingLength + this.#writingLength;
  }

  send(message: JsonRpcMessage): void {
    if (this.#closed) return;
    const line = `${JSON.stringify(message)}\n`;
    this.#waiting.push(line);
    this.#waitingLength += line.length;
    if (this.#writingLength > 0 || this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => this.#flush());
  }

  whenDrained(listener: () => void): void {
    if (this.backlog === 0) listener();
    else this.#drained.push(listener);
  }

  /** Ends the stream after what is waiting has been written. */
  close(): void {
    if (this.#closed) return;
    if (this.#waiting.length > 0) this.#output.write(this.#waiting.join(''));
    this.#closed = true;
    clearTimeout(this.#quiet);
    this.#output.end();
    this.#settle();
  }

  /** Ends the stream; what is waiting is dropped. */
  abort(): void {
    if (this.#closed) return;
    this.#stop();
    this.#output.destroy();
  }

  #flush(): void {
    this.#scheduled = false;
    if (this.#closed) return;
    if (this.#waiting.length === 0) {
      if (this.#written >= MUCH_WRITTEN) this.#reclaimSoon();
      this.#settle();
      return;
    }
    const text = this.#waiting.join('');
    this.#waiting = [];
    this.#writingLength = this.#waitingLength;
    this.#written += this.#waitingLength;
    this.#waitingLength = 0;
    this.#output.write(text, () => {
      this.#writingLength = 0;
      this.#flush();
    });
  }

  #reclaimSoon(): void {
    clearTimeout(this.#quiet);
    this.#quiet = setTimeout(() => {
      this.#written = 0;
      this.#reclaim();
    }, QUIET_MS);
    this.#quiet.unref();
  }

  #stop(): void {
    this.#closed = true;
    clearTimeout(this.#quiet);
    this.#settle();
  }

  #settle(): void {
    if (this.#closed) {
      this.#waiting = [];
      this.#waitingLength = 0;
      this.#writingLength = 0;
    }
    const listeners = this.#drained;
    this.#drained = [];
    for (const listener of listeners) listener();
  }
}
