// The commands on threads: from the tree, the palette and the chat alike.
import * as vscode from 'vscode';
import { isProtocolError, type ProtocolError } from '../../server/protocol/errors.ts';
import type { Thread } from '../../server/protocol/schema/thread.ts';
import type { ChatControl } from '../chat/chatView.ts';
import type { ShownThread } from '../chat/shownThread.ts';
import type { Commands } from '../commands.ts';
import type { ThreadLimits } from '../sandbox/threadLimits.ts';
import { isHeldElsewhere } from './heldElsewhere.ts';
import type { PendingDeletes } from './pendingDeletes.ts';
import type { ServerPort } from './serverPort.ts';
import { isListed, type ListSource, type ThreadList } from './threadList.ts';
import { ageWords, isWithin, statusLook, threadTitle } from './threadRows.ts';
import type { ThreadStore } from './threadStore.ts';

export interface ThreadCommandPorts {
  readonly server: ServerPort;
  readonly store: ThreadStore;
  readonly list: ThreadList;
  readonly deletes: PendingDeletes;
  readonly shown: ShownThread;
  readonly chat: ChatControl;
  readonly limits: Pick<ThreadLimits, 'turn'>;
}

/** All commands that are about threads. Each takes a row of the tree, `{threadId}`, or nothing: then the shown thread is meant. */
export function threadCommands(ports: ThreadCommandPorts): Commands {
  const { server, list, chat } = ports;
  const on = (action: (threadId: string) => Promise<void>) => async (argument: unknown) => {
    const threadId = threadIdOf(argument) ?? ports.shown.id ?? (await pickThread(ports, 'Select a Thread'));
    if (threadId !== null) await action(threadId);
  };
  return {
    'bowline.newThread': () => chat.show(null),
    'bowline.openThread': async (argument) => {
      const threadId = threadIdOf(argument) ?? (await pickThread(ports, 'Open Thread'));
      if (threadId !== null) await openThread(ports, threadId);
    },
    'bowline.resumeLatest': () => resumeLatest(ports),
    'bowline.forkThread': on((threadId) => forkThread(ports, threadId, null)),
    'bowline.renameThread': on((threadId) => renameThread(ports, threadId)),
    'bowline.archiveThread': on((threadId) => archiveThread(ports, threadId)),
    'bowline.unarchiveThread': on(async (threadId) => void (await server.request('thread/unarchive', { threadId }))),
    'bowline.deleteThread': on((threadId) => deleteThread(ports, threadId)),
    'bowline.takeOverThread': on((threadId) => takeOverThread(ports, threadId)),
    'bowline.followThread': on((threadId) => openThread(ports, threadId)),
    'bowline.releaseThread': on((threadId) => releaseThread(ports, threadId)),
    'bowline.copyThreadId': on(async (threadId) => await vscode.env.clipboard.writeText(threadId)),
    'bowline.refreshThreads': () => list.refresh(),
    'bowline.moreThreads': (source) => (isSource(source) ? list.more(source) : undefined),
    'bowline.stopTurn': () => stopTurn(ports),
    'bowline.continueTurn': () => continueTurn(ports),
  };
}

/** Opens a copy of the thread up to and including a turn (the whole of it for null), and shows it. */
export async function forkThread(
  ports: ThreadCommandPorts,
  threadId: string,
  lastTurnId: string | null,
): Promise<void> {
  const fork = await ports.store.fork(lastTurnId === null ? { threadId } : { threadId, lastTurnId });
  await ports.chat.show(fork.thread.id);
}

/** Shows a thread, live where another process writes it. When it cannot be followed or is archived, the user is offered what helps. */
export async function openThread(ports: ThreadCommandPorts, threadId: string): Promise<void> {
  try {
    await ports.chat.show(threadId);
  } catch (error) {
    const offer = isProtocolError(error) ? offerOf(error) : null;
    if (!isProtocolError(error) || offer === null) throw error;
    if (
      (await vscode.window.showWarningMessage(`Bowline: ${offer.message(error.data)}`, offer.button)) !== offer.button
    )
      return;
    if (offer.does === 'takeOver') return await takeOverThread(ports, threadId);
    await ports.server.request('thread/unarchive', { threadId });
    await ports.chat.show(threadId);
  }
}

/** Makes this window the one that writes the thread; asks first when that stops a turn. */
async function takeOverThread({ shown, chat }: ThreadCommandPorts, threadId: string): Promise<void> {
  const isDone = await orByForce({
    polite: () => shown.show(threadId, 'takeOver'),
    forced: () => shown.show(threadId, 'takeOverByForce'),
    question: 'A turn is running in the other window. Take the conversation over all the same?',
    detail: 'The turn is stopped there. What it has done is kept, and you can continue it here.',
    button: 'Stop It and Take Over',
  });
  if (isDone) await chat.focus();
}

/** Lets a thread go, so that another window can write it; asks first when that stops a turn. */
async function releaseThread({ server }: ThreadCommandPorts, threadId: string): Promise<void> {
  const release = async (force: boolean): Promise<void> => {
    const { isReleased } = await server.request('thread/release', { threadId, force });
    if (!isReleased) void vscode.window.showInformationMessage('Bowline: this window does not hold the thread.');
  };
  await orByForce({
    polite: () => release(false),
    forced: () => release(true),
    question: 'A turn is running in this thread. Let the thread go all the same?',
    detail: 'The turn is stopped. What it has done is kept, and it can be continued where the thread is opened next.',
    button: 'Stop It and Release',
  });
}

interface Forcible {
  readonly polite: () => Promise<void>;
  readonly forced: () => Promise<void>;
  readonly question: string;
  readonly detail: string;
  readonly button: string;
}

