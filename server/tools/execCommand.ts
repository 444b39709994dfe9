// The tool `exec_command`: runs a shell script, asks first where the policy says so, and leaves long ones to the background.
import { isAbsolute, resolve } from 'node:path';
import { proposedCommand, runningCommand } from '../core/command/commandItem.ts';
import { outputTokens, startYieldMs } from '../core/command/commandLimits.ts';
import { isScriptShell, isTrustedShell, shellAt } from '../core/command/shell.ts';
import type { CommandRunner, CommandSandbox, CommandSpec, Log, Shell, ShellEnvironment } from '../core/ports.ts';
import type { Action, Ask, Tool, ToolCall, ToolContext, ToolOutput, Verdict } from '../core/turn/tool.ts';
import { messageOf } from '../protocol/errors.ts';
import type { CommandExecutionItem } from '../protocol/schema/item.ts';
import { ExecArguments, parseArguments } from './commandArguments.ts';
import { EXEC_COMMAND_SPEC } from './commandSpecs.ts';
import { startContained, type Started } from './containedStart.ts';
import { applyRehearsed, rehearsalOf, type AskedCommand, type Rehearsing } from './rehearsedCommand.ts';
import type { Terminal } from './terminal.ts';
import { terminalReport } from './terminalReport.ts';
import type { Terminals } from './terminals.ts';

export interface InterceptedPatch {
  readonly patch: string;
  /** Absolute. */
  readonly cwd: string;
}

export interface ExecCommandDeps {
  readonly runner: CommandRunner;
  readonly environment: ShellEnvironment;
  readonly sandbox: CommandSandbox;
  /** The table of the thread whose calls come here. */
  readonly terminals: Terminals;
  readonly log: Log;
  /** Tries commands in scratch copies while they are asked about. */
  readonly rehearsing?: Rehearsing;
  /** Kills a command that runs longer, in the background too; null for no limit. */
  readonly timeLimitMs?: number | null;
  /** The patch in a script that does nothing but apply one; null for every other script. */
  readonly interceptPatch?: (script: string, cwd: string) => InterceptedPatch | null;
  readonly applyPatch?: (callId: string, patch: InterceptedPatch, context: ToolContext) => Promise<ToolOutput>;
}

interface Deps extends ExecCommandDeps {
  /** Scripts that failed in the sandbox; the question to run one of them outside says so. */
  readonly failed: Set<string>;
}

/** A call that is understood. */
interface ReadCall {
  readonly callId: string;
  readonly args: ExecArguments;
  readonly cwd: string;
  readonly shell: Shell;
}

/** And that may be decided on. */
interface Plan extends ReadCall {
  readonly item: CommandExecutionItem;
  readonly action: Extract<Action, { kind: 'command' }>;
}

/** How many scripts that failed in the sandbox are remembered. */
const MOST_FAILED = 200;

export function createExecCommand(given: ExecCommandDeps): Tool {
  const deps: Deps = { ...given, failed: new Set() };
  return {
    spec: EXEC_COMMAND_SPEC,
    async run(call, context) {
      const read = readCall(call, context, deps.environment.shell());
      if (read.type === 'wrong') return { output: read.message };
      const { args, cwd } = read.value;
      const patch = deps.interceptPatch?.(args.cmd, cwd) ?? null;
      if (patch !== null && deps.applyPatch !== undefined) return deps.applyPatch(call.callId, patch, context);
      return context.whileWatched(() => runPlan(planOf(read.value), context, deps));
    },
  };
}

function readCall(
  call: ToolCall,
  { settings }: ToolContext,
  ownShell: Shell,
): { readonly type: 'ok'; readonly value: ReadCall } | { readonly type: 'wrong'; readonly message: string } {
  const parsed = parseArguments(ExecArguments, 'exec_command', call.input);
  if (parsed.type === 'wrong') return parsed;
  const args = parsed.value;
  const { callId } = call;
  const cwd =
    args.workdir === undefined || isAbsolute(args.workdir)
      ? (args.workdir ?? settings.cwd)
      : resolve(settings.cwd, args.workdir);
  if (args.shell !== undefined && args.shell !== ownShell.path && !isTrustedShell(args.shell)) {
    return {
      type: 'wrong',
      message: `${args.shell} is not a shell that can be used; leave out "shell" or name bash, zsh or sh.`,
    };
  }
  const shell = args.shell === undefined ? ownShell : shellAt(args.shell);
  return { type: 'ok', value: { callId, args, cwd, shell } };
}

function planOf(call: ReadCall): Plan {
  const { callId, args, cwd, shell } = call;
  const item = proposedCommand({ callId, script: args.cmd, argv: shell.argv(args.cmd, args.login ?? true), cwd });
  const action: Plan['action'] = {
    kind: 'command',
    script: args.cmd,
    cwd,
    escalated: args.sandbox_permissions === 'require_escalated',
    justification: args.justification ?? null,
    isInteractive: args.tty ?? false,
    ...(args.prefix_rule === undefined ? {} : { prefixRule: args.prefix_rule }),
    // PowerShell's quotes are not those that the decision reads
    ...(args.shell === undefined && isScriptShell(shell.path) ? {} : { shell: args.shell ?? shell.path }),
  };
  return { ...call, item, action };
}

