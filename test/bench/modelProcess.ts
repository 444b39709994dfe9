// The scripted model as a process of its own, so that it is the same for both programs and takes no time of the client's.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export interface ModelProcess extends AsyncDisposable {
  readonly url: string;
}

/** Starts it with one of the scripts of modelModes.ts, e.g. "deltas:20000"; each answer in as few writes as it can. */
export async function startModelProcess(script: string): Promise<ModelProcess> {
  const program = join(import.meta.dirname, '../support/modelServer.ts');
  const args = ['--disable-warning=ExperimentalWarning', program, '--script', script, '--chunking', 'whole'];
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout });
  const [first] = (await once(lines, 'line')) as [string];
  const { url } = JSON.parse(first) as { url: string };
  lines.on('line', () => undefined);
  return {
    url,
    [Symbol.asyncDispose]: async () => {
      const gone = once(child, 'exit');
      child.stdin.end();
      await gone;
    },
  };
}
