// The message that offers to undo the deletion of a thread for a while.
import * as vscode from 'vscode';
import { messageOf } from '../../server/protocol/errors.ts';
import type { ServerPort } from './serverPort.ts';
import { PendingDeletes, type PendingDelete } from './pendingDeletes.ts';

const UNDO_LIMIT_MS = 30_000;
const KEY = 'bowline.pendingDeletes';

/** The pending deletions of this workspace, remembered by the editor. */
export function buildPendingDeletes(memory: vscode.Memento, server: ServerPort): PendingDeletes {
  return new PendingDeletes({
    load: () => readPending(memory.get(KEY)),
    save: async (pending) => await memory.update(KEY, pending.length === 0 ? undefined : pending),
    offerUndo,
    deleteForGood: async (threadId) => void (await server.request('thread/delete', { threadId })),
    failed: ({ title }, error) =>
      void vscode.window.showErrorMessage(`Bowline: the thread “${title}” could not be deleted: ${messageOf(error)}`),
  });
}

/** True for Undo. No message can be closed by us, so one that stays open beyond the limit counts as closed. */
async function offerUndo({ title }: PendingDelete): Promise<boolean> {
  const undo = 'Undo';
  const limit = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => limit.resolve(undefined), UNDO_LIMIT_MS);
  const message = vscode.window.showInformationMessage(`Deleted “${shortened(title)}”.`, undo);
  const answer = await Promise.race([message, limit.promise]);
  clearTimeout(timer);
  if (answer === undo) return true;
  void message.then((late) => {
    if (late === undo) void vscode.window.showWarningMessage('Bowline: too late, the thread is deleted.');
  });
  return false;
}

function shortened(title: string): string {
  return title.length > 60 ? `${title.slice(0, 59)}…` : title;
}

function readPending(value: unknown): PendingDelete[] {
  return Array.isArray(value) ? value.filter(isPending) : [];
}

function isPending(value: unknown): value is PendingDelete {
  if (typeof value !== 'object' || value === null || !('threadId' in value) || !('title' in value)) return false;
  return typeof value.threadId === 'string' && typeof value.title === 'string';
}
