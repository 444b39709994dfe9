// The quick pick of providers, models and reasoning efforts.
import * as vscode from 'vscode';
import type { ModelChoice } from '../../server/protocol/chatBridge.ts';
import { readSettings, writeSettings } from '../settings.ts';
import type { ServerPort } from '../threads/serverPort.ts';
import { providerIdOf, withLocalProvider } from './localProvider.ts';
import { findLocalServers } from './localServers.ts';
import { listPickableModels, type PickableModel, type ProviderModels } from './modelChoices.ts';
import type { ModelState, ThreadModel } from './modelState.ts';

/** What the picker is about: the thread that is shown, if one is. */
export interface PickerTarget {
  readonly threadId: string | null;
  readonly thread: ThreadModel | undefined;
}

type Entry = vscode.QuickPickItem &
  (
    | { readonly type: 'model'; readonly model: PickableModel }
    | { readonly type: 'command'; readonly command: string }
    | { readonly type: 'findServers' }
    | { readonly type: 'none' }
  );

/** Lets the user pick; the choice is remembered in the user's settings and holds for an open thread from its next turn on. */
export async function pickModel(server: ServerPort, state: ModelState, target: PickerTarget): Promise<void> {
  const current = state.choice(target.threadId, target.thread);
  const entry = await vscode.window.showQuickPick(entries(server, state, current), {
    title: 'Bowline: Select Model',
    placeHolder: current === null ? 'Provider and model' : `Now: ${current.model} (${current.providerName})`,
    matchOnDescription: true,
    matchOnDetail: true,
  });
  switch (entry?.type) {
    case 'model':
      return await choose(entry.model, state, target);
    case 'command':
      await vscode.commands.executeCommand(entry.command);
      return;
    case 'findServers':
      return await pickLocalServer(state, target);
    case 'none':
    case undefined:
      return;
  }
}

/** Remembers a local server and makes it the provider of new threads. */
export async function useLocalServer(server: { name: string; baseUrl: string; model: string }): Promise<void> {
  const { name, baseUrl, model } = server;
  const localServers = withLocalProvider(readSettings().localServers, { name, baseUrl });
  await writeSettings({ localServers, modelProvider: providerIdOf(baseUrl), model, reasoningEffort: undefined });
}

async function entries(server: ServerPort, state: ModelState, current: ModelChoice | null): Promise<Entry[]> {
  if (state.defaults === null) await state.refresh();
  const { defaults } = state;
  const groups =
    defaults === null ? [] : await listPickableModels(server, { defaults, settings: readSettings(), fetch });
  const separator = (label: string): Entry => ({ type: 'none', label, kind: vscode.QuickPickItemKind.Separator });
  return [
    ...groups.flatMap((group) => [separator(group.providerName), ...groupEntries(group, current)]),
    separator('Other models'),
    { type: 'command', command: 'bowline.setApiKey', label: '$(key) Set OpenAI API Key…' },
    {
      type: 'findServers',
      label: '$(search) Find Local Servers…',
      detail: 'Looks on the ports 11434, 1234 and 8000 of this machine',
    },
  ];
}

function groupEntries(group: ProviderModels, current: ModelChoice | null): Entry[] {
  if (group.problem !== null) return [{ type: 'none', label: `$(warning) ${group.problem}` }];
  if (group.models.length === 0) return [{ type: 'none', label: 'No models' }];
  return group.models.map((model) => {
    const isCurrent = current?.provider === model.provider && current.model === model.model;
    const description = [model.label === model.model ? '' : model.model, isCurrent ? 'current' : '']
      .filter(Boolean)
      .join(' · ');
    return {
      type: 'model',
      model,
      label: `$(${isCurrent ? 'check' : 'blank'}) ${model.label}`,
      description,
      detail: model.description,
    };
  });
}

async function choose(model: PickableModel, state: ModelState, target: PickerTarget): Promise<void> {
  const effort = await pickEffort(model);
  if (effort === undefined) return;
  await writeSettings({ modelProvider: model.provider, model: model.model, reasoningEffort: effort ?? undefined });
  const { threadId, thread } = target;
  if (threadId === null || thread === undefined) return;
  if (thread.modelProvider === model.provider) {
    state.pickForThread(threadId, { model: model.model, effort });
    return;
  }
  const start = 'New Thread';
  const answer = await vscode.window.showInformationMessage(
    `${model.label} holds for new threads. This one stays with its provider.`,
    start,
  );
  if (answer === start) await vscode.commands.executeCommand('bowline.newThread');
}

/** null is the model's own default; undefined means that the user backed out. */
async function pickEffort({ efforts, defaultEffort, label }: PickableModel): Promise<string | null | undefined> {
  if (efforts.length < 2) return null;
  const items = efforts.map(({ effort, description }) => ({
    label: effort,
    description: effort === defaultEffort ? 'default' : '',
    detail: description,
    effort: effort === defaultEffort ? null : effort,
  }));
  return (await vscode.window.showQuickPick(items, { title: `Bowline: Reasoning Effort of ${label}` }))?.effort;
}

async function pickLocalServer(state: ModelState, target: PickerTarget): Promise<void> {
  const servers = await findLocalServers(fetch);
  const items = servers.flatMap(({ name, baseUrl, models }) =>
    models.map((model) => ({ label: model, description: `${name} · ${baseUrl}`, server: { name, baseUrl, model } })),
  );
  if (items.length === 0) {
    void vscode.window.showInformationMessage(
      'No model server answers on the ports 11434 (Ollama), 1234 (LM Studio) or 8000 of this machine. Start one, or name its address in the setting bowline.localServers.',
    );
    return;
  }
  const picked = await vscode.window.showQuickPick(items, { title: 'Bowline: Models on This Machine' });
  if (picked === undefined) return;
  await useLocalServer(picked.server);
  state.settingsChanged();
  if (target.threadId !== null) await vscode.commands.executeCommand('bowline.newThread');
}
