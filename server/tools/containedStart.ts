// Starts the process of a command: as it is, or contained by the sandbox, with what belongs to it given back at its end.
import type { SandboxBounds } from '../core/approval/sandboxBounds.ts';
import { withoutCredentials } from '../core/command/environmentPolicy.ts';
import type { CommandRunner, CommandSandbox, CommandSpec, Log, NetworkTarget, RunningCommand } from '../core/ports.ts';
import type { ToolContext } from '../core/turn/tool.ts';
import type { CommandExecutionItem } from '../protocol/schema/item.ts';

export interface ContainedStartDeps {
  readonly runner: CommandRunner;
  readonly sandbox: CommandSandbox;
  readonly log: Log;
}

/** What is known of the sandbox around a command. */
export interface Containment {
  /** The mode and workspace that it was made for. */
  readonly bounds: SandboxBounds;
  readonly isOffline: boolean;
  /** Hosts that were refused so far, as `host:port`. */
  refusedHosts(): readonly string[];
}

export interface Started {
  readonly running: RunningCommand;
  /** Null: it runs as it is. */
  readonly containment: Containment | null;
}

/** Starts it in the sandbox. Rejects when it cannot be contained: then it does not run at all. */
export async function startContained(
  spec: CommandSpec,
  { item, context }: { readonly item: CommandExecutionItem; readonly context: ToolContext },
  { runner, sandbox, log }: ContainedStartDeps,
): Promise<Started> {
  const { settings } = context;
  const refused = new Set<string>();
  const policy = settings.sandbox;
  const hasNetwork = policy.type === 'workspaceWrite' || policy.type === 'readOnly' ? policy.networkAccess : false;
  const askHost = async (target: NetworkTarget): Promise<boolean> => {
    const may = await context.askNetwork(item, target);
    if (!may) refused.add(`${target.host}:${target.port}`);
    return may;
  };
  const wrapped = await sandbox.wrap({
    argv: spec.argv,
    cwd: spec.cwd,
    workspace: settings.cwd,
    env: withoutCredentials(spec.env, settings.shellEnvironment.set),
    policy,
    network: hasNetwork ? askHost : null,
    hasTerminal: spec.tty,
  });
  const running = runner.start({ ...spec, argv: wrapped.argv, env: wrapped.env });
  void running.exited
    .then((exit) => sandbox.after(wrapped, exit.type !== 'exited'))
    .catch((error: unknown) => log.error('The sandbox of a command was not cleaned up.', { error: String(error) }));
  const bounds = { sandbox: policy, cwd: settings.cwd };
  return { running, containment: { bounds, isOffline: !hasNetwork, refusedHosts: () => [...refused] } };
}
