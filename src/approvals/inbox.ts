// The approvals in the side bar: all that wait, what matters most first, with a badge that counts them.
import * as vscode from 'vscode';
import { Disposables, Emitter } from '../emitter.ts';
import type { ThreadStore } from '../threads/threadStore.ts';
import { visible } from '../../server/protocol/shownText.ts';
import { waitingWords } from '../statusLook.ts';
import { choicesOf } from './choice.ts';
import {
  harmlessRows,
  inboxRows,
  placeOf,
  rowLook,
  type InboxRow,
  type OpenRow,
  type QuestionRow,
} from './inboxRows.ts';
import type { Questions } from './questions.ts';
import { riskWords } from './safetyWords.ts';
import type { SuspendedRequests } from './suspended.ts';

/** As in the manifest. */
const TITLE = 'Approvals';

/** Ages are told in minutes. */
const AGES_CHANGE_MS = 60_000;

export interface InboxPorts {
  readonly questions: Questions;
  readonly suspended: SuspendedRequests;
  readonly store: Pick<ThreadStore, 'openQuestions' | 'onDidOpenQuestion'>;
  /** Absolute paths of the workspace's folders. */
  readonly folders: () => readonly string[];
}

/** How much waits; for the context keys and the status bar. */
export interface InboxCounts {
  readonly all: number;
  /** Of these the questions of the agent. */
  readonly questions: number;
  readonly harmless: number;
}

export class Inbox implements vscode.TreeDataProvider<InboxRow>, vscode.Disposable {
  static readonly viewId = 'bowline.inbox';
  readonly #ports: InboxPorts;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #counted = new Emitter<InboxCounts>();
  readonly #owned = new Disposables();
  readonly #view: vscode.TreeView<InboxRow>;
  #rows: readonly InboxRow[] = [];
  #ages: NodeJS.Timeout | undefined;

  readonly onDidChangeTreeData = this.#changed.event;
  /** The rows have changed. */
  readonly onDidCount = this.#counted.event;

  constructor(ports: InboxPorts) {
    this.#ports = ports;
    this.#view = this.#owned.add(
      vscode.window.createTreeView(Inbox.viewId, { treeDataProvider: this, canSelectMany: true }),
    );
    this.#owned.add(this.#changed);
    this.#owned.add(this.#counted);
    this.#owned.add(ports.questions.onDidChange(() => this.#update()));
    this.#owned.add(ports.suspended.onDidChange(() => this.#update()));
    this.#owned.add(ports.store.onDidOpenQuestion(() => this.#update()));
    this.#owned.add(this.#view.onDidChangeVisibility(() => this.#followVisibility()));
    this.#owned.add(
      vscode.window.onDidChangeWindowState(({ focused }) => {
        // another window may have asked or answered meanwhile
        if (focused && this.#view.visible) void ports.suspended.refresh();
      }),
    );
    this.#update();
    this.#followVisibility();
  }

  get rows(): readonly InboxRow[] {
    return this.#rows;
  }

  get selection(): readonly InboxRow[] {
    return this.#view.selection;
  }

  get counts(): InboxCounts {
    const questions = this.#rows.filter(({ kind }) => kind === 'question').length;
    return { all: this.#rows.length, questions, harmless: harmlessRows(this.#rows).length };
  }

  getChildren(parent?: InboxRow): InboxRow[] {
    return parent === undefined ? [...this.#rows] : [];
  }

  getTreeItem(row: InboxRow): vscode.TreeItem {
    const look = rowLook(row, Date.now());
    const item = new vscode.TreeItem(look.label);
    item.id = row.kind === 'suspended' ? `suspended:${suspendedKey(row)}` : `request:${row.request.id}`;
    item.description = look.description;
    item.iconPath = new vscode.ThemeIcon(
      look.icon,
      look.color === null ? undefined : new vscode.ThemeColor(look.color),
    );
    item.contextValue = look.context;
    item.accessibilityInformation = { label: look.spoken };
    item.tooltip = tooltipOf(row);
    return item;
  }

  dispose(): void {
    clearInterval(this.#ages);
    this.#owned.dispose();
  }

  #update(): void {
    const { questions, suspended, store, folders } = this.#ports;
    const open = questions.all().map((request): OpenRow => {
      const wording = questions.wording(request);
      const place = placeOf(wording.where, folders());
      return { kind: 'open', request, wording, threadTitle: questions.titleOf(request), place };
    });
    const asked = store.openQuestions().map((request): QuestionRow => {
      return { kind: 'question', request, threadTitle: questions.titleOf(request) };
    });
    this.#rows = inboxRows(open, suspended.all(), asked);
    const value = this.#rows.length;
    const { what, verb } = waitingWords(this.counts);
    const tooltip = `${what} ${verb} for your answer`;
    this.#view.badge = value === 0 ? undefined : { value, tooltip };
    // the view begins collapsed, to leave its room to the chat: then its title is all that is seen of it
    this.#view.title = value === 0 ? TITLE : `${TITLE} (${value})`;
    this.#changed.fire();
    this.#counted.fire(this.counts);
  }

  #followVisibility(): void {
    clearInterval(this.#ages);
    if (!this.#view.visible) return;
    this.#ages = setInterval(() => this.#changed.fire(), AGES_CHANGE_MS);
    void this.#ports.suspended.refresh();
  }
}

function suspendedKey({ request }: Extract<InboxRow, { kind: 'suspended' }>): string {
  return `${request.threadId}:${request.requestId}`;
}

function tooltipOf(row: InboxRow): vscode.MarkdownString {
  switch (row.kind) {
    case 'open':
      return openTooltip(row);
    case 'question':
      return questionTooltip(row);
    case 'suspended':
      return suspendedTooltip(row);
  }
}

function questionTooltip({ request, threadTitle }: QuestionRow): vscode.MarkdownString {
  const tooltip = new vscode.MarkdownString();
  for (const { question } of request.params.questions)
    tooltip.appendMarkdown('**').appendText(visible(question)).appendMarkdown('**\n\n');
  tooltip.appendMarkdown('Thread: ').appendText(threadTitle).appendMarkdown('\n\nEnter: answer in the chat');
  return tooltip;
}

function openTooltip({ wording, threadTitle }: OpenRow): vscode.MarkdownString {
  const tooltip = new vscode.MarkdownString();
  tooltip.appendMarkdown('**').appendText(wording.question).appendMarkdown('**\n\n');
  tooltip.appendCodeblock(wording.detail, 'text');
  tooltip.appendMarkdown(`\n${riskWords(wording.risk)} · Thread: `).appendText(threadTitle);
  tooltip.appendMarkdown('\n\nEnter: ').appendText(
    choicesOf(wording)
      .map(({ label }) => label)
      .join(', '),
  );
  return tooltip;
}

function suspendedTooltip({ request }: Extract<InboxRow, { kind: 'suspended' }>): vscode.MarkdownString {
  const tooltip = new vscode.MarkdownString();
  tooltip.appendMarkdown('**').appendText(request.threadTitle).appendMarkdown('**\n\n');
  tooltip.appendText(`In ${request.cwd}, since ${new Date(request.startedAtMs).toLocaleString()}.`);
  tooltip.appendMarkdown('\n\nIt is not open in this window: open its thread to answer.');
  return tooltip;
}
