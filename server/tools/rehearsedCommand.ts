// A command that is rehearsed while it is asked about: whether it can be, and what becomes of the result that the user accepts.
import { renderCommandReport } from '../core/command/commandOutput.ts';
import { endedCommand } from '../core/command/commandItem.ts';
import { outputTokens } from '../core/command/commandLimits.ts';
import { utf8Length } from '../core/command/utf8.ts';
import type { Files } from '../core/ports.ts';
import { CommandRehearsal } from '../core/rehearse/commandRehearsal.ts';
import type { Rehearsals, Trial } from '../core/rehearse/rehearsals.ts';
import type { ToolContext, ToolOutput } from '../core/turn/tool.ts';
import { messageOf } from '../protocol/errors.ts';
import type { CommandExecutionItem } from '../protocol/schema/item.ts';

export interface Rehearsing {
  readonly rehearsals: Rehearsals;
  readonly files: Files;
}

export interface AskedCommand {
  /** As it would be started. */
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly isInteractive: boolean;
  readonly item: CommandExecutionItem;
}

/** Null for what only looks at files, for what is typed into, and where nothing can be tried. */
export async function rehearsalOf(
  { argv, cwd, env, isInteractive, item }: AskedCommand,
  { settings, ids }: ToolContext,
  rehearsing: Rehearsing | undefined,
): Promise<CommandRehearsal | null> {
  if (rehearsing === undefined || isInteractive) return null;
  if (item.commandActions.every(({ type }) => type !== 'unknown')) return null;
  const workspace = settings.cwd;
  const { rehearsals, files } = rehearsing;
  if (!(await rehearsals.canTry({ workspace, cwd }))) return null;
  return new CommandRehearsal({ rehearsals, files, ids, command: { argv, cwd, env, workspace } });
}

export interface Accepted {
  readonly item: CommandExecutionItem;
  readonly rehearsal: CommandRehearsal;
  readonly rehearsalId: string;
  readonly maxOutputTokens: number | undefined;
}

const NOTE =
  '[This is the result of a trial run in a copy of the workspace without network. The user accepted it: its changes were written to the workspace, and the command was not run again.]';

/** Writes the accepted result and completes the item with it. */
export async function applyRehearsed(accepted: Accepted, context: ToolContext): Promise<ToolOutput> {
  const { item, rehearsal, rehearsalId } = accepted;
  let trial: Trial;
  try {
    trial = await rehearsal.apply(rehearsalId);
  } catch (error) {
    const output = `The rehearsed result could not be written: ${messageOf(error)}`;
    context.completeItem({ ...item, status: 'failed', aggregatedOutput: output });
    return { output: `exec_command was not run. ${output}` };
  }
  const { exitCode, output, durationMs, effects } = trial;
  const exit = { type: 'exited', exitCode } as const;
  context.completeItem(endedCommand(item, { exit, output, durationMs, isKilled: false }));
  const changed = effects.filter(({ isGitData }) => !isGitData);
  if (changed.length > 0) context.filesChanged(changed.map(({ path, before, after }) => ({ path, before, after })));
  const report = renderCommandReport({
    chunkId: rehearsalId.slice(-6),
    wallTimeMs: durationMs,
    progress: { type: 'ended', exit },
    output,
    totalBytes: utf8Length(output),
    maxTokens: outputTokens(accepted.maxOutputTokens),
  });
  return { output: `${report.replace(/\n$/, '')}\n${NOTE}` };
}