async function runPlan(plan: Plan, context: ToolContext, deps: Deps): Promise<ToolOutput> {
  const decision = await context.decide(plan.action);
  if (decision.type === 'refuse') return { output: `exec_command was not run: ${decision.reason}` };
  // before the question, so that nothing can fail between the consent and the start
  const env = await deps.environment.variables(context.settings);
  if (context.signal.aborted) return INTERRUPTED;
  if (deps.terminals.isFull) return tooMany(deps.terminals);
  if (decision.type !== 'ask') {
    const sessionId = deps.terminals.freeId();
    const item = context.startItem(runningCommand(plan.item, sessionId));
    return runItem({ plan, item, sessionId, env, isSandboxed: decision.type === 'runSandboxed' }, context, deps);
  }
  const asked = { ...plan.item, startedAtMs: context.clock.nowMs() };
  const ask = decision.isSandboxed ? decision : asEscalation(decision, plan, deps);
  const rehearsal = await rehearsalOf(askedCommand(plan, env), context, deps.rehearsing);
  const rehearse = rehearsal === null ? {} : { rehearse: rehearsal };
  const verdict = await context.askCommand(asked, { action: plan.action, ask, ...rehearse });
  if (typeof verdict === 'object' && rehearsal !== null && !context.signal.aborted) {
    const { rehearsalId } = verdict;
    const maxOutputTokens = plan.args.max_output_tokens;
    return applyRehearsed({ item: asked, rehearsal, rehearsalId, maxOutputTokens }, context);
  }
  // an interrupt wins over an answer that comes with it
  if (verdict !== 'accepted' || context.signal.aborted) return refused(asked, verdict, context);
  const sessionId = deps.terminals.freeId();
  const item = runningCommand(asked, sessionId);
  return runItem({ plan, item, sessionId, env, isSandboxed: ask.isSandboxed }, context, deps);
}

function askedCommand({ shell, args, cwd, item }: Plan, env: Record<string, string>): AskedCommand {
  return { argv: shell.argv(args.cmd, false), cwd, env, isInteractive: args.tty ?? false, item };
}

/** A script that failed in the sandbox is not run outside of it without being told so. */
function asEscalation(ask: Ask, plan: Plan, { failed }: Deps): Ask {
  if (!failed.has(scriptKey(plan))) return ask;
  return { ...ask, reason: `${ask.reason} It was run in the sandbox before and failed there.` };
}

interface Start {
  readonly plan: Plan;
  readonly item: CommandExecutionItem;
  readonly sessionId: number;
  readonly env: Record<string, string>;
  readonly isSandboxed: boolean;
}

async function runItem(start: Start, context: ToolContext, deps: Deps): Promise<ToolOutput> {
  const { plan, item, sessionId } = start;
  const { clock, signal } = context;
  const started = await startProcess(start, context, deps);
  if (started.type === 'notStarted') return started.output;
  const { running, containment } = started;
  const isInteractive = plan.args.tty ?? false;
  const terminal = deps.terminals.open({
    sessionId,
    item,
    running,
    isInteractive,
    containment,
    context,
    log: deps.log,
  });
  void terminal.ended.then(() => rememberFailure(terminal, plan, deps));
  const end = await terminal.wait({ clock, signal, yieldMs: startYieldMs(plan.args.yield_time_ms), settleMs: null });
  if (end === 'interrupted') await terminal.kill();
  if (terminal.exit === null) terminal.leaveToBackground();
  else deps.terminals.forget(sessionId);
  const wallTimeMs = clock.nowMs() - terminal.startedAtMs;
  return terminalReport(terminal, end, { wallTimeMs, maxTokens: outputTokens(plan.args.max_output_tokens) });
}

type ProcessStart =
  | ({ readonly type: 'started' } & Started)
  | { readonly type: 'notStarted'; readonly output: ToolOutput };

/** Fails closed: what cannot be contained does not run. */
async function startProcess(start: Start, context: ToolContext, deps: Deps): Promise<ProcessStart> {
  const { plan, item } = start;
  const spec: CommandSpec = {
    // the login shell's environment is in `env` already; a login shell for each command would cost a profile each
    argv: plan.shell.argv(plan.args.cmd, false),
    cwd: plan.cwd,
    env: start.env,
    tty: plan.args.tty ?? false,
    timeoutMs: deps.timeLimitMs ?? null,
  };
  if (!start.isSandboxed) return { type: 'started', running: deps.runner.start(spec), containment: null };
  try {
    return { type: 'started', ...(await startContained(spec, { item, context }, deps)) };
  } catch (error) {
    const reason = `The sandbox could not be put around the command, so it was not run: ${messageOf(error)}`;
    deps.log.error('A command could not be sandboxed and was not run.', { reason: messageOf(error) });
    context.completeItem({ ...item, processId: null, status: 'failed', aggregatedOutput: reason });
    return { type: 'notStarted', output: { output: `exec_command was not run. ${reason}` } };
  }
}

function rememberFailure({ containment, exit }: Terminal, plan: Plan, { failed }: Deps): void {
  if (containment === null || exit?.type !== 'exited' || exit.exitCode === 0) return;
  if (failed.size >= MOST_FAILED) failed.clear();
  failed.add(scriptKey(plan));
}

function scriptKey({ args, cwd }: Plan): string {
  return JSON.stringify([args.cmd, cwd]);
}

const INTERRUPTED: ToolOutput = { output: 'exec_command was not run: aborted by user' };

function refused(item: CommandExecutionItem, verdict: Verdict, context: ToolContext): ToolOutput {
  context.completeItem({ ...item, status: verdict === 'failed' ? 'failed' : 'declined' });
  switch (verdict) {
    case 'declined':
      return {
        output:
          'exec_command was rejected by the user and not run. Do not get the same effect in another way; go on without it or ask.',
      };
    case 'failed':
      return { output: 'exec_command was not run: the approval request failed, nobody answered it.' };
    default:
      return INTERRUPTED;
  }
}

function tooMany(terminals: Terminals): ToolOutput {
  const open = terminals.list().map(({ sessionId, command }) => `- session ${sessionId}: ${command}`);
  return {
    output: `exec_command was not run: too many commands are running. End one of these first:\n${open.join('\n')}`,
  };
}
