// The threads tree in the side bar.
import * as vscode from 'vscode';
import { messageOf } from '../../server/protocol/errors.ts';
import { ownerName } from '../../server/protocol/threadWriter.ts';
import type { ShownThread } from '../chat/shownThread.ts';
import { Disposables } from '../emitter.ts';
import type { PendingDeletes } from './pendingDeletes.ts';
import { isListed, type ThreadList } from './threadList.ts';
import {
  ageWords,
  contextOf,
  ELSEWHERE_WORDS,
  statusLook,
  threadTitle,
  treeRows,
  writingOf,
  type Row,
} from './threadRows.ts';

/** Ages are told in minutes. */
const AGES_CHANGE_MS = 60_000;

export interface ThreadTreePorts {
  readonly list: ThreadList;
  readonly deletes: PendingDeletes;
  readonly shown: ShownThread;
  readonly log: vscode.LogOutputChannel;
}

type ThreadRow = Extract<Row, { kind: 'thread' }>;

export class ThreadTree implements vscode.TreeDataProvider<Row>, vscode.Disposable {
  readonly #list: ThreadList;
  readonly #deletes: PendingDeletes;
  readonly #shown: ShownThread;
  readonly #log: vscode.LogOutputChannel;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #owned = new Disposables();
  readonly #view: vscode.TreeView<Row>;
  #ages: NodeJS.Timeout | undefined;
  /** The thread whose row is selected; the view itself forgets it for a moment whenever rows are read anew. */
  #marked: string | null = null;

  readonly onDidChangeTreeData = this.#changed.event;

  constructor({ list, deletes, shown, log }: ThreadTreePorts) {
    this.#list = list;
    this.#deletes = deletes;
    this.#shown = shown;
    this.#log = log;
    this.#view = this.#owned.add(
      vscode.window.createTreeView('bowline.threads', { treeDataProvider: this, showCollapseAll: true }),
    );
    this.#owned.add(this.#changed);
    this.#owned.add(list.onDidChange(() => this.#update()));
    this.#owned.add(deletes.onDidChange(() => this.#update()));
    this.#owned.add(shown.onDidChange(() => this.#selectShown()));
    this.#owned.add(
      this.#view.onDidChangeSelection(({ selection: [row] }) => {
        if (row !== undefined) this.#marked = row.kind === 'thread' ? row.thread.id : null;
      }),
    );
    this.#owned.add(this.#view.onDidChangeVisibility(() => this.#followVisibility()));
    this.#owned.add(
      vscode.window.onDidChangeWindowState(({ focused }) => {
        // another window may have worked on threads meanwhile
        if (focused && this.#view.visible) this.refresh();
      }),
    );
    this.#followVisibility();
  }

  /** Reads the list anew in the background. */
  refresh(): void {
    this.#list
      .refresh()
      .catch((error: unknown) => this.#log.warn(`The threads could not be listed: ${messageOf(error)}`));
  }

  getChildren(parent?: Row): Row[] {
    if (parent !== undefined) return parent.kind === 'group' ? [...parent.rows] : [];
    return treeRows({
      threads: this.#list.all().filter((thread) => isListed(thread) && !this.#deletes.has(thread.id)),
      isArchived: (threadId) => this.#list.isArchived(threadId),
      hasMore: (source) => this.#list.hasMore(source),
      folders: (vscode.workspace.workspaceFolders ?? []).map(({ uri }) => uri.fsPath),
    });
  }

  /** Only rows of the first level are ever revealed. */
  getParent(): undefined {
    return undefined;
  }

  getTreeItem(row: Row): vscode.TreeItem {
    switch (row.kind) {
      case 'thread':
        return threadItem(row);
      case 'group':
        return groupItem(row);
      case 'more': {
        const item = new vscode.TreeItem('Show more…');
        item.id = `more:${row.source}`;
        item.command = { command: 'bowline.moreThreads', title: 'Show More Threads', arguments: [row.source] };
        return item;
      }
    }
  }

  dispose(): void {
    clearInterval(this.#ages);
    this.#owned.dispose();
  }

  #update(): void {
    this.#changed.fire();
    this.#selectShown();
  }

  /**
   * Marks the thread that the chat shows, without moving the focus. Only when it is not marked: a reveal brings the tree back to the front
   * when the user has just gone elsewhere.
   */
  #selectShown(): void {
    const { id } = this.#shown;
    if (!this.#view.visible || id === null) return;
    const row = this.getChildren().find((one) => one.kind === 'thread' && one.thread.id === id);
    const isMarked = this.#marked === id;
    this.#marked = row === undefined ? null : id;
    if (row === undefined || isMarked) return;
    this.#view.reveal(row, { select: true, focus: false }).then(undefined, (error: unknown) => {
      this.#marked = null;
      this.#log.debug(`The shown thread could not be marked in the tree: ${messageOf(error)}`);
    });
  }

  /** Reads the list when the tree comes into view; does nothing at all while it is hidden. */
  #followVisibility(): void {
    clearInterval(this.#ages);
    if (!this.#view.visible) return;
    this.#ages = setInterval(() => this.#changed.fire(), AGES_CHANGE_MS);
    this.refresh();
  }
}

