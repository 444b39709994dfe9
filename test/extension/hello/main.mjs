// An extension for the tests of the test support: a command that asks in a modal dialog, and a webview whose button runs it.
import { env } from 'node:process';
import { commands, window } from 'vscode';

/** @param {import('vscode').ExtensionContext} context */
export function activate(context) {
  const ask = async () => {
    const answer = await window.showWarningMessage('Run it?', { modal: true, detail: 'echo hello' }, 'Run', 'Deny');
    await window.showInformationMessage(`Answer: ${answer}, home: ${env.BOWLINE_HOME}`);
  };
  context.subscriptions.push(
    commands.registerCommand('hello.ask', ask),
    window.registerWebviewViewProvider('hello.view', {
      resolveWebviewView: ({ webview }) => {
        webview.options = { enableScripts: true };
        context.subscriptions.push(webview.onDidReceiveMessage(ask));
        webview.html = '<button id="ask" onclick="acquireVsCodeApi().postMessage(1)">Ask</button>';
      },
    }),
  );
}
