// `bowline sandbox`: runs one command exactly as the agent would, or says whether that can be done here.
import { spawn } from 'node:child_process';
import { constants, homedir } from 'node:os';
import { createConfiguration } from './adapters/config/configuration.ts';
import { createCommandRunner } from './adapters/exec/commandRunner.ts';
import { createShellEnvironment } from './adapters/exec/shellEnvironment.ts';
import { systemClock } from './adapters/clock.ts';
import { allowsRoot } from './adapters/sandbox/allowRoot.ts';
import { createCommandSandbox, type OwnedCommandSandbox } from './adapters/sandbox/commandSandbox.ts';
import type { SandboxRun } from './cli.ts';
import { withoutCredentials } from './core/command/environmentPolicy.ts';
import type { ProviderConfig } from './core/config/providerConfig.ts';
import { NO_RULES, type RuleSet } from './core/approval/ruleBook.ts';
import type { Log, NetworkTarget, SandboxState } from './core/ports.ts';
import type { Settings } from './core/settings.ts';
import { messageOf } from './protocol/errors.ts';
import type { SandboxPolicy } from './protocol/schema/common.ts';

export interface SandboxCommandOptions {
  /** Absolute. */
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: Log;
  /** The folder in which the program was started. */
  readonly cwd: string;
}

/** The command could not be run at all, as of a shell. */
const NOT_RUN = 126;
/** Keeps the model's list from being asked for: no model is used. */
const NO_MODEL = 'none';

export async function probeSandbox(options: SandboxCommandOptions): Promise<number> {
  const sandbox = open(options);
  try {
    const state = await sandbox.probe();
    process.stdout.write(`${describe(state)}\n`);
    return state.type === 'available' ? 0 : 1;
  } finally {
    await sandbox.dispose();
  }
}

export async function runSandboxed(run: SandboxRun, options: SandboxCommandOptions): Promise<number> {
  const sandbox = open(options);
  try {
    const settings = await settingsOf(run, options);
    const policy = policyOf(run, settings.sandbox);
    const { env, providers } = await environmentOf(settings, options);
    const argv = run.argv;
    if (policy.type === 'dangerFullAccess' || policy.type === 'externalSandbox')
      return await start({ argv, env, cwd: settings.cwd });
    const own = withoutCredentials(env, settings.shellEnvironment.set);
    for (const provider of providers) if (provider.envKey !== null) delete own[provider.envKey];
    const network = policy.networkAccess ? hostDecision(NO_RULES) : null;
    const command = { argv, env: own, cwd: settings.cwd, workspace: settings.cwd, policy, network };
    const wrapped = await sandbox.wrap(command);
    const code = await start({ argv: wrapped.argv, env: wrapped.env, cwd: settings.cwd });
    await sandbox.after(wrapped, code > 128);
    return code;
  } catch (error) {
    process.stderr.write(`bowline sandbox: ${messageOf(error)}\n`);
    return NOT_RUN;
  } finally {
    await sandbox.dispose();
  }
}

function open({ home, env, log }: SandboxCommandOptions): OwnedCommandSandbox {
  return createCommandSandbox({
    home,
    env,
    executable: process.execPath,
    clock: systemClock,
    log,
    allowsRoot: () => allowsRoot(home),
  });
}

/** Nobody can be asked here: a host that no rule allows is refused, and said. */
function hostDecision(rules: RuleSet): (target: NetworkTarget) => Promise<boolean> {
  return ({ host, port }) => {
    const may = rules.host(host)?.decision === 'allow';
    if (!may) process.stderr.write(`bowline sandbox: ${host}:${port} was refused: no rule allows it\n`);
    return Promise.resolve(may);
  };
}

async function settingsOf(run: SandboxRun, options: SandboxCommandOptions): Promise<Settings> {
  return configurationOf(options).resolve({
    cwd: run.cwd ?? options.cwd,
    model: NO_MODEL,
    ...(run.mode === null ? {} : { sandbox: run.mode }),
  });
}

function configurationOf({ home, cwd }: SandboxCommandOptions): ReturnType<typeof createConfiguration> {
  return createConfiguration({
    home,
    overrides: [],
    serverCwd: cwd,
    hasOpenaiKey: () => false,
    defaultModel: () => Promise.resolve(null),
  });
}

function policyOf({ network }: SandboxRun, policy: SandboxPolicy): SandboxPolicy {
  if (network === null || (policy.type !== 'readOnly' && policy.type !== 'workspaceWrite')) return policy;
  return { ...policy, networkAccess: network };
}

async function environmentOf(
  settings: Settings,
  options: SandboxCommandOptions,
): Promise<{ readonly env: Record<string, string>; readonly providers: readonly ProviderConfig[] }> {
  const providers = configurationOf(options).providers();
  const runner = createCommandRunner();
  const hiddenNames = (): string[] => providers.flatMap(({ envKey }) => (envKey === null ? [] : [envKey]));
  const { log, env } = options;
  try {
    const environment = createShellEnvironment({ runner, log, env, home: homedir(), hiddenNames });
    return { env: await environment.variables(settings), providers };
  } finally {
    await runner.dispose();
  }
}

interface Start {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
}

function start({ argv, env, cwd }: Start): Promise<number> {
  const [program = '', ...args] = argv;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env, stdio: 'inherit' });
    // they are for the command; this process ends when that has ended
    const pass = (signal: NodeJS.Signals): void => void child.kill(signal);
    for (const signal of SIGNALS) process.on(signal, pass);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      for (const name of SIGNALS) process.off(name, pass);
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
    });
  });
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

function describe(state: SandboxState): string {
  if (state.type === 'available') return `Commands are sandboxed here, by ${state.backend}.`;
  return [
    'Commands are not sandboxed here: every command asks.',
    state.reason,
    ...(state.remedy === null ? [] : [state.remedy]),
  ].join('\n');
}