/** False when the user rather leaves it. */
async function orByForce({ polite, forced, question, detail, button }: Forcible): Promise<boolean> {
  try {
    await polite();
  } catch (error) {
    if (!isProtocolError(error) || error.kind !== 'turnInProgress') throw error;
    const answer = await vscode.window.showWarningMessage(question, { modal: true, detail }, button);
    if (answer !== button) return false;
    await forced();
  }
  return true;
}

interface Offer {
  readonly message: (data: Readonly<Record<string, unknown>>) => string;
  readonly button: string;
  readonly does: 'takeOver' | 'unarchive';
}

function offerOf(error: ProtocolError): Offer | null {
  if (isHeldElsewhere(error)) {
    return {
      message: (data) => `this thread is open elsewhere: ${ownerWords(data['owner'])}.`,
      button: 'Take Over',
      does: 'takeOver',
    };
  }
  if (error.kind !== 'threadArchived') return null;
  return { message: () => 'this thread is archived.', button: 'Unarchive and Open', does: 'unarchive' };
}

function ownerWords(owner: unknown): string {
  if (typeof owner !== 'object' || owner === null) return 'another process writes it';
  const facts = new Map<string, unknown>(Object.entries(owner));
  const since = facts.get('sinceMs');
  const when = typeof since === 'number' ? `, since ${new Date(since).toLocaleTimeString()}` : '';
  return `${String(facts.get('client'))} (process ${String(facts.get('pid'))} on ${String(facts.get('host'))}${when}) writes it`;
}

async function resumeLatest(ports: ThreadCommandPorts): Promise<void> {
  await ports.list.refresh();
  const folders = (vscode.workspace.workspaceFolders ?? []).map(({ uri }) => uri.fsPath);
  const open = visible(ports).filter(({ id }) => !ports.list.isArchived(id));
  const here = open.find(({ cwd }) => folders.length === 0 || folders.some((folder) => isWithin(cwd, folder)));
  if (here === undefined) {
    void vscode.window.showInformationMessage('Bowline: there is no thread of this workspace yet.');
    return;
  }
  await openThread(ports, here.id);
}

async function renameThread({ server, list, store }: ThreadCommandPorts, threadId: string): Promise<void> {
  const thread = list.get(threadId) ?? store.get(threadId)?.thread;
  const name = await vscode.window.showInputBox({
    title: 'Rename Thread',
    value: thread === undefined ? '' : threadTitle(thread),
    validateInput: (text) => (text.trim() === '' ? 'A name is needed.' : undefined),
  });
  if (name !== undefined) await server.request('thread/name/set', { threadId, name: name.trim() });
}

async function archiveThread({ server, shown }: ThreadCommandPorts, threadId: string): Promise<void> {
  await server.request('thread/archive', { threadId });
  if (shown.id === threadId) await shown.show(null);
}

async function deleteThread({ list, store, deletes, shown }: ThreadCommandPorts, threadId: string): Promise<void> {
  const thread = list.get(threadId) ?? store.get(threadId)?.thread;
  if (shown.id === threadId) await shown.show(null);
  // nobody sees what it does from now on; a turn that has just ended needs no stopping
  await store.interrupt(threadId).catch(() => false);
  void deletes.add({ threadId, title: thread === undefined ? 'thread' : threadTitle(thread) });
}

async function stopTurn({ store, shown }: ThreadCommandPorts): Promise<void> {
  if (shown.id !== null && (await store.interrupt(shown.id))) return;
  void vscode.window.showInformationMessage('Bowline: no turn runs in the thread that is shown.');
}

async function continueTurn({ server, store, shown, chat, limits }: ThreadCommandPorts): Promise<void> {
  if (shown.id === null) throw new Error('No thread is shown that could be continued.');
  store.needWriter(shown.id);
  await chat.focus();
  await store.whenReopened();
  const input = [{ type: 'text' as const, text: 'Continue.' }];
  const threadId = shown.id;
  await server.request('turn/start', { ...(await limits.turn(threadId)), threadId, input });
}

async function pickThread(ports: ThreadCommandPorts, title: string): Promise<string | null> {
  await ports.list.refresh();
  const items = visible(ports).map((thread) => ({
    label: `$(${statusLook(thread.status).icon}) ${threadTitle(thread)}`,
    description: ageWords(thread.recencyAt ?? thread.updatedAt, Date.now() / 1000),
    detail: ports.list.isArchived(thread.id) ? `${thread.cwd} · archived` : thread.cwd,
    threadId: thread.id,
  }));
  if (items.length === 0) {
    void vscode.window.showInformationMessage(
      'Bowline: there is no thread yet. Ask something in the chat to begin one.',
    );
    return null;
  }
  const picked = await vscode.window.showQuickPick(items, {
    title: `Bowline: ${title}`,
    placeHolder: 'Title, folder or age',
    matchOnDescription: true,
    matchOnDetail: true,
  });
  return picked?.threadId ?? null;
}

function visible({ list, deletes }: ThreadCommandPorts): Thread[] {
  return list.all().filter((thread) => isListed(thread) && !deletes.has(thread.id));
}

function threadIdOf(argument: unknown): string | null {
  if (typeof argument !== 'object' || argument === null) return null;
  if ('threadId' in argument && typeof argument.threadId === 'string') return argument.threadId;
  if (!('thread' in argument) || typeof argument.thread !== 'object' || argument.thread === null) return null;
  return 'id' in argument.thread && typeof argument.thread.id === 'string' ? argument.thread.id : null;
}

function isSource(source: unknown): source is ListSource {
  return source === 'workspace' || source === 'all' || source === 'archived';
}
