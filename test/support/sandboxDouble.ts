// A sandbox that contains nothing: it notes what it is asked to contain, and lets the command run as it is.
import type { CommandSandbox, SandboxedCommand, SandboxState, WrappedCommand } from '../../server/core/ports.ts';

export class SandboxDouble implements CommandSandbox {
  readonly wrapped: SandboxedCommand[] = [];
  /** Ids that were not given back. */
  readonly open = new Set<string>();
  /** What `wrap` fails with. */
  failure: string | null = null;

  probe(): Promise<SandboxState> {
    return Promise.resolve({ type: 'available', backend: 'double' });
  }

  wrap(command: SandboxedCommand): Promise<WrappedCommand> {
    if (this.failure !== null) return Promise.reject(new Error(this.failure));
    this.wrapped.push(command);
    const id = String(this.wrapped.length);
    this.open.add(id);
    return Promise.resolve({ argv: command.argv, env: { ...command.env, CONTAINED: '1' }, id });
  }

  after({ id }: WrappedCommand): Promise<void> {
    this.open.delete(id);
    return Promise.resolve();
  }
}
