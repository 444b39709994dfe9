// Asks whether a file that is kept from the model shall go along with a message all the same.
import { readFile, realpath } from 'node:fs/promises';
import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { KeptBy } from '../../server/protocol/chatBridge.ts';
import { visible } from '../../server/protocol/shownText.ts';
import { KeptFiles } from './keptFiles.ts';

/** The kept files of this machine, asked about in a modal. */
export function keptFiles(): KeptFiles {
  return new KeptFiles({
    read: (path) => readFile(path, 'utf8').catch(() => null), // most folders have none
    realPath: (path) => realpath(path).catch(() => path), // what is not there leads nowhere
    ask,
    nowMs: Date.now,
  });
}

async function ask(path: string, keptBy: KeptBy): Promise<boolean> {
  const attach: vscode.MessageItem = { title: 'Attach It Anyway' };
  const why =
    keptBy === 'name'
      ? 'Files of this name usually hold passwords or keys.'
      : 'A .bowlineignore file names it among those that stay here.';
  const answer = await vscode.window.showWarningMessage(
    `${visible(basename(path))} is kept from the model. Attach it anyway?`,
    { modal: true, detail: `${why}\n\n${visible(path)}\n\nWhat is attached is sent to the provider of the model.` },
    attach,
    { title: 'Leave It Out', isCloseAffordance: true },
  );
  return answer === attach;
}
