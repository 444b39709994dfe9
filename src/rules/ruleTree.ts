// The rules view in the side bar.
import { basename } from 'node:path';
import * as vscode from 'vscode';
import { messageOf } from '../../server/protocol/errors.ts';
import { visible } from '../../server/protocol/shownText.ts';
import { Disposables } from '../emitter.ts';
import type { RuleList } from './ruleList.ts';
import {
  decisionLook,
  ruleRows,
  ruleSubject,
  type FileRow,
  type ProblemRow,
  type RuleRow,
  type SingleRule,
} from './ruleRows.ts';

export const RULES_VIEW = 'bowline.rules';

export class RuleTree implements vscode.TreeDataProvider<RuleRow>, vscode.Disposable {
  readonly #list: RuleList;
  readonly #log: vscode.LogOutputChannel;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #owned = new Disposables();

  readonly onDidChangeTreeData = this.#changed.event;

  constructor(list: RuleList, log: vscode.LogOutputChannel) {
    this.#list = list;
    this.#log = log;
    this.#owned.add(this.#changed);
    const view = this.#owned.add(
      vscode.window.createTreeView(RULES_VIEW, { treeDataProvider: this, showCollapseAll: true }),
    );
    this.#owned.add(list.onDidChange(() => this.#changed.fire()));
    this.#owned.add(
      view.onDidChangeVisibility(({ visible: isShown }) => {
        if (isShown) this.#refresh();
      }),
    );
    if (view.visible) this.#refresh();
  }

  /** The first look waits for the rules: a view that is told of them while it is still being built may miss it. */
  async getChildren(parent?: RuleRow): Promise<RuleRow[]> {
    if (parent === undefined) return ruleRows(await this.#list.read());
    return parent.kind === 'file' ? [...parent.rules] : [];
  }

  getTreeItem(row: RuleRow): vscode.TreeItem {
    switch (row.kind) {
      case 'problem':
        return problemItem(row);
      case 'file':
        return fileItem(row);
      case 'rule':
        return ruleItem(row);
    }
  }

  dispose(): void {
    this.#owned.dispose();
  }

  #refresh(): void {
    this.#list
      .refresh()
      .catch((error: unknown) => this.#log.warn(`The rules could not be listed: ${messageOf(error)}`));
  }
}

function problemItem({ path, line, message }: ProblemRow): vscode.TreeItem {
  const item = new vscode.TreeItem(`${basename(path)}${line === null ? '' : `:${line}`}`);
  item.description = message;
  item.tooltip = `${path}\n${message}\nWhat stands there is not in force.`;
  item.iconPath = new vscode.ThemeIcon('warning', new vscode.ThemeColor('editorWarning.foreground'));
  item.contextValue = 'problem';
  item.accessibilityInformation = { label: `Problem in ${basename(path)}: ${message}` };
  item.command = openCommand(path, line);
  return item;
}

function fileItem({ path, scope, rules }: FileRow): vscode.TreeItem {
  const item = new vscode.TreeItem(basename(path), vscode.TreeItemCollapsibleState.Expanded);
  const whose = scope === 'home' ? 'yours, for all workspaces' : 'of this workspace';
  item.id = `file:${path}`;
  item.description = whose;
  item.tooltip = path;
  item.iconPath = new vscode.ThemeIcon(scope === 'home' ? 'account' : 'root-folder');
  item.contextValue = 'file';
  item.accessibilityInformation = {
    label: `${basename(path)}, ${whose}, ${rules.length === 1 ? '1 rule' : `${rules.length} rules`}`,
  };
  return item;
}

function ruleItem({ rule }: SingleRule): vscode.TreeItem {
  const look = decisionLook(rule);
  const subject = ruleSubject(rule);
  const why = rule.justification === null ? '' : visible(rule.justification);
  const item = new vscode.TreeItem(subject);
  item.id = `rule:${rule.id}`;
  item.description = [rule.isEnabled ? look.label : 'off', why].filter((part) => part !== '').join(' · ');
  item.tooltip = tooltipOf(subject, [look.label, why, `${rule.path}:${rule.line}`]);
  item.iconPath = new vscode.ThemeIcon(look.icon, look.color === null ? undefined : new vscode.ThemeColor(look.color));
  item.contextValue = rule.isEnabled ? 'rule.on' : 'rule.off';
  item.accessibilityInformation = { label: [subject, look.label, why].filter((part) => part !== '').join(', ') };
  item.command = openCommand(rule.path, rule.line);
  return item;
}

function openCommand(path: string, line: number | null): vscode.Command {
  return { command: 'bowline.openRule', title: 'Open Rule File', arguments: [{ path, line }] };
}

function tooltipOf(subject: string, lines: readonly string[]): vscode.MarkdownString {
  const tooltip = new vscode.MarkdownString();
  tooltip.appendMarkdown('**').appendText(subject).appendMarkdown('**\n\n');
  for (const line of lines.filter((text) => text !== '')) tooltip.appendText(line).appendMarkdown('  \n');
  return tooltip;
}
