// Starting, steering and interrupting turns.
import type { LiveThread } from '../../core/thread/liveThread.ts';
import { turnView } from '../../core/turn/turnEnd.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import { Reply } from '../../rpc/incoming.ts';
import { beginTurn } from '../beginTurn.ts';
import { changeSettings } from '../changeSettings.ts';
import { refuseExperimental } from '../experimentalFields.ts';
import { refuseOthers } from '../idleThread.ts';
import { refuseTooLong } from '../refuseTooLong.ts';
import type { Handler, RequestContext } from '../requestContext.ts';
import { withProfile } from '../withProfile.ts';

export const turnStart: Handler<'turn/start'> = async (context, params) => {
  refuseExperimental(context.connection, 'turn/start', { collaborationMode: params.collaborationMode });
  const before = await readyThread(context, params.threadId);
  refuseTooLong(params.input);
  const change = await withProfile(context, before, params);
  const thread = (await context.threads()).need(params.threadId);
  const clientId = params.clientUserMessageId ?? null;
  const known = clientId === null ? undefined : thread.turnOfMessage(clientId);
  if (known !== undefined) return { turn: known };
  thread.ensureWritable();
  const { running } = thread;
  // before anything is changed by a request that is refused
  if (running !== null) refuseOthers(running, 'start');
  const tellSettings = changeSettings(context, thread, change);
  if (running !== null) {
    const view = turnView(running, 'inProgress');
    thread.noteMessage(clientId, view);
    running.steer({ input: params.input, clientId });
    return new Reply({ turn: view }, tellSettings);
  }
  const input = { input: params.input, clientId, outputSchema: params.outputSchema ?? null };
  const { answer, run } = beginTurn(context.app, thread, input);
  return new Reply({ turn: answer }, () => {
    tellSettings();
    run();
  });
};

export const turnSteer: Handler<'turn/steer'> = async (context, params) => {
  const thread = (await context.threads()).need(params.threadId);
  const { running } = thread;
  if (running === null || !running.takesMessages)
    throw new ProtocolError('invalidRequest', 'no active turn to steer', { kind: 'noActiveTurn' });
  refuseOthers(running, 'steer');
  if (running.id !== params.expectedTurnId) {
    throw new ProtocolError(
      'invalidRequest',
      `expected active turn id \`${params.expectedTurnId}\` but found \`${running.id}\``,
      { kind: 'turnMismatch' },
    );
  }
  if (params.input.length === 0) throw new ProtocolError('invalidRequest', 'input must not be empty');
  refuseTooLong(params.input);
  const clientId = params.clientUserMessageId ?? null;
  const isRepeated = clientId !== null && thread.turnOfMessage(clientId) !== undefined;
  const result = { turnId: running.id };
  if (isRepeated) return result;
  thread.noteMessage(clientId, turnView(running, 'inProgress'));
  return new Reply(result, () => running.steer({ input: params.input, clientId }));
};

export const turnInterrupt: Handler<'turn/interrupt'> = async (context, { threadId, turnId }) => {
  const { running } = (await context.threads()).need(threadId);
  if (running === null)
    throw new ProtocolError('invalidRequest', 'no active turn to interrupt', { kind: 'noActiveTurn' });
  if (running.id !== turnId && running.announcedId !== turnId)
    throw new ProtocolError('invalidRequest', `expected active turn id ${turnId} but found ${running.announcedId}`, {
      kind: 'turnMismatch',
    });
  context.questions.withdraw(threadId);
  return new Reply({}, () => running.interrupt());
};

/** The thread, once a turn that is being stopped has ended: its next message begins a turn of its own. */
async function readyThread(context: RequestContext, threadId: string): Promise<LiveThread> {
  const threads = await context.threads();
  const { running } = threads.need(threadId);
  if (running?.takesMessages === false && running.kind === 'regular') await running.ended;
  return threads.need(threadId);
}
