// The services that the host offers to the page, each one a call into the editor or into another room.
import * as vscode from 'vscode';
import type { Attachment, HostMethod, HostServices, LocalServer } from '../../server/protocol/chatBridge.ts';
import type { TriedChanges } from '../diffs/triedChanges.ts';
import { findLocalServers } from '../models/localServers.ts';
import { currentSelection, fileAttachment, pickFiles, type FileCompletion } from './editorContext.ts';
import type { Drafts } from './drafts.ts';
import type { PlanMode } from '../plan/planMode.ts';
import type { KeptFiles } from './keptFiles.ts';
import { openFile } from './openFile.ts';
import type { ShownThread } from './shownThread.ts';

/** What the diffs room does for the page. */
export interface DiffServices {
  openDiff(params: HostServices['openDiff']['params']): Promise<void>;
  reviewChanges(params: HostServices['reviewChanges']['params']): Promise<void>;
  /** Shows the files of a rehearsal, each before and after. */
  openRehearsal(name: string, rehearsal: TriedChanges): Promise<void>;
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
  readonly kept: KeptFiles;
  readonly plan: Pick<PlanMode, 'set'>;
  readonly diffs: DiffServices;
  readonly models: ModelServices;
  readonly forkAt: (threadId: string, lastTurnId: string) => Promise<void>;
  readonly restoreFiles: (params: HostServices['restoreFiles']['params']) => Promise<void>;
}

/** Links that may leave the editor; anything else (`command:`, `file:`, …) in a model's answer is not followed. */
const LINK_SCHEMES = new Set(['http', 'https', 'mailto']);

export function hostServices({
  shown,
  drafts,
  files,
  kept,
  plan,
  diffs,
  models,
  forkAt,
  restoreFiles,
}: ServicePorts): Services {
  return {
    openFile: async ({ path, line }) => nothing(openFile(path, line)),
    openDiff: async (params) => nothing(diffs.openDiff(params)),
    openRehearsal: async ({ rehearsal }) => nothing(diffs.openRehearsal('Rehearsal', rehearsal)),
    reviewChanges: async (params) => nothing(diffs.reviewChanges(params)),
    completeFiles: async ({ query }) => await kept.marked(await files.complete(query)),
    attachFiles: async ({ paths }) => await kept.allowed(paths.map((path) => fileAttachment(vscode.Uri.file(path)))),
    currentSelection: async () => await allowedSelection(kept),
    pickFiles: async () => await kept.allowed(await pickFiles()),
    saveDraft: async ({ threadId, draft }) => nothing(drafts.set(threadId === '' ? null : threadId, draft)),
    showThread: async ({ threadId }) => nothing(shown.show(threadId)),
    forkAt: async ({ threadId, lastTurnId }) => nothing(forkAt(threadId, lastTurnId)),
    restoreFiles: async (params) => nothing(restoreFiles(params)),
    setApiKey: async () => await models.setApiKey(),
    findLocalServers: async (): Promise<readonly LocalServer[]> => await findLocalServers(fetch),
    chooseLocalServer: async (params) => nothing(models.chooseLocalServer(params)),
    setMode: async ({ mode }) => nothing(plan.set(shown.id, mode)),
    pickModel: async () => nothing(models.pickModel()),
    openFolder: async () => nothing(vscode.commands.executeCommand('vscode.openFolder')),
    manageTrust: async () => nothing(vscode.commands.executeCommand('workbench.trust.manage')),
    runCommand: async ({ command }) => nothing(vscode.commands.executeCommand(command)),
    copyText: async ({ text }) => nothing(vscode.env.clipboard.writeText(text)),
    openLink: async ({ url }) => nothing(openLink(url)),
  };
}

async function allowedSelection(kept: KeptFiles): Promise<Attachment | null> {
  const selection = currentSelection();
  return selection === null ? null : ((await kept.allowed([selection]))[0] ?? null);
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