function threadItem({ thread, isArchived, isElsewhere }: ThreadRow): vscode.TreeItem {
  const look = statusLook(thread.status);
  const title = threadTitle(thread);
  const age = ageWords(thread.recencyAt ?? thread.updatedAt, Date.now() / 1000);
  const item = new vscode.TreeItem(title);
  item.id = thread.id;
  const isWrittenElsewhere = writingOf(thread) === 'elsewhere';
  const facts = [isElsewhere ? folderName(thread.cwd) : '', isWrittenElsewhere ? ELSEWHERE_WORDS : '', age];
  item.description = facts.filter((fact) => fact !== '').join(' · ');
  const icon = isWrittenElsewhere && look.icon === 'comment' ? 'multiple-windows' : look.icon;
  item.iconPath = new vscode.ThemeIcon(icon, look.color === null ? undefined : new vscode.ThemeColor(look.color));
  item.tooltip = tooltipOf(title, [
    ['Status', look.label],
    ['Written by', thread.lease ? ownerName(thread.lease) : ''],
    ['Folder', thread.cwd],
    ['Model', thread.model === null ? thread.modelProvider : `${thread.model} (${thread.modelProvider})`],
    ['Branch', thread.gitInfo?.branch ?? ''],
    ['Last change', new Date(thread.updatedAt * 1000).toLocaleString()],
    ['Forked', thread.forkedFromId === null ? '' : 'from another thread'],
  ]);
  item.contextValue = contextOf(thread, isArchived);
  const spoken = [title, look.label, isWrittenElsewhere ? ELSEWHERE_WORDS : '', age];
  item.accessibilityInformation = { label: spoken.filter((fact) => fact !== '').join(', ') };
  item.command = { command: 'bowline.openThread', title: 'Open Thread', arguments: [{ threadId: thread.id }] };
  return item;
}

function groupItem(row: Extract<Row, { kind: 'group' }>): vscode.TreeItem {
  const label = row.id === 'elsewhere' ? 'Other Folders' : 'Archived';
  const item = new vscode.TreeItem(label, vscode.TreeItemCollapsibleState.Collapsed);
  item.id = `group:${row.id}`;
  item.iconPath = new vscode.ThemeIcon(row.id === 'elsewhere' ? 'folder-library' : 'archive');
  item.contextValue = `group.${row.id}`;
  return item;
}

function tooltipOf(title: string, facts: readonly (readonly [string, string])[]): vscode.MarkdownString {
  const tooltip = new vscode.MarkdownString();
  tooltip.appendMarkdown('**').appendText(title).appendMarkdown('**\n\n');
  for (const [name, value] of facts) {
    if (value !== '') tooltip.appendMarkdown(`${name}: `).appendText(value).appendMarkdown('  \n');
  }
  return tooltip;
}

function folderName(path: string): string {
  return path.split(/[\\/]/).findLast((part) => part !== '') ?? path;
}
