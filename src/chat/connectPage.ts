// Connects one chat page to the rooms it works with.
import * as vscode from 'vscode';
import type { HostMessage } from '../../server/protocol/chatBridge.ts';
import type { PageRooms } from '../rooms.ts';
import { onDidChangeSettings, readSettings } from '../settings.ts';
import type { ChatBridge, FollowUpSetting } from './bridge.ts';
import type { DiffServices, ModelServices, ServicePorts } from './hostServices.ts';

export interface PageFeatures {
  readonly diffs: DiffServices;
  readonly models: ModelServices;
  readonly forkAt: (threadId: string, lastTurnId: string) => Promise<void>;
  readonly restoreFiles: ServicePorts['restoreFiles'];
  readonly reopen: (threadId: string) => Promise<void>;
}

const FOLLOW_UP: FollowUpSetting = {
  value: () => readSettings().followUp,
  onDidChange: (listener) =>
    onDidChangeSettings((affects) => {
      if (affects('followUp')) listener();
    }),
};

/** Makes the bridge of a page; its code and the schemas behind it are loaded only now. */
export async function connectPage(
  rooms: PageRooms,
  features: PageFeatures,
  post: (message: HostMessage) => void,
): Promise<ChatBridge> {
  const [{ ChatBridge: Bridge }, { hostServices }] = await Promise.all([
    import('./bridge.ts'),
    import('./hostServices.ts'),
  ]);
  const { server, store, shown, models, drafts, files, kept, limits, plan, answers, log } = rooms;
  return new Bridge({
    post,
    server,
    store,
    shown,
    models,
    drafts,
    services: hostServices({ shown, drafts, files, kept, plan, ...features }),
    folders: workspaceFolders,
    limits,
    followUp: FOLLOW_UP,
    kept,
    plan,
    answers,
    reopen: features.reopen,
    log,
  });
}

/** The workspace's folders on disk, absolute. */
export function workspaceFolders(): string[] {
  const folders = vscode.workspace.workspaceFolders ?? [];
  return folders.filter(({ uri }) => uri.scheme === 'file').map(({ uri }) => uri.fsPath);
}
