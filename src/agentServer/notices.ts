// What the user is told of the server: that it gave up, that another program stands in, that a configuration file is broken.
import * as vscode from 'vscode';
import type { ConfigWarning } from '../../server/protocol/schema/initialize.ts';
import { Disposables } from '../emitter.ts';
import type { AgentServer, Fallback } from './client.ts';

const SHOW_LOG = 'Show Log';

export function showServerNotices(server: AgentServer, log: vscode.LogOutputChannel): vscode.Disposable {
  const owned = new Disposables();
  owned.add(server.onDidFail((detail) => void tellStop(server, detail, log)));
  owned.add(server.onDidFallBack((fallback) => void tellFallback(fallback, log)));
  owned.add(
    server.onDidNotify((notification) => {
      if (notification.method === 'configWarning') void tellConfigWarning(notification.params, log);
      if (notification.method === 'deprecationNotice') log.info(notification.params.summary);
      if (notification.method === 'warning') log.warn(notification.params.message);
    }),
  );
  return owned;
}

async function tellStop(server: AgentServer, detail: string, log: vscode.LogOutputChannel): Promise<void> {
  const restart = 'Restart Server';
  const answer = await vscode.window.showErrorMessage(`Bowline: ${detail}`, restart, SHOW_LOG);
  if (answer === restart) await server.restart();
  if (answer === SHOW_LOG) log.show();
}

async function tellFallback({ failed, reason, used }: Fallback, log: vscode.LogOutputChannel): Promise<void> {
  const message = `Bowline could not start ${failed}: ${reason} It uses ${used} instead; everything works, only slower.`;
  if ((await vscode.window.showWarningMessage(message, SHOW_LOG)) === SHOW_LOG) log.show();
}

async function tellConfigWarning(warning: ConfigWarning, log: vscode.LogOutputChannel): Promise<void> {
  const { summary, details, path, range } = warning;
  const place = range === undefined ? '' : ` (line ${range.start.line}, column ${range.start.column})`;
  const message = `Bowline: ${[summary, details].filter(Boolean).join(' ')}${place}`;
  log.warn(message);
  const open = 'Open File';
  const answer = await vscode.window.showWarningMessage(message, ...(path === undefined ? [] : [open]), SHOW_LOG);
  if (answer === SHOW_LOG) log.show();
  if (answer !== open || path === undefined) return;
  const at = range === undefined ? undefined : new vscode.Position(range.start.line - 1, range.start.column - 1);
  const selection = at === undefined ? {} : { selection: new vscode.Range(at, at) };
  await vscode.window.showTextDocument(vscode.Uri.file(path), selection);
}
