// What lines are read from and written to: as much of Node's streams as they need, so that any of those will do.

export interface ByteInput {
  on(event: 'data', listener: (chunk: Uint8Array) => void): unknown;
  once(event: 'end' | 'close' | 'error', listener: () => void): unknown;
  /** No further chunk comes until `resume`. */
  pause(): unknown;
  resume(): unknown;
  destroy(): unknown;
}

export interface ByteOutput {
  /** `finish`: all was written after `end`. */
  once(event: 'finish' | 'close' | 'error', listener: () => void): unknown;
  /** Calls back once the text was taken. What is written meanwhile comes after it. */
  write(text: string, taken?: () => void): unknown;
  end(): unknown;
  destroy(): unknown;
}
