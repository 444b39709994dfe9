// A question as a notification: its choices are links, and it can be closed when it is answered elsewhere.
import * as vscode from 'vscode';
import type { RequestId } from '../../server/protocol/jsonrpc.ts';
import type { ApprovalRequest } from '../../server/protocol/methods.ts';
import { choicesOf, type ApprovalChoice, type ApprovalWording } from './choice.ts';
import { withoutLinks } from './shortText.ts';

export const ANSWER_COMMAND = 'bowline.answerApproval';

/** Notifications that are shown; each can be closed by the request that it is about. */
export class LinkNotifications implements vscode.Disposable {
  readonly #open = new Map<RequestId, () => void>();

  /** Shows a text until it is closed; `onCancel` is called when the user presses its cancel button. */
  async show(requestId: RequestId, title: string, onCancel: () => void): Promise<void> {
    this.close(requestId);
    const closed = Promise.withResolvers<void>();
    this.#open.set(requestId, closed.resolve);
    await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Notification, cancellable: true, title },
      async (_progress, token) => {
        const listening = token.onCancellationRequested(() => {
          onCancel();
          closed.resolve();
        });
        await closed.promise;
        listening.dispose();
      },
    );
    if (this.#open.get(requestId) === closed.resolve) this.#open.delete(requestId);
  }

  close(requestId: RequestId): void {
    this.#open.get(requestId)?.();
  }

  dispose(): void {
    for (const close of this.#open.values()) close();
  }
}

/** The question with a link for each choice. What is too long to be read there is answered in the chat; it can be refused from anywhere. */
export function questionText(request: ApprovalRequest, wording: ApprovalWording, seen: string): string {
  const isReadable = wording.brief !== null;
  const links = choicesOf(wording)
    .filter((choice) => isReadable || !wording.accepts.includes(choice) || choice.kind === 'apply')
    .map((choice) => linkTo(request, choice));
  if (wording.canRehearse) links.push(linkToRehearsal(request));
  const what = wording.brief === null ? `Read all of it ${linkToChat(request)}:` : withoutLinks(wording.brief);
  return [seen, withoutLinks(wording.question), what, links.join(' · ')].filter((part) => part !== '').join(' ');
}

/** A pointer to the card in the chat. */
export function chatText(request: ApprovalRequest): string {
  return `Bowline waits for your approval ${linkToChat(request)}.`;
}

function linkTo({ id }: ApprovalRequest, { label }: ApprovalChoice): string {
  const args = encodeURIComponent(JSON.stringify([id, label]));
  return `[${withoutLinks(label)}](command:${ANSWER_COMMAND}?${args})`;
}

function linkToRehearsal({ id }: ApprovalRequest): string {
  return `[Rehearse…](command:bowline.rehearseApproval?${encodeURIComponent(JSON.stringify([{ requestId: id }]))})`;
}

/** Shows the thread of the request, with its card; answers nothing by itself. */
function linkToChat({ params: { threadId } }: ApprovalRequest): string {
  return `[in the chat](command:bowline.openThread?${encodeURIComponent(JSON.stringify([{ threadId }]))})`;
}
