// Builds what keeps threads within their limits, from the editor's trust, memory and settings.
import * as vscode from 'vscode';
import type { AgentServer } from '../agentServer/client.ts';
import { Disposables, type Disposable } from '../emitter.ts';
import type { ModelState } from '../models/modelState.ts';
import { onDidChangeSettings, readSettings } from '../settings.ts';
import type { ThreadStore } from '../threads/threadStore.ts';
import { RestrictedThreads } from '../trust/restrictedThreads.ts';
import { WorkspaceTrust } from '../trust/workspaceTrust.ts';
import { fullAccessOf } from './consent.ts';
import { SandboxState } from './sandboxState.ts';
import { ThreadLimits } from './threadLimits.ts';

const RESTRICTED = 'bowline.restrictedThreads';

export interface LimitSources {
  readonly context: vscode.ExtensionContext;
  readonly log: vscode.LogOutputChannel;
  readonly server: AgentServer;
  readonly store: ThreadStore;
  readonly models: ModelState;
  readonly folders: () => readonly string[];
}

export interface Limits extends Disposable {
  readonly sandbox: SandboxState;
  readonly limits: ThreadLimits;
}

export function buildLimits({ context, log, server, store, models, folders }: LimitSources): Limits {
  const owned = new Disposables();
  const { workspaceState, globalState } = context;
  const sandbox = owned.add(new SandboxState(server, log));
  const access = owned.add(fullAccessOf(workspaceState, log));
  const trust = owned.add(
    new WorkspaceTrust({
      isTrusted: () => vscode.workspace.isTrusted,
      onDidGrant: (listener) => vscode.workspace.onDidGrantWorkspaceTrust(() => listener()),
      restricted: new RestrictedThreads({
        load: () => globalState.get<readonly string[]>(RESTRICTED) ?? [],
        save: (threadIds) => globalState.update(RESTRICTED, threadIds),
      }),
      store,
      restart: () => server.restart(),
      log,
    }),
  );
  const limits = owned.add(
    new ThreadLimits({
      settings: readSettings,
      folders,
      models,
      store,
      trust,
      access,
      sandbox,
      hasOtherServer: () => !server.isOwn,
    }),
  );
  owned.add(
    onDidChangeSettings((affects) => {
      if (affects('sandbox')) access.askAgain();
    }),
  );
  return { sandbox, limits, dispose: () => owned.dispose() };
}
