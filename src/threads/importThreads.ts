// Imports the threads of Codex: offered once, and whenever the user asks for it; with progress, and until it is cancelled.
import * as vscode from 'vscode';
import { messageOf } from '../../server/protocol/errors.ts';
import type { ThreadImportStartResult } from '../../server/protocol/schema/threadImport.ts';
import { isUnknownMethod } from '../agentServer/unknownMethod.ts';
import { offerImport } from './importOffer.ts';
import type { ServerPort } from './serverPort.ts';
import type { ThreadList } from './threadList.ts';

export interface ImportPorts {
  readonly server: Pick<ServerPort, 'request' | 'onDidNotify'>;
  readonly list: Pick<ThreadList, 'refresh'>;
  readonly log: vscode.LogOutputChannel;
  /** Of this machine, not of a workspace. */
  readonly memory: vscode.Memento;
}

const SETTLED = 'bowline.importOffered';

/** In the background: what goes wrong is only logged, nobody has asked for anything. */
export function offerThreads(ports: ImportPorts): void {
  const { server, memory, log } = ports;
  offerImport({
    isSettled: () => memory.get<boolean>(SETTLED) === true,
    settle: async () => await memory.update(SETTLED, true),
    detect: () => server.request('thread/import/detect', {}),
    ask: async (question) => {
      const yes = 'Import';
      return (await vscode.window.showInformationMessage(question, yes, 'Not Now')) === yes;
    },
    importThreads: () => runImport(ports, null),
  }).catch((error: unknown) => {
    if (!isUnknownMethod(error)) log.warn(`Threads of Codex could not be offered: ${messageOf(error)}`);
  });
}

/** The command: where nothing is found, the user can say where to look. */
export async function importThreads(ports: ImportPorts): Promise<void> {
  const { folder, total } = await ports.server.request('thread/import/detect', {}).catch((error: unknown) => {
    throw isUnknownMethod(error) ? new Error('this server cannot import threads.', { cause: error }) : error;
  });
  await ports.memory.update(SETTLED, true);
  if (total > 0) return await runImport(ports, null);
  const choose = 'Choose Folder…';
  const told = `Bowline: there are no conversations of Codex in ${folder}.`;
  if ((await vscode.window.showInformationMessage(told, choose)) !== choose) return;
  const options = { canSelectFolders: true, canSelectFiles: false, title: 'The Folder in Which Codex Keeps Its Files' };
  const [chosen] = (await vscode.window.showOpenDialog({ ...options, openLabel: 'Import' })) ?? [];
  if (chosen !== undefined) await runImport(ports, chosen.fsPath);
}

async function runImport({ server, list, log }: ImportPorts, folder: string | null): Promise<void> {
  const options = {
    location: vscode.ProgressLocation.Notification,
    title: 'Bowline: importing conversations of Codex',
    cancellable: true,
  };
  const result = await vscode.window.withProgress(options, async (progress, token) => {
    let shown = 0;
    const following = server.onDidNotify(({ method, params }) => {
      if (method !== 'thread/import/progress') return;
      const percent = params.total === 0 ? 100 : (params.done / params.total) * 100;
      progress.report({ message: `${params.done} of ${params.total}`, increment: percent - shown });
      shown = percent;
    });
    const cancelling = token.onCancellationRequested(() => {
      server
        .request('thread/import/stop', {})
        .catch((error: unknown) => log.warn(`The import could not be stopped: ${messageOf(error)}`));
    });
    try {
      return await server.request('thread/import/start', { folder });
    } finally {
      following.dispose();
      cancelling.dispose();
    }
  });
  await list.refresh();
  await tell(result, log);
}

async function tell(result: ThreadImportStartResult, log: vscode.LogOutputChannel): Promise<void> {
  const { summary, skipped, failed, isStopped } = result;
  for (const { subject, reason } of [...skipped, ...failed]) log.warn(`Import of ${subject}: ${reason}`);
  const message = `Bowline: ${isStopped ? 'the import was stopped: ' : ''}${summary}.`;
  if (failed.length === 0) return void vscode.window.showInformationMessage(message);
  const details = 'Show Log';
  if ((await vscode.window.showWarningMessage(message, details)) === details) log.show();
}
