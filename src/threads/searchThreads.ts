// The search box over all threads: asks the server as the user types, and leads to the message that was picked.
import * as vscode from 'vscode';
import { messageOf } from '../../server/protocol/errors.ts';
import { isUnknownMethod } from '../agentServer/unknownMethod.ts';
import type { ChatControl } from '../chat/chatView.ts';
import { searchGroups, type FoundPlace, type SearchHit, type SearchRow } from './searchRows.ts';
import type { ServerPort } from './serverPort.ts';

export interface SearchPorts {
  readonly server: Pick<ServerPort, 'request'>;
  readonly chat: Pick<ChatControl, 'showItem'>;
  /** Absolute paths of the workspace's folders. */
  readonly folders: () => readonly string[];
  /** Shows a thread in the chat, asking the user where that takes it from another process. */
  readonly showThread: (threadId: string) => Promise<void>;
}

/** A place, and what was searched for. */
type Found = FoundPlace & { readonly term: string };
type Item = vscode.QuickPickItem & { readonly found?: Found };

const PAUSE_MS = 150;
const MOST_HITS = 50;

/** Resolves when the box is closed and what was picked is shown. */
export async function searchThreads(ports: SearchPorts): Promise<void> {
  const found = await pickPlace(ports);
  if (found === null) return;
  const { threadId } = found;
  await ports.showThread(threadId);
  const place = found.place ?? (await firstPlace(found, ports));
  if (place !== null) await ports.chat.showItem({ threadId, ...place });
}

/** For a server whose search tells the thread alone. Null where only its name has the words, or where the server cannot tell the place. */
async function firstPlace({ threadId, term }: Found, { server }: SearchPorts): Promise<FoundPlace['place']> {
  try {
    const { data } = await server.request('thread/searchOccurrences', { threadId, searchTerm: term, limit: 1 });
    const [first] = data;
    return first === undefined ? null : { turnId: first.turnId, itemId: first.itemId };
  } catch {
    return null; // the thread is shown, from its end
  }
}

async function pickPlace(ports: SearchPorts): Promise<Found | null> {
  const box = vscode.window.createQuickPick<Item>();
  const picked = Promise.withResolvers<Found | null>();
  let timer: NodeJS.Timeout | undefined;
  let latest = 0;
  const search = async (term: string): Promise<void> => {
    latest += 1;
    const mine = latest;
    const items = term === '' ? [] : await itemsFor(term, ports);
    // what comes after the next letter was typed is of no interest
    if (mine !== latest) return;
    box.items = items;
    box.busy = false;
  };
  box.title = 'Bowline: Search Threads';
  box.placeholder = 'Words of a message, an answer, a command or its output';
  box.onDidChangeValue((value) => {
    clearTimeout(timer);
    box.busy = value.trim() !== '';
    timer = setTimeout(() => void search(value.trim()), PAUSE_MS);
  });
  box.onDidAccept(() => {
    const [item] = box.selectedItems;
    if (item?.found === undefined) return;
    picked.resolve(item.found);
    box.hide();
  });
  box.onDidHide(() => picked.resolve(null));
  box.show();
  try {
    return await picked.promise;
  } finally {
    clearTimeout(timer);
    latest += 1;
    box.dispose();
  }
}

async function itemsFor(term: string, { server, folders }: SearchPorts): Promise<Item[]> {
  try {
    const ask = async (archived: boolean): Promise<readonly SearchHit[]> =>
      (await server.request('thread/search', { searchTerm: term, limit: MOST_HITS, archived })).data;
    const [hits, archived] = await Promise.all([ask(false), ask(true)]);
    const groups = searchGroups({ hits, archived, folders: folders(), nowMs: Date.now() });
    if (groups.length === 0) return [told(`Nothing found for “${term}”.`)];
    return groups.flatMap(({ title, rows }): Item[] => [
      { label: title, kind: vscode.QuickPickItemKind.Separator },
      ...rows.map((row) => itemOf(row, term)),
    ]);
  } catch (error) {
    const reason = isUnknownMethod(error) ? 'This server cannot search in threads.' : messageOf(error);
    return [told(`Nothing could be searched. ${reason}`)];
  }
}

/** The editor would leave out what does not have the words in its label. */
function itemOf(row: SearchRow, term: string): Item {
  const { label, description, detail, threadId, place } = row;
  return { label, description, detail, alwaysShow: true, found: { threadId, place, term } };
}

function told(label: string): Item {
  return { label, alwaysShow: true };
}
