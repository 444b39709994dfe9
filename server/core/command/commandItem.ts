// The `commandExecution` item through its life: asked for, running, ended or refused.
import type { CommandExecutionItem } from '../../protocol/schema/item.ts';
import type { CommandExit } from '../ports.ts';
import { commandActions } from './commandActions.ts';
import { quoteArgv } from './shellQuote.ts';

export interface CommandCall {
  readonly callId: string;
  /** The script as the model wrote it. */
  readonly script: string;
  /** The argument vector as it is shown. */
  readonly argv: readonly string[];
  /** Absolute. */
  readonly cwd: string;
}

/** The item while the user is asked: no process yet. */
export function proposedCommand(call: CommandCall): CommandExecutionItem {
  return {
    type: 'commandExecution',
    id: call.callId,
    pluginId: null,
    scriptPath: null,
    command: quoteArgv(call.argv),
    cwd: call.cwd,
    processId: null,
    source: 'agent',
    status: 'inProgress',
    commandActions: commandActions(call.script, call.cwd),
    aggregatedOutput: null,
    exitCode: null,
    durationMs: null,
  };
}

export function runningCommand(item: CommandExecutionItem, sessionId: number): CommandExecutionItem {
  return { ...item, processId: String(sessionId), source: 'unifiedExecStartup' };
}

export interface CommandEnd {
  readonly exit: CommandExit;
  readonly output: string;
  readonly durationMs: number;
  /** We ended it before its time; it failed whatever it says. */
  readonly isKilled: boolean;
}

export function endedCommand(item: CommandExecutionItem, end: CommandEnd): CommandExecutionItem {
  const { exit } = end;
  const isSuccess = exit.type === 'exited' && exit.exitCode === 0 && !end.isKilled;
  const output = exit.type === 'failedToStart' ? exit.message : end.output;
  return {
    ...item,
    status: isSuccess ? 'completed' : 'failed',
    aggregatedOutput: output === '' ? null : output,
    exitCode: exit.type === 'failedToStart' ? null : exit.exitCode,
    durationMs: Math.round(end.durationMs),
  };
}
