// The services that the host offers to the page, each one a call into the editor or into another room.
import * as vscode from 'vscode';
import type { HostMethod, HostServices, LocalServer } from '../../server/protocol/chatBridge.ts';
import { findLocalServers } from '../models/localServers.ts';
import { currentSelection, pickFiles, type FileCompletion } from './editorContext.ts';
import type { Drafts } from './drafts.ts';
import { openFile } from './openFile.ts';
import type { ShownThread } from './shownThread.ts';

/** What the diffs room does for the page. */
export interface DiffServices {
  openDiff(params: HostServices['openDiff']['params']): Promise<void>;
  reviewChanges(params: HostServices['reviewChanges']['params']): Promise<void>;
}

/** What the models room does for the page. */
export interface ModelServices {
  setApiKey(): Promise<boolean>;
  chooseLocalServer(params: HostServices['chooseLocalServer']['params']): Promise<void>;
  pickModel(): Promise<void>;
}

export type Services = {
  readonly [M in HostMethod]: (params: HostServices[M]['params']) => Promise<HostServices[M]['result']>;
};

export interface ServicePorts {
  readonly shown: ShownThread;
  readonly drafts: Drafts;
  readonly files: FileCompletion;
  readonly diffs: DiffServices;
  readonly models: ModelServices;
  readonly forkAt: (threadId: string, lastTurnId: string) => Promise<void>;
}

/** Links that may leave the editor; anything else (`command:`, `file:`, …) in a model's answer is not followed. */
const LINK_SCHEMES = new Set(['http', 'https', 'mailto']);

export function hostServices({ shown, drafts, files, diffs, models, forkAt }: ServicePorts): Services {
  return {
    openFile: async ({ path, line }) => nothing(openFile(path, line)),
    openDiff: async (params) => nothing(diffs.openDiff(params)),
    reviewChanges: async (params) => nothing(diffs.reviewChanges(params)),
    completeFiles: async ({ query }) => await files.complete(query),
    currentSelection: async () => currentSelection(),
    pickFiles: async () => await pickFiles(),
    saveDraft: async ({ threadId, draft }) => nothing(drafts.set(threadId === '' ? null : threadId, draft)),
    showThread: async ({ threadId }) => nothing(shown.show(threadId)),
    forkAt: async ({ threadId, lastTurnId }) => nothing(forkAt(threadId, lastTurnId)),
    setApiKey: async () => await models.setApiKey(),
    findLocalServers: async (): Promise<readonly LocalServer[]> => await findLocalServers(fetch),
    chooseLocalServer: async (params) => nothing(models.chooseLocalServer(params)),
    pickModel: async () => nothing(models.pickModel()),
    openFolder: async () => nothing(vscode.commands.executeCommand('vscode.openFolder')),
    runCommand: async ({ command }) => nothing(vscode.commands.executeCommand(command)),
    copyText: async ({ text }) => nothing(vscode.env.clipboard.writeText(text)),
    openLink: async ({ url }) => nothing(openLink(url)),
  };
}

async function openLink(url: string): Promise<void> {
  const uri = vscode.Uri.parse(url, true);
  if (!LINK_SCHEMES.has(uri.scheme)) throw new Error(`Bowline does not open links of the kind "${uri.scheme}:".`);
  await vscode.env.openExternal(uri);
}

async function nothing(done: PromiseLike<unknown>): Promise<null> {
  await done;
  return null;
}
