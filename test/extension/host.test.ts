// The extension host under the tests is the one we think it is.
import assert from 'node:assert/strict';
import * as vscode from 'vscode';

describe('the extension host', () => {
  it('runs a real VS Code with the workspace open', () => {
    assert.equal(vscode.workspace.workspaceFolders?.length, 1);
    assert.match(vscode.version, /^1\.\d+\.\d+/);
  });

  it('has the extension of this repository', () => {
    assert.ok(vscode.extensions.getExtension('bowline-dev.bowline'));
  });
});
