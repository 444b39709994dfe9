// The adapters behind a turn: models, commands, files, tools; loaded when the first thread is to run something.
import { homedir } from 'node:os';
import { keyFileOf, type ApiKey } from './adapters/auth/apiKey.ts';
import type { ConfigurationFiles } from './adapters/config/configuration.ts';
import { createCommandRunner } from './adapters/exec/commandRunner.ts';
import { createShellEnvironment } from './adapters/exec/shellEnvironment.ts';
import { createCheckpointStore } from './adapters/checkpoint/checkpointStore.ts';
import { hashOf } from './adapters/checkpoint/objectStore.ts';
import { createBowlineIgnore } from './adapters/fs/bowlineIgnore.ts';
import { createFileGuard, machinePlaces } from './adapters/fs/fileGuard.ts';
import { createFiles } from './adapters/fs/files.ts';
import { hardLinkProblem } from './adapters/fs/hardLinks.ts';
import { createPathAccess } from './adapters/fs/pathAccess.ts';
import { createWorkspaceWatch } from './adapters/fs/workspaceWatch.ts';
import { createGitReader } from './adapters/git/gitReader.ts';
import { hexHash } from './adapters/hash.ts';
import { createModels, type ConfiguredModels } from './adapters/models.ts';
import { createRehearsals } from './adapters/rehearse/rehearsals.ts';
import { allowsRoot } from './adapters/sandbox/allowRoot.ts';
import { createCommandSandbox } from './adapters/sandbox/commandSandbox.ts';
import { RuleFiles } from './adapters/rules/ruleBook.ts';
import { ripgrep } from './adapters/search.ts';
import { createSecretMasks, type SecretMasks } from './adapters/secrets/secretMasks.ts';
import { timeZoneOf } from './adapters/timeZone.ts';
import { Checkpoints } from './core/checkpoint/checkpoints.ts';
import { createClientCommands, type ClientCommands } from './core/client/startCommand.ts';
import { keyNames } from './core/config/keyNames.ts';
import { interceptPatch } from './core/patch/heredoc.ts';
import type { ProcessRunner } from './core/client/process.ts';
import type { Approver, Clock, CommandSandbox, FileGuard, Files, Ids, Log, ShellEnvironment } from './core/ports.ts';
import type { Places } from './core/pathPolicy/places.ts';
import { maskedRunner, type LoadMask } from './core/secrets/maskedRunner.ts';
import { dateIn } from './core/prompt/environmentContext.ts';
import { readPrompt, readSources, type PromptSurroundings } from './core/prompt/prompt.ts';
import type { ThreadStore } from './core/thread/threadStore.ts';
import type { ThreadTools, TurnWorld } from './core/turn/turnWorld.ts';
import { messageOf } from './protocol/errors.ts';
import type { Model } from './protocol/schema/model.ts';
import { createApplyPatch } from './tools/applyPatch.ts';
import { createExecCommand } from './tools/execCommand.ts';
import { grepTool } from './tools/grep.ts';
import { listDirTool } from './tools/listDir.ts';
import { readFileTool } from './tools/readFile.ts';
import { requestUserInputTool } from './tools/requestUserInput.ts';
import { runUserCommand } from './tools/runUserCommand.ts';
import { createTerminals, inBackground } from './tools/terminals.ts';
import { updatePlanTool } from './tools/updatePlan.ts';
import { viewImageTool } from './tools/viewImage.ts';
import { createWriteStdin } from './tools/writeStdin.ts';
import { createWarming } from './warming.ts';

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
  readonly clientCommands: ClientCommands;
  openWorld(approver: Approver, store: ThreadStore): TurnWorld;
  /** The models of a provider, or of the default one. */
  listModels(provider: string | null): Promise<readonly Model[]>;
  warm(): Promise<void>;
  dispose(): Promise<void>;
}

/** What tool calls need is loaded ahead when the first request to the model is under way, which takes longer to answer. */
const TOOLS_AFTER_MS = 250;

export function createTurnAdapters(options: TurnAdapterOptions): TurnAdapters {
  const { clock, ids, log, configuration } = options;
  const models = modelsOf(options);
  const sandbox = createCommandSandbox({
    ...options,
    executable: process.execPath,
    allowsRoot: () => allowsRoot(options.home),
  });
  const places = machinePlaces(options);
  const guard = createFileGuard(places, createBowlineIgnore());
  const hiddenNames = (): string[] => keyNames(configuration.providers());
  const masks = createSecretMasks({ env: options.env, hiddenNames, key: () => options.apiKey.key() });
  const toolbox = createToolbox({ ...options, sandbox, places, guard, mask: () => masks.load() }, hiddenNames);
  const { files } = toolbox;
  const watch = createWorkspaceWatch();
  const rules = new RuleFiles({ ...options, workspaceFolders: (cwd) => configuration.workspaceFolders(cwd) });
  const callTools = createWarming(clock, { warm: () => warmTools({ masks, sandbox, log }), soonMs: TOOLS_AFTER_MS });
  return {
    sandbox,
    clientCommands: createClientCommands({ configuration, sandbox, rules, log, ...toolbox }),
    openWorld: (approver, store) => ({
      clock,
      ids,
      log,
      approver,
      sandbox,
      rules,
      files,
      places,
      guard,
      store,
      models: {
        provider: (settings) => {
          configuration.noteProviders(settings.overrides);
          return models.provider(settings.modelProvider);
        },
      },
      tools: () => toolbox.ofThread(),
      git: createGitReader(files),
      watch,
      checkpoints: checkpointsOf(options, { files, places }),
      sha1,
      prompt: (settings) => readPrompt(settings, toolbox.surroundings),
      promptSources: (settings) => readSources(settings, toolbox.surroundings),
    }),
    listModels: (provider) => listedModels(models, configuration, provider),
    async warm() {
      await warmRequests({ ...options, models, surroundings: toolbox.surroundings });
      callTools.soon();
    },
    async dispose() {
      callTools.stop();
      watch.stop();
      models.dispose();
      // first what runs in it
      await toolbox.dispose();
      await sandbox.dispose();
    },
  };
}

