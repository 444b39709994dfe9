// What can be done with rules: look at them, switch them off and on, remove them, open their file.
import * as vscode from 'vscode';
import { openFile } from '../chat/openFile.ts';
import type { Commands } from '../commands.ts';
import type { RuleList } from './ruleList.ts';
import { decisionLook, ruleSubject, type FileRow, type SingleRule } from './ruleRows.ts';
import { RULES_VIEW } from './ruleTree.ts';

export function ruleCommands(list: RuleList): Commands {
  const onRule = (action: (row: SingleRule) => Promise<void>) => async (argument: unknown) => {
    if (isRow(argument) && argument.kind === 'rule') await action(argument);
  };
  return {
    'bowline.showRules': () => vscode.commands.executeCommand(`${RULES_VIEW}.focus`),
    'bowline.refreshRules': () => list.refresh(),
    'bowline.enableRule': onRule(({ rule }) => list.setEnabled(rule, true)),
    'bowline.disableRule': onRule(({ rule }) => list.setEnabled(rule, false)),
    'bowline.removeRule': onRule((row) => removeRule(list, row)),
    'bowline.openRule': async (argument) => {
      const place = placeOf(argument);
      if (place !== null) await openFile(place.path, place.line);
    },
  };
}

async function removeRule(list: RuleList, { rule }: SingleRule): Promise<void> {
  const remove = 'Remove Rule';
  const where = rule.scope === 'home' ? 'It counts in all of your workspaces.' : 'It belongs to this workspace.';
  const answer = await vscode.window.showWarningMessage(
    `Remove the rule “${ruleSubject(rule)}”?`,
    {
      modal: true,
      detail: `What it is about ${decisionLook(rule).label} today. ${where}\n\nTo keep it for later, switch it off instead.\n\n${rule.path}:${rule.line}`,
    },
    remove,
  );
  if (answer === remove) await list.remove(rule);
}

function isRow(argument: unknown): argument is SingleRule | FileRow {
  return (
    typeof argument === 'object' &&
    argument !== null &&
    'kind' in argument &&
    ((argument.kind === 'rule' && 'rule' in argument) || (argument.kind === 'file' && 'path' in argument))
  );
}

function placeOf(argument: unknown): { readonly path: string; readonly line?: number } | null {
  if (isRow(argument)) return argument.kind === 'rule' ? argument.rule : { path: argument.path };
  if (typeof argument !== 'object' || argument === null || !('path' in argument)) return null;
  if (typeof argument.path !== 'string') return null;
  const line = 'line' in argument && typeof argument.line === 'number' ? { line: argument.line } : {};
  return { path: argument.path, ...line };
}
