// The commands of plan mode.
import * as vscode from 'vscode';
import type { Commands } from '../commands.ts';
import type { PlanMode } from './planMode.ts';

export interface PlanCommandPorts {
  readonly plan: PlanMode;
  readonly shown: { readonly id: string | null };
  /** Whether the chat shows the mode itself. */
  readonly chat: { readonly isVisible: boolean };
}

export function planCommands({ plan, shown, chat }: PlanCommandPorts): Commands {
  return {
    'bowline.togglePlanMode': async () => {
      if (!plan.isAvailable) {
        tell('Bowline: this server has no plan mode.');
        return;
      }
      const mode = plan.modeOf(shown.id) === 'plan' ? 'default' : 'plan';
      await plan.set(shown.id, mode);
      if (!chat.isVisible) tell(wordsOf(plan, shown.id));
    },
  };
}

function wordsOf(plan: PlanMode, threadId: string | null): string {
  const { mode, fromNextTurn } = plan.tell(threadId);
  const what =
    mode === 'plan' ? 'plan mode is on: the agent looks, asks and proposes' : 'plan mode is off: the agent acts';
  return `Bowline: ${what}${fromNextTurn ? ', from the next turn on' : ''}.`;
}

function tell(message: string): void {
  void vscode.window.showInformationMessage(message);
}
