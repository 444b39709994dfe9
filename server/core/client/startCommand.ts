// Starts what a client asks for: contained as the policy says, or not at all; with the environment of commands and the client's own over it.
import { withoutCredentials } from '../command/environmentPolicy.ts';
import { askedSandbox } from '../config/permissionProfiles.ts';
import { DEMO_PROVIDER } from '../config/providers.ts';
import type { Configuration } from '../config/configured.ts';
import type { RuleBook } from '../approval/ruleBook.ts';
import type { CommandSandbox, Log, NetworkTarget, ShellEnvironment, WrappedCommand } from '../ports.ts';
import type { Settings } from '../settings.ts';
import { messageOf, ProtocolError } from '../../protocol/errors.ts';
import type { SandboxPolicy } from '../../protocol/schema/common.ts';
import type { ProcessRequest, ProcessRunner, RunningProcess } from './process.ts';
import { failedToStart, type ProcessPlan } from './processPlan.ts';
import { forTerminal } from './terminalVariables.ts';

export interface ClientCommand {
  readonly plan: ProcessPlan;
  /** Absolute. */
  readonly cwd: string;
  /** Over the environment of commands; null takes a variable away. */
  readonly env: Readonly<Record<string, string | null>>;
  readonly bounds: CommandBounds;
}

export type CommandBounds =
  /** The client's own process, with the rights of the user. */
  | { readonly type: 'none' }
  | { readonly type: 'configured' }
  | { readonly type: 'policy'; readonly policy: SandboxPolicy }
  /** By the name of a permission profile, such as ":read-only". */
  | { readonly type: 'profile'; readonly name: string };

export interface ClientCommands {
  /**
   * Throws ProtocolError invalidRequest `sandboxUnavailable` where it cannot be contained as asked. A process that cannot be started tells
   * so by its end.
   */
  start(command: ClientCommand): Promise<RunningProcess>;
}

export interface ClientCommandDeps {
  readonly configuration: Pick<Configuration, 'resolve'>;
  readonly environment: ShellEnvironment;
  readonly sandbox: CommandSandbox;
  readonly rules: Pick<RuleBook, 'rules'>;
  readonly runner: ProcessRunner;
  readonly log: Log;
}

export function createClientCommands(deps: ClientCommandDeps): ClientCommands {
  return {
    async start(command) {
      const { plan, cwd, bounds } = command;
      const settings = await settingsFor(command, deps.configuration);
      const inherited = await deps.environment.variables(settings);
      const own = { ...(plan.terminal === null ? inherited : forTerminal(inherited)), ...command.env };
      const env = Object.fromEntries(
        Object.entries(own).flatMap(([name, value]) => (value === null ? [] : [[name, value]])),
      );
      const { argv, terminal, hasInput, timeoutMs } = plan;
      const request: ProcessRequest = { argv, cwd, env, terminal, hasInput, timeoutMs };
      const problem = deps.runner.problemOf(request);
      if (problem !== null) throw failedToStart(plan.noun, problem);
      const policy = bounds.type === 'policy' ? bounds.policy : settings.sandbox;
      if (bounds.type === 'none' || policy.type === 'dangerFullAccess' || policy.type === 'externalSandbox')
        return deps.runner.startProcess(request);
      return startContained({ request, policy, settings, given: command.env }, deps);
    },
  };
}

/** No model is used, so none has to be configured. */
function settingsFor(
  { cwd, bounds }: ClientCommand,
  configuration: ClientCommandDeps['configuration'],
): Promise<Settings> {
  const request = { cwd, modelProvider: DEMO_PROVIDER };
  const sandbox = bounds.type === 'profile' ? askedSandbox({ permissions: bounds.name }) : null;
  return configuration.resolve({ ...request, sandbox });
}

interface Contained {
  readonly request: ProcessRequest;
  readonly policy: Extract<SandboxPolicy, { type: 'readOnly' | 'workspaceWrite' }>;
  readonly settings: Settings;
  /** What the client itself put into the environment: it was meant for the command. */
  readonly given: ClientCommand['env'];
}

async function startContained(contained: Contained, deps: ClientCommandDeps): Promise<RunningProcess> {
  const { request, policy, settings, given } = contained;
  const { sandbox, runner, log } = deps;
  const state = await sandbox.probe();
  if (state.type === 'unavailable') throw cannotContain([state.reason, state.remedy].filter(Boolean).join(' '));
  const meant = { ...settings.shellEnvironment.set, ...withoutNulls(given) };
  const wrapped = await wrap(
    {
      argv: request.argv,
      cwd: request.cwd,
      workspace: settings.cwd,
      env: withoutCredentials(request.env, meant),
      policy,
      network: policy.networkAccess ? await hostDecision(settings, deps) : null,
      hasTerminal: request.terminal !== null,
    },
    sandbox,
  );
  const running = runner.startProcess({ ...request, argv: wrapped.argv, env: wrapped.env });
  void running.exited
    .then(({ how }) => sandbox.after(wrapped, how.type !== 'exited'))
    .catch((error: unknown) => log.error('The sandbox of a command was not cleaned up.', { error: messageOf(error) }));
  return running;
}

async function wrap(command: Parameters<CommandSandbox['wrap']>[0], sandbox: CommandSandbox): Promise<WrappedCommand> {
  try {
    return await sandbox.wrap(command);
  } catch (error) {
    throw cannotContain(messageOf(error), error);
  }
}

/** The client starts it and says that it may use the network: no one is asked, and what a rule forbids stays closed. */
async function hostDecision(
  settings: Settings,
  { rules }: ClientCommandDeps,
): Promise<(target: NetworkTarget) => Promise<boolean>> {
  const set = await rules.rules(settings);
  return ({ host }) => Promise.resolve(set.host(host)?.decision !== 'forbidden');
}

function cannotContain(reason: string, cause?: unknown): ProtocolError {
  return new ProtocolError(
    'invalidRequest',
    `The command cannot be sandboxed here and was not run: ${reason} Ask for \`dangerFullAccess\` to run it as it is.`,
    { kind: 'sandboxUnavailable', cause },
  );
}

function withoutNulls(env: ClientCommand['env']): Record<string, string> {
  return Object.fromEntries(Object.entries(env).flatMap(([name, value]) => (value === null ? [] : [[name, value]])));
}
