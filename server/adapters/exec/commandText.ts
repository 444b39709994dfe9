// A started process as the tools of the model know it: one output, as text.
import type { RunningProcess } from '../../core/client/process.ts';
import type { RunningCommand } from '../../core/ports.ts';
import { createOutputDecoder } from './outputDecoder.ts';

export function asText(running: RunningProcess): RunningCommand {
  const decoder = createOutputDecoder();
  const listeners: ((chunk: string) => void)[] = [];
  const deliver = (chunk: string): void => {
    if (chunk !== '') for (const listener of listeners) listener(chunk);
  };
  running.onOutput((bytes) => deliver(decoder.push(bytes)));
  const exited = running.exited.then(({ how }) => {
    deliver(decoder.end());
    return how;
  });
  return {
    pid: running.pid,
    isTerminal: running.isTerminal,
    onOutput: (listener) => void listeners.push(listener),
    write: running.write,
    closeStdin: running.closeStdin,
    async kill() {
      await running.kill();
      await exited;
    },
    exited,
  };
}
