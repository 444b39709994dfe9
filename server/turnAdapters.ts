// The adapters behind a turn: store, models, commands, files, tools; loaded when the first thread is asked for.
import { createHash } from 'node:crypto';
import { homedir } from 'node:os';
import type { ApiKey } from './adapters/auth/apiKey.ts';
import type { ConfigurationFiles } from './adapters/config/configuration.ts';
import { createCommandRunner } from './adapters/exec/commandRunner.ts';
import { createShellEnvironment } from './adapters/exec/shellEnvironment.ts';
import { createFiles } from './adapters/fs/files.ts';
import { createWorkspaceWatch } from './adapters/fs/workspaceWatch.ts';
import { createGitReader } from './adapters/git/gitReader.ts';
import { createModels } from './adapters/models.ts';
import { ripgrep } from './adapters/search.ts';
import { openThreadStore } from './adapters/store/openThreadStore.ts';
import { withOverrides } from './core/config/configTable.ts';
import type { ProviderConfig } from './core/config/providerConfig.ts';
import { providersOf } from './core/config/providers.ts';
import { interceptPatch } from './core/patch/heredoc.ts';
import type { Approver, Clock, Ids, Log } from './core/ports.ts';
import { readPrompt, type PromptSurroundings } from './core/prompt/prompt.ts';
import type { ThreadTools, TurnWorld } from './core/turn/turnWorld.ts';
import type { Model } from './protocol/schema/model.ts';
import { createApplyPatch } from './tools/applyPatch.ts';
import { createExecCommand } from './tools/execCommand.ts';
import { grepTool } from './tools/grep.ts';
import { listDirTool } from './tools/listDir.ts';
import { readFileTool } from './tools/readFile.ts';
import { createTerminals } from './tools/terminals.ts';
import { updatePlanTool } from './tools/updatePlan.ts';
import { viewImageTool } from './tools/viewImage.ts';
import { createWriteStdin } from './tools/writeStdin.ts';

export interface TurnAdapterOptions {
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: Log;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly version: string;
  readonly configuration: ConfigurationFiles;
  readonly apiKey: ApiKey;
  readonly demoWordDelayMs?: number;
}

export interface TurnAdapters {
  openWorld(approver: Approver): Promise<TurnWorld>;
  /** The models of a provider, or of the default one. */
  listModels(provider: string | null): Promise<readonly Model[]>;
  warm(): Promise<void>;
  dispose(): Promise<void>;
}

export function createTurnAdapters(options: TurnAdapterOptions): TurnAdapters {
  const { clock, ids, log, env, configuration, apiKey } = options;
  /** Providers that a client gave in a thread's own `config`. */
  const ofThreads = new Map<string, ProviderConfig>();
  const providers = (): ProviderConfig[] => {
    const configured = configuration.providers();
    const names = new Set(configured.map((provider) => provider.id));
    return [...configured, ...[...ofThreads.values()].filter((provider) => !names.has(provider.id))];
  };
  const files = createFiles();
  const runner = createCommandRunner();
  const environment = createShellEnvironment({
    runner,
    log,
    env,
    home: homedir(),
    hiddenNames: () => keyNames(providers()),
  });
  const models = createModels({
    clock,
    ids,
    version: options.version,
    env,
    providers,
    openaiKey: async () => apiKey.key(),
    ...(options.demoWordDelayMs === undefined ? {} : { demoWordDelayMs: options.demoWordDelayMs }),
  });
  const search = ripgrep({ env, executable: process.execPath });
  const patches = createApplyPatch({ files, form: 'custom' });
  const surroundings: PromptSurroundings = {
    files,
    home: options.home,
    clock,
    shellPath: () => environment.shell().path,
    platform: process.platform,
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  };
  const shared = [
    readFileTool(files),
    listDirTool(files),
    grepTool(search, files),
    updatePlanTool,
    viewImageTool(files),
    patches.tool,
  ];
  const tools = (): ThreadTools => {
    const terminals = createTerminals();
    const applyPatch = patches.applyPatchText.bind(patches);
    const exec = createExecCommand({ runner, environment, terminals, log, interceptPatch, applyPatch });
    return { tools: [exec, createWriteStdin({ terminals }), ...shared], close: () => terminals.killAll() };
  };
  return {
    async openWorld(approver) {
      const store = await openThreadStore({ home: options.home, clock, log });
      return {
        clock,
        ids,
        log,
        store,
        models: {
          provider: (settings) => {
            for (const provider of providersOf(withOverrides({}, settings.overrides)))
              ofThreads.set(provider.id, provider);
            return models.provider(settings.modelProvider);
          },
        },
        approver,
        files,
        tools,
        git: createGitReader(files),
        watch: createWorkspaceWatch(),
        sha1: (bytes) => createHash('sha1').update(bytes).digest('hex'),
        prompt: (settings) => readPrompt(settings, surroundings),
      };
    },
    listModels: (provider) =>
      models.listModels(provider ?? configuration.defaultProvider(), configuration.configuredModel()),
    warm: () => models.warm(configuration.defaultProvider()),
    async dispose() {
      models.dispose();
      await runner.dispose();
    },
  };
}

/** Environment variables that hold keys of providers; they never reach a command. */
function keyNames(providers: readonly ProviderConfig[]): string[] {
  const named = providers.flatMap((provider) => [provider.envKey, ...Object.values(provider.envHeaders)]);
  return ['OPENAI_API_KEY', ...named.filter((name) => name !== null)];
}
