// The extension inside a real extension host: it activates quickly, starts its server, and offers what it promises.
import assert from 'node:assert/strict';
import * as vscode from 'vscode';

interface Contributed {
  readonly commands: readonly { readonly command: string }[];
  readonly keybindings: readonly { readonly command: string; readonly key: string; readonly when?: string }[];
}

function extension(): vscode.Extension<{ readonly activationMs: number }> {
  const found = vscode.extensions.getExtension<{ readonly activationMs: number }>('bowline-dev.bowline');
  assert.ok(found !== undefined);
  return found;
}

function contributed(): Contributed {
  return (extension().packageJSON as { readonly contributes: Contributed }).contributes;
}

/** Keys in the order in which VS Code writes them. */
function normalised(key: string): string {
  return key
    .toLowerCase()
    .split(' ')
    .map((chord) => chord.split('+').toSorted().join('+'))
    .join(' ');
}

describe('Bowline', () => {
  it('activates, and tells how long it took', async () => {
    const { activationMs } = await extension().activate();
    assert.ok(activationMs > 0);
  });

  it('registers every command that it contributes', async () => {
    await extension().activate();
    const known = new Set(await vscode.commands.getCommands(true));
    const missing = contributed().commands.filter(({ command }) => !known.has(command));
    assert.deepEqual(missing, []);
  });

  it('shows the chat and the threads', async () => {
    await vscode.commands.executeCommand('bowline.focusChat');
    await vscode.commands.executeCommand('bowline.threads.focus');
  });

  it('reads the threads from a running server', async () => {
    await vscode.commands.executeCommand('bowline.refreshThreads');
  });

  it('takes no key that VS Code itself uses', async () => {
    const defaults = vscode.Uri.parse('vscode://defaultsettings/keybindings.json');
    const text = (await vscode.workspace.openTextDocument(defaults)).getText();
    const theirs = [...text.matchAll(/"key": "([^"]+)",\s*"command": "([^"]+)"/g)].filter(
      ([, , id]) => id?.startsWith('bowline.') === false,
    );
    assert.ok(theirs.length > 300, `only ${theirs.length} default keybindings were read`);
    // a key that holds only in our own views may mean something else elsewhere
    const everywhere = contributed().keybindings.filter(({ when }) => when?.includes('focusedView') !== true);
    const taken = everywhere.flatMap(({ key, command }) =>
      theirs
        .filter(([, other]) => normalised(other ?? '') === normalised(key))
        .map(([, , id]) => `${key} of ${command} is ${id}`),
    );
    assert.deepEqual(taken, []);
  });

  it('leaves out nonsense in its settings instead of failing', async () => {
    const settings = vscode.workspace.getConfiguration('bowline');
    await settings.update('approvalPolicy', 'whatever', vscode.ConfigurationTarget.Workspace);
    try {
      await vscode.commands.executeCommand('bowline.refreshThreads');
    } finally {
      await settings.update('approvalPolicy', undefined, vscode.ConfigurationTarget.Workspace);
    }
  });
});
