// The standard streams of this process as Bun itself has them. It has Node's too, but to load those takes half as long as all else of a start,
// and each write of theirs goes to another thread and back.
import { EventEmitter } from 'node:events';
import type { ByteInput, ByteOutput } from '../rpc/byteStreams.ts';

export interface StandardStreams {
  readonly input: ByteInput;
  readonly output: ByteOutput;
}

/** As much of the global `Bun` as is used here. */
interface Bun {
  readonly stdin: { stream(): ReadableStream<Uint8Array> };
  readonly stdout: { writer(): FileSink };
}

/** A number where it is done, a promise where it has to wait for the other side. */
interface FileSink {
  write(text: string): number | Promise<number>;
  flush(): number | Promise<number>;
  end(): number | Promise<number>;
}

/** Null elsewhere; and on Windows, where a flush returns before all is written (oven-sh/bun issue 42435). */
export function bunStreams(): StandardStreams | null {
  const bun: unknown = Reflect.get(globalThis, 'Bun');
  if (!isBun(bun) || process.platform === 'win32') return null;
  return { input: new BunInput(bun.stdin.stream()), output: new BunOutput(bun.stdout.writer()) };
}

function isBun(value: unknown): value is Bun {
  return typeof value === 'object' && value !== null && 'stdin' in value && 'stdout' in value;
}

class BunInput extends EventEmitter implements ByteInput {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #resumed = Promise.resolve();
  #resume: (() => void) | null = null;
  #isDestroyed = false;

  constructor(stream: ReadableStream<Uint8Array>) {
    super();
    this.#reader = stream.getReader();
    this.on('newListener', (event) => {
      if (event === 'data') void this.#read();
    });
  }

  pause(): void {
    if (this.#resume !== null) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#resumed = promise;
    this.#resume = resolve;
  }

  resume(): void {
    this.#resume?.();
    this.#resume = null;
  }

  destroy(): void {
    this.#isDestroyed = true;
    this.resume();
    this.#reader.cancel().catch(() => undefined); // there is nothing more to read, whatever it says
    this.emit('close');
  }

  async #read(): Promise<void> {
    for (let chunk = await this.#next(); chunk !== null; chunk = await this.#next()) {
      await this.#resumed;
      if (this.#isDestroyed) return;
      this.emit('data', chunk);
    }
    this.emit('end');
  }

  /** Null at the end: also where the other side is gone in a way that is a failure. */
  async #next(): Promise<Uint8Array | null> {
    try {
      return (await this.#reader.read()).value ?? null;
    } catch {
      // the other side is gone: there is nothing more to read
      return null;
    }
  }
}

class BunOutput extends EventEmitter implements ByteOutput {
  readonly #sink: FileSink;
  #last = Promise.resolve();
  #isGone = false;

  constructor(sink: FileSink) {
    super();
    this.#sink = sink;
  }

  write(text: string, taken: () => void = () => undefined): void {
    this.#inTurn(async () => {
      await this.#sink.write(text);
      await this.#sink.flush();
      taken();
    });
  }

  end(): void {
    this.#inTurn(async () => {
      await this.#sink.end();
      this.#isGone = true;
      this.emit('finish');
    });
  }

  destroy(): void {
    this.#isGone = true;
    this.emit('close');
  }

  #inTurn(work: () => Promise<void>): void {
    this.#last = this.#last.then(async () => {
      if (this.#isGone) return;
      try {
        await work();
      } catch {
        // nobody reads any more: what is still to be written is dropped
        this.destroy();
      }
    });
  }
}
