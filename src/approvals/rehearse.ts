// Tries what a question is about in a scratch copy, and shows what that did before the question is answered.
import * as vscode from 'vscode';
import { messageOf } from '../../server/protocol/errors.ts';
import type { ApprovalRequest } from '../../server/protocol/methods.ts';
import type { Rehearsal } from '../../server/protocol/schema/safety.ts';
import { oneLine } from '../../server/protocol/shownText.ts';
import type { TriedChanges } from '../diffs/triedChanges.ts';
import type { ServerPort } from '../threads/serverPort.ts';
import type { Questions } from './questions.ts';

/** Shows what a rehearsal wrote, and its files, each before and after. */
export interface RehearsalViewer {
  openRehearsal(name: string, rehearsal: TriedChanges): Promise<void>;
}

export interface RehearsePorts {
  readonly questions: Questions;
  readonly server: Pick<ServerPort, 'request'>;
  readonly viewer: RehearsalViewer;
}

/** `shown` when there are files to look at; `done` when there is only what it said. */
export type RehearseOutcome = 'shown' | 'done' | 'cancelled' | 'failed';

/** Rehearses, keeps the result with the question, and opens its files. */
export async function rehearse(request: ApprovalRequest, ports: RehearsePorts): Promise<RehearseOutcome> {
  const { questions, viewer } = ports;
  const { summary } = questions.wording(request);
  let rehearsal: Rehearsal | null;
  try {
    rehearsal = await runWithProgress(request, ports, oneLine(summary, 60));
  } catch (error) {
    void vscode.window.showErrorMessage(`Bowline could not rehearse it: ${messageOf(error)} Nothing was run for real.`);
    return 'failed';
  }
  if (rehearsal === null) return 'cancelled';
  questions.keep(request, rehearsal);
  await viewer.openRehearsal(`Rehearsal: ${oneLine(summary, 40)}${exitWords(rehearsal)}`, rehearsal);
  return rehearsal.changes.length === 0 ? 'done' : 'shown';
}

/** null when the user does not want to wait: a result that comes later is of no interest, and nothing was changed by it. */
async function runWithProgress(
  { id, params }: ApprovalRequest,
  { server, questions }: RehearsePorts,
  what: string,
): Promise<Rehearsal | null> {
  const options = { location: vscode.ProgressLocation.Notification, cancellable: true, title: `Rehearsing ${what}` };
  return await vscode.window.withProgress(options, async (_progress, token) => {
    const cancelled = Promise.withResolvers<null>();
    const listening = vscode.Disposable.from(
      token.onCancellationRequested(() => cancelled.resolve(null)),
      questions.onDidResolve((requestId) => {
        if (requestId === id) cancelled.resolve(null);
      }),
    );
    try {
      const result = server.request('approval/rehearse', { threadId: params.threadId, requestId: id });
      return await Promise.race([result, cancelled.promise]);
    } finally {
      listening.dispose();
    }
  });
}

function exitWords({ exitCode }: Rehearsal): string {
  return exitCode === null ? '' : ` (exit code ${exitCode})`;
}
