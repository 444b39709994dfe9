// What the extension's rooms are given to work with; built once, by extension.ts.
import type * as vscode from 'vscode';
import type { AgentServer } from './agentServer/client.ts';
import type { ChatControl } from './chat/chatView.ts';
import type { Drafts } from './chat/drafts.ts';
import type { Settings } from './settings.ts';
import type { ThreadStore } from './threads/threadStore.ts';

export interface Host {
  readonly context: vscode.ExtensionContext;
  readonly log: vscode.LogOutputChannel;
  readonly server: AgentServer;
  readonly store: ThreadStore;
  readonly chat: ChatControl;
  readonly drafts: Drafts;
  /** The settings as they are now. */
  readonly settings: () => Settings;
}
