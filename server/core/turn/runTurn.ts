// Drives a turn from its start to its end, whatever happens in between.
import { messageOf } from '../../protocol/errors.ts';
import type { UserCommand } from '../command/userCommand.ts';
import type { JsonValue } from '../../protocol/schema/common.ts';
import type { UserInput } from '../../protocol/schema/item.ts';
import type { LiveThread } from '../thread/liveThread.ts';
import type { SuspendedTurn } from '../thread/suspendedTurn.ts';
import { settingsOfTurn } from './collaboration.ts';
import { Conversation } from './conversation.ts';
import type { ModelItem } from './modelPort.ts';
import type { RunningTurn } from './runningTurn.ts';
import { recordEnd, turnErrorOf, turnView, type TurnEnd } from './turnEnd.ts';

export interface TurnInput {
  readonly input: readonly UserInput[];
  readonly clientId: string | null;
  readonly outputSchema: JsonValue | null;
  /** Told to the model at the turn's begin, and shown to nobody: the turn pursues the thread's goal. */
  readonly pursuit?: string;
}

/** Runs the turn to its end. Never rejects: every failure ends as `turn/completed`. */
export async function runTurn(thread: LiveThread, turn: RunningTurn, input: TurnInput): Promise<void> {
  const settings = settingsOfTurn(thread.settings);
  const conditions = { startedAtMs: turn.startedAtMs, settings, outputSchema: input.outputSchema };
  turn.steer({ input: input.input, clientId: input.clientId });
  begin(thread, turn);
  const { pursuit } = input;
  thread.goals.turnStarted(pursuit !== undefined);
  if (pursuit !== undefined) thread.remember(turn.id, [toldByUs(pursuit)]);
  await drive(thread, { turn, conversation: new Conversation(thread, turn, { conditions }) });
}

function toldByUs(text: string): ModelItem {
  return { type: 'message', role: 'user', content: [{ type: 'input_text', text }] };
}

/** Runs a turn that compacts the conversation and does nothing else. Never rejects. */
export async function runCompaction(thread: LiveThread, turn: RunningTurn): Promise<void> {
  const conditions = { startedAtMs: turn.startedAtMs, settings: thread.settings, outputSchema: null };
  begin(thread, turn);
  const conversation = new Conversation(thread, turn, { conditions });
  await drive(thread, { turn, conversation, first: () => conversation.compact() });
}

/** Runs a turn that runs a command of the user and does nothing else. Never rejects. */
export async function runUserCommandTurn(thread: LiveThread, turn: RunningTurn, command: UserCommand): Promise<void> {
  const conditions = { startedAtMs: turn.startedAtMs, settings: thread.settings, outputSchema: null };
  begin(thread, turn);
  const conversation = new Conversation(thread, turn, { conditions });
  turn.command(command);
  await drive(thread, { turn, conversation, first: () => conversation.runCommands() });
}

export function begin(thread: LiveThread, turn: RunningTurn): void {
  thread.setStatus({ type: 'active', activeFlags: [] });
  const view = { ...turnView(turn, 'inProgress'), id: turn.announcedId };
  thread.record({ method: 'turn/started', params: { threadId: thread.id, turn: view } });
}

/** Goes on with a turn that another process began. Never rejects. */
export async function resumeTurn(thread: LiveThread, turn: RunningTurn, suspended: SuspendedTurn): Promise<void> {
  for (const message of suspended.messages) turn.steer(message);
  const conversation = new Conversation(thread, turn, { conditions: suspended.conditions });
  await conversation.takeUp(suspended);
  await drive(thread, { turn, conversation });
}

export interface Driven {
  readonly turn: RunningTurn;
  readonly conversation: Conversation;
  /** What the turn does before it converses; only if messages join it does it converse at all. */
  readonly first?: () => Promise<TurnEnd>;
}

/** Lets the turn do what it does until nothing joins it any more, and ends it. Never rejects. */
export async function drive(thread: LiveThread, { turn, conversation, first }: Driven): Promise<void> {
  let end: TurnEnd;
  let task = first ?? (() => conversation.converse());
  do {
    const said = await Promise.race([failing(thread, turn, task), turn.suspended]);
    if (said === undefined) {
      await conversation.suspend();
      turn.finish();
      return;
    }
    end = await failing(thread, turn, () => conversation.settle(said));
    task = turn.hasSteered || first === undefined ? () => conversation.converse() : first;
    // A message may have joined while the turn was being settled: it must not be lost.
  } while (end.status === 'completed' && conversation.hasMore);
  recordEnd(thread, turn, end);
  turn.finish();
}

/** What the task ends with; a failure of any kind is the turn's, never the caller's. */
async function failing(thread: LiveThread, turn: RunningTurn, task: () => Promise<TurnEnd>): Promise<TurnEnd> {
  try {
    return await task();
  } catch (error) {
    thread.world.log.warn('A turn failed.', { turnId: turn.id, reason: messageOf(error) });
    return { status: 'failed', error: turnErrorOf(error) };
  }
}
