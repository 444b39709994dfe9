// The adapters behind a turn: store, models, commands, files, tools; loaded when the first thread is asked for.
import { createHash } from 'node:crypto';
import { homedir } from 'node:os';
import { keyFileOf, type ApiKey } from './adapters/auth/apiKey.ts';
import type { ConfigurationFiles } from './adapters/config/configuration.ts';
import { createCommandRunner } from './adapters/exec/commandRunner.ts';
import { createShellEnvironment } from './adapters/exec/shellEnvironment.ts';
import { createBowlineIgnore } from './adapters/fs/bowlineIgnore.ts';
import { createFileGuard, machinePlaces } from './adapters/fs/fileGuard.ts';
import { createFiles } from './adapters/fs/files.ts';
import { createWorkspaceWatch } from './adapters/fs/workspaceWatch.ts';
import { createGitReader } from './adapters/git/gitReader.ts';
import { createModels } from './adapters/models.ts';
import { allowsRoot } from './adapters/sandbox/allowRoot.ts';
import { createCommandSandbox } from './adapters/sandbox/commandSandbox.ts';
import { createRuleBook } from './adapters/rules/ruleBook.ts';
import { ripgrep } from './adapters/search.ts';
import { openThreadStore } from './adapters/store/openThreadStore.ts';
import type { ProviderConfig } from './core/config/providerConfig.ts';
import { interceptPatch } from './core/patch/heredoc.ts';
import type { Approver, Clock, CommandSandbox, Files, Ids, Log } from './core/ports.ts';
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
  readonly sandbox: CommandSandbox;
  openWorld(approver: Approver): Promise<TurnWorld>;
  /** The models of a provider, or of the default one. */
  listModels(provider: string | null): Promise<readonly Model[]>;
  warm(): Promise<void>;
  dispose(): Promise<void>;
}

export function createTurnAdapters(options: TurnAdapterOptions): TurnAdapters {
  const { clock, ids, log, configuration } = options;
  const models = createModels({
    clock,
    ids,
    version: options.version,
    env: options.env,
    providers: () => configuration.providers(),
    openaiKey: async () => options.apiKey.key(),
    ...(options.demoWordDelayMs === undefined ? {} : { demoWordDelayMs: options.demoWordDelayMs }),
  });
  const toolbox = createToolbox(options, () => keyNames(configuration.providers()));
  const { files } = toolbox;
  const rules = createRuleBook({
    home: options.home,
    clock,
    files,
    workspaceFolders: (cwd) => configuration.workspaceFolders(cwd),
  });
  const sandbox = createCommandSandbox({
    ...options,
    executable: process.execPath,
    allowsRoot: () => allowsRoot(options.home),
  });
  const places = machinePlaces(options);
  return {
    sandbox,
    openWorld: async (approver) => ({
      clock,
      ids,
      log,
      approver,
      sandbox,
      rules,
      files,
      places,
      guard: createFileGuard(places, createBowlineIgnore()),
      store: await openThreadStore({ home: options.home, clock, log }),
      models: {
        provider: (settings) => {
          configuration.noteProviders(settings.overrides);
          return models.provider(settings.modelProvider);
        },
      },
      tools: () => toolbox.ofThread(),
      git: createGitReader(files),
      watch: createWorkspaceWatch(),
      sha1: (bytes) => createHash('sha1').update(bytes).digest('hex'),
      prompt: (settings) => readPrompt(settings, toolbox.surroundings),
    }),
    listModels: (provider) => {
      const isDefault = provider === null || provider === configuration.defaultProvider();
      return models.listModels(
        provider ?? configuration.defaultProvider(),
        isDefault ? configuration.configuredModel() : null,
      );
    },
    async warm() {
      await Promise.all([models.warm(configuration.defaultProvider()), sandbox.probe()]);
    },
    async dispose() {
      models.dispose();
      // first what runs in it
      await toolbox.dispose();
      await sandbox.dispose();
    },
  };
}

interface Toolbox {
  readonly files: Files;
  readonly surroundings: PromptSurroundings;
  /** The tools of one more thread, with terminals of its own. */
  ofThread(): ThreadTools;
  dispose(): Promise<void>;
}

function createToolbox({ home, clock, env, log }: TurnAdapterOptions, hiddenNames: () => readonly string[]): Toolbox {
  const keyFile = keyFileOf(home);
  const files = createFiles({ keyFile });
  const runner = createCommandRunner();
  const environment = createShellEnvironment({ runner, log, env, home: homedir(), hiddenNames });
  const search = ripgrep({ env, executable: process.execPath, keyFile });
  const patches = createApplyPatch({ files, form: 'custom' });
  const applyPatch = patches.applyPatchText.bind(patches);
  const shared = [
    readFileTool(files),
    listDirTool(files),
    grepTool(search, files),
    updatePlanTool,
    viewImageTool(files),
    patches.tool,
  ];
  return {
    files,
    surroundings: {
      files,
      home,
      clock,
      shellPath: () => environment.shell().path,
      platform: process.platform,
      timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    },
    ofThread() {
      const terminals = createTerminals();
      const exec = createExecCommand({ runner, environment, terminals, log, interceptPatch, applyPatch });
      return { tools: [exec, createWriteStdin({ terminals }), ...shared], close: () => terminals.killAll() };
    },
    dispose: () => runner.dispose(),
  };
}

/** Environment variables that hold keys of providers; they never reach a command. */
function keyNames(providers: readonly ProviderConfig[]): string[] {
  const named = providers.flatMap((provider) => [provider.envKey, ...Object.values(provider.envHeaders)]);
  return ['OPENAI_API_KEY', ...named.filter((name) => name !== null)];
}
