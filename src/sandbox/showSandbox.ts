// Says whether commands are contained here, why not, and what to do about it.
import * as vscode from 'vscode';
import type { SandboxState } from './sandboxState.ts';

export async function showSandbox(sandbox: SandboxState): Promise<void> {
  await sandbox.refresh();
  const state = sandbox.value;
  if (state === null) {
    void vscode.window.showInformationMessage('Bowline: the server has not said whether commands are sandboxed here.');
    return;
  }
  if (state.isAvailable) {
    const backend = state.backend === null ? '' : ` by ${state.backend}`;
    void vscode.window.showInformationMessage(
      `Bowline: commands run in a sandbox here${backend}. What does not fit into it asks first.`,
    );
    return;
  }
  const copy: vscode.MessageItem = { title: 'Copy What Helps' };
  const { reason, remedy } = state;
  const detail = [reason, remedy].filter((part) => part !== null).join('\n\n');
  const answer = await vscode.window.showWarningMessage(
    'Commands are not sandboxed here, so every command asks.',
    { modal: true, detail },
    ...(remedy === null ? [] : [copy]),
  );
  if (answer === copy && remedy !== null) await vscode.env.clipboard.writeText(remedy);
}
