// `bowline sandbox`: runs one command exactly as the agent would, or says whether that can be done here.
import { spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import { constants, homedir } from 'node:os';
import { createConfiguration } from './adapters/config/configuration.ts';
import { createCommandRunner } from './adapters/exec/commandRunner.ts';
import { createShellEnvironment } from './adapters/exec/shellEnvironment.ts';
import { systemClock } from './adapters/clock.ts';
import { RuleFiles } from './adapters/rules/ruleBook.ts';
import { allowsRoot } from './adapters/sandbox/allowRoot.ts';
import { createCommandSandbox, type OwnedCommandSandbox } from './adapters/sandbox/commandSandbox.ts';
import type { SandboxRun } from './cli.ts';
import { withoutCredentials } from './core/command/environmentPolicy.ts';
import { keyNames } from './core/config/keyNames.ts';
import type { RuleSet } from './core/approval/ruleBook.ts';
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

/** What is to be printed, and the exit code. */
export async function probeSandbox(
  options: SandboxCommandOptions,
): Promise<{ readonly text: string; readonly exitCode: number }> {
  const sandbox = open(options);
  try {
    const state = await sandbox.probe();
    return { text: `${describe(state)}\n`, exitCode: state.type === 'available' ? 0 : 1 };
  } finally {
    await sandbox.dispose();
  }
}

export async function runSandboxed(run: SandboxRun, options: SandboxCommandOptions): Promise<number> {
  const sandbox = open(options);
  try {
    const prepared = await prepare(run, options);
    const { argv, cwd, policy } = prepared;
    if (policy.type === 'dangerFullAccess' || policy.type === 'externalSandbox') return await start(prepared);
    const env = withoutCredentials(prepared.env, prepared.settings.shellEnvironment.set);
    const network = policy.networkAccess ? hostDecision(prepared.rules) : null;
    const wrapped = await sandbox.wrap({ argv, env, cwd, workspace: cwd, policy, network });
    const code = await start({ argv: wrapped.argv, env: wrapped.env, cwd });
    await sandbox.after(wrapped, false);
    return code;
  } catch (error) {
    process.stderr.write(`bowline sandbox: ${messageOf(error)}\n`);
    return NOT_RUN;
  } finally {
    await sandbox.dispose();
  }
}

interface Prepared extends Start {
  readonly policy: SandboxPolicy;
  readonly settings: Settings;
  readonly rules: RuleSet;
}

/** All that a turn would know of the command: configuration, environment, rules. */
async function prepare(run: SandboxRun, options: SandboxCommandOptions): Promise<Prepared> {
  const configuration = createConfiguration({
    home: options.home,
    overrides: [],
    serverCwd: options.cwd,
    hasOpenaiKey: () => false,
    defaultModel: () => Promise.resolve(null),
  });
  const settings = await configuration.resolve({
    cwd: run.cwd ?? options.cwd,
    model: NO_MODEL,
    ...(run.mode === null ? {} : { sandbox: run.mode }),
  });
  if (!statSync(settings.cwd, { throwIfNoEntry: false })?.isDirectory())
    throw new Error(`There is no folder ${settings.cwd}.`);
  const rules = new RuleFiles({
    home: options.home,
    clock: systemClock,
    workspaceFolders: (cwd) => configuration.workspaceFolders(cwd),
  });
  return {
    argv: run.argv,
    cwd: settings.cwd,
    env: await environmentOf(settings, keyNames(configuration.providers()), options),
    policy: policyOf(run, settings.sandbox),
    settings,
    rules: await rules.rules(settings),
  };
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

function policyOf({ network }: SandboxRun, policy: SandboxPolicy): SandboxPolicy {
  if (network === null || (policy.type !== 'readOnly' && policy.type !== 'workspaceWrite')) return policy;
  return { ...policy, networkAccess: network };
}

async function environmentOf(
  settings: Settings,
  hidden: readonly string[],
  { log, env }: SandboxCommandOptions,
): Promise<Record<string, string>> {
  const runner = createCommandRunner();
  try {
    const environment = createShellEnvironment({ runner, log, env, home: homedir(), hiddenNames: () => hidden });
    return await environment.variables(settings);
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