/** What the first request to the model needs. */
async function warmRequests(parts: {
  readonly models: ConfiguredModels;
  readonly configuration: ConfigurationFiles;
  readonly clock: Clock;
  readonly surroundings: PromptSurroundings;
}): Promise<void> {
  await parts.models.warm(parts.configuration.defaultProvider());
  // the runtime's first look at a time zone is slow
  dateIn({ nowMs: parts.clock.nowMs(), timeZone: parts.surroundings.timeZone() });
}

/** What tool calls need. */
async function warmTools(parts: {
  readonly masks: SecretMasks;
  readonly sandbox: CommandSandbox;
  readonly log: Log;
}): Promise<void> {
  try {
    await parts.masks.load();
    await parts.sandbox.probe();
  } catch (error) {
    parts.log.warn('What tool calls need could not be loaded ahead.', { reason: messageOf(error) });
  }
}

function listedModels(
  models: ConfiguredModels,
  configuration: ConfigurationFiles,
  provider: string | null,
): Promise<readonly Model[]> {
  const usual = configuration.defaultProvider();
  const isDefault = provider === null || provider === usual;
  return models.listModels(provider ?? usual, isDefault ? configuration.configuredModel() : null);
}

function modelsOf({ configuration, apiKey, demoWordDelayMs, ...options }: TurnAdapterOptions): ConfiguredModels {
  return createModels({
    clock: options.clock,
    ids: options.ids,
    version: options.version,
    env: options.env,
    providers: () => configuration.providers(),
    openaiKey: async () => apiKey.key(),
    ...(demoWordDelayMs === undefined ? {} : { demoWordDelayMs }),
  });
}

function sha1(bytes: Uint8Array): string {
  return hexHash('sha1', bytes);
}

function checkpointsOf(
  options: TurnAdapterOptions,
  { files, places }: { readonly files: Files; readonly places: Places },
): Checkpoints {
  const { clock, configuration, home, ids, log } = options;
  return new Checkpoints({
    clock,
    ids,
    log,
    places,
    sha1,
    hash: hashOf,
    access: createPathAccess(files),
    store: createCheckpointStore({
      home,
      quotaBytes: () => configuration.checkpoints().quotaBytes,
      nowMs: () => clock.nowMs(),
    }),
    isEnabled: () => configuration.checkpoints().isEnabled,
  });
}

interface Toolbox {
  readonly files: Files;
  readonly runner: ProcessRunner;
  readonly environment: ShellEnvironment;
  readonly surroundings: PromptSurroundings;
  /** The tools of one more thread, with terminals of its own. */
  ofThread(): ThreadTools;
  dispose(): Promise<void>;
}

interface ToolboxOptions extends TurnAdapterOptions {
  readonly sandbox: CommandSandbox;
  readonly places: Places;
  readonly guard: FileGuard;
  readonly mask: LoadMask;
}

function createToolbox(options: ToolboxOptions, hiddenNames: () => readonly string[]): Toolbox {
  const { home, clock, env, log, sandbox, places, guard, mask } = options;
  const keyFile = keyFileOf(home);
  const files = createFiles({ keyFile, hardLinkProblem: hardLinkProblem(places) });
  const runner = createCommandRunner();
  const masked = maskedRunner({ runner, mask, clock });
  const rehearsals = createRehearsals({ ...options, runner: masked, executable: process.execPath });
  const environment = createShellEnvironment({ runner, log, env, home: homedir(), hiddenNames });
  const search = ripgrep({ env, executable: process.execPath });
  const patches = createApplyPatch({ files, guard, mask, form: 'custom' });
  const applyPatch = patches.applyPatchText.bind(patches);
  const shared = [
    readFileTool({ files, mask }),
    listDirTool(files),
    grepTool({ search, files, guard, mask }),
    updatePlanTool,
    requestUserInputTool,
    viewImageTool(files),
    patches.tool,
  ];
  return {
    files,
    runner,
    environment,
    surroundings: {
      files,
      guard,
      home,
      clock,
      shellPath: () => environment.shell().path,
      platform: process.platform,
      timeZone: () => timeZoneOf(env),
    },
    ofThread() {
      const terminals = createTerminals();
      const exec = createExecCommand({
        runner: masked,
        rehearsing: { rehearsals, files },
        environment,
        sandbox,
        terminals,
        log,
        interceptPatch,
        applyPatch,
      });
      return {
        tools: [exec, createWriteStdin({ terminals }), ...shared],
        terminals: inBackground(terminals),
        userCommand: (command, context) =>
          runUserCommand(command, context, { runner: masked, environment, terminals, log }),
        close: () => terminals.killAll(),
      };
    },
    dispose: () => runner.dispose(),
  };
}
