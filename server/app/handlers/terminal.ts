// Commands that the user runs in a thread, and those that its agent has left in the background.
import { RunningTurn } from '../../core/turn/runningTurn.ts';
import { runUserCommandTurn } from '../../core/turn/runTurn.ts';
import type { BackgroundTerminals } from '../../core/turn/turnWorld.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import { Reply } from '../../rpc/incoming.ts';
import { idleThread, refuseOthers } from '../idleThread.ts';
import type { Handler, RequestContext } from '../requestContext.ts';

const ONE_HOUR_MS = 3_600_000;

export const threadShellCommand: Handler<'thread/shellCommand'> = async (context, params) => {
  const script = params.command.trim();
  const running = (await context.threads()).need(params.threadId).running;
  if (script === '') throw new ProtocolError('invalidRequest', 'command must not be empty');
  const command = { script, timeoutMs: params.timeoutMs ?? ONE_HOUR_MS };
  if (running?.takesMessages === true) {
    refuseOthers(running, 'steer');
    return new Reply({}, () => running.command(command));
  }
  const thread = await idleThread(context, params.threadId);
  const turn = new RunningTurn(context.app.ids.next(), context.app.clock.nowMs());
  thread.running = turn;
  return new Reply({}, () => void runUserCommandTurn(thread, turn, command));
};

export const threadBackgroundTerminalsList: Handler<'thread/backgroundTerminals/list'> = async (context, params) => {
  const all = (await terminalsOf(context, params.threadId)).list();
  const from = params.cursor === null || params.cursor === undefined ? 0 : offsetIn(params.cursor);
  const to = from + Math.max(1, params.limit ?? all.length);
  const data = all.slice(from, to).map((terminal) => ({ ...terminal, cpuPercent: null, rssKb: null }));
  return { data, nextCursor: to < all.length ? String(to) : null };
};

export const threadBackgroundTerminalsClean: Handler<'thread/backgroundTerminals/clean'> = async (
  context,
  { threadId },
) => {
  const terminals = await terminalsOf(context, threadId);
  await Promise.all(terminals.list().map(({ processId }) => terminals.kill(processId)));
  return {};
};

export const threadBackgroundTerminalsTerminate: Handler<'thread/backgroundTerminals/terminate'> = async (
  context,
  { threadId, processId },
) => ({ terminated: await (await terminalsOf(context, threadId)).kill(processId) });

async function terminalsOf(context: RequestContext, threadId: string): Promise<BackgroundTerminals> {
  return (await context.threads()).need(threadId).tools.terminals;
}

function offsetIn(cursor: string): number {
  if (/^\d{1,9}$/.test(cursor)) return Number(cursor);
  throw new ProtocolError('invalidRequest', `invalid cursor: ${cursor}`, { kind: 'invalidCursor' });
}
