// Runs a command of the user's own in a thread: as it is, without a sandbox and without a question, for it is the user who runs it.
import { proposedCommand } from '../core/command/commandItem.ts';
import { userCommandText, type UserCommand } from '../core/command/userCommand.ts';
import type { CommandRunner, Log, ShellEnvironment } from '../core/ports.ts';
import type { ToolContext } from '../core/turn/tool.ts';
import type { Terminals } from './terminals.ts';

export interface UserCommandDeps {
  readonly runner: CommandRunner;
  readonly environment: ShellEnvironment;
  readonly terminals: Terminals;
  readonly log: Log;
}

/** Resolves with what the model is told, when the command has ended and its item is completed. */
export async function runUserCommand(
  { script, timeoutMs }: UserCommand,
  context: ToolContext,
  { runner, environment, terminals, log }: UserCommandDeps,
): Promise<string> {
  const { settings, signal, clock } = context;
  const shell = environment.shell();
  const env = await environment.variables(settings);
  if (signal.aborted) return userCommandText({ script, exit: null, isKilled: true, durationMs: 0, output: '' });
  const call = { callId: context.ids.next(), script, argv: shell.argv(script, true), cwd: settings.cwd };
  const sessionId = terminals.freeId();
  const item = context.startItem({ ...proposedCommand(call), processId: String(sessionId), source: 'userShell' });
  const running = runner.start({ argv: shell.argv(script, false), cwd: settings.cwd, env, tty: false, timeoutMs });
  const terminal = terminals.open({ sessionId, item, running, isInteractive: false, context, log });
  const stop = (): void => void terminal.kill();
  signal.addEventListener('abort', stop, { once: true });
  await terminal.ended;
  signal.removeEventListener('abort', stop);
  terminals.forget(sessionId);
  return userCommandText({
    script,
    exit: terminal.exit,
    isKilled: signal.aborted,
    durationMs: clock.nowMs() - terminal.startedAtMs,
    output: terminal.takeOutput().text,
  });
}
