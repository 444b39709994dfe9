// Puts the server together: which adapter stands behind which port. The only place that knows them all.
import { arch, hostname, type as osType } from 'node:os';
import { resolve } from 'node:path';
import { systemClock } from './adapters/clock.ts';
import { createAccount } from './adapters/auth/account.ts';
import { createApiKey } from './adapters/auth/apiKey.ts';
import { createConfiguration, type ConfigurationFiles } from './adapters/config/configuration.ts';
import type { Skills } from './core/skills.ts';
import { uuidV7Ids } from './adapters/ids.ts';
import type { AppWorld } from './app/world.ts';
import { createClientPorts } from './clientPorts.ts';
import type { Log } from './core/ports.ts';
import type { ImporterParts } from './importing.ts';
import { createNeighbourhood } from './neighbourhood.ts';
import { messageOf } from './protocol/errors.ts';
import type { TurnAdapters } from './turnAdapters.ts';
import { version } from './version.ts';
import { createWarming } from './warming.ts';

export interface ServerOptions {
  /** Absolute; made at the first need. */
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `key=value` overrides of the command line. */
  readonly overrides: readonly string[];
  readonly log: Log;
  /** Where the server was started: a relative path of a client is relative to it. Left out: where it is. */
  readonly cwd?: string;
  /** Between two words of the scripted tour; for tests. */
  readonly demoWordDelayMs?: number;
}

export interface ComposedServer {
  readonly app: AppWorld;
  /** Ends what the adapters still run. Close the app server first. */
  dispose(): Promise<void>;
}

/** Who opens a stored thread, or looks for the account, begins a turn sooner or later; a user takes longer to write a message. */
const TURNS_AFTER_MS = 150;

/** The server's world. Nothing heavy is loaded before it is needed: the handshake must be quick. */
export function compose(options: ServerOptions): ComposedServer {
  const clock = systemClock;
  const cwd = options.cwd ?? process.cwd();
  const ids = uuidV7Ids(clock);
  const apiKey = createApiKey(options);
  const configuration = createConfiguration({
    home: options.home,
    overrides: options.overrides,
    serverCwd: cwd,
    hasOpenaiKey: () => apiKey.key() !== null,
    defaultModel: async (provider) => (await (await turnAdapters()).listModels(provider)).at(0)?.id ?? null,
  });
  const account = createAccount(apiKey, () => usesOpenaiKey(configuration));
  let adapters: Promise<TurnAdapters> | null = null;
  const turnAdapters = (): Promise<TurnAdapters> =>
    (adapters ??= import('./turnAdapters.ts').then((module) =>
      module.createTurnAdapters({ ...options, clock, ids, version, configuration, apiKey }),
    ));
  /** A client that opens a thread will start a turn: what that needs is loaded while nobody waits. Before, it would only cost memory. */
  const warm = async (): Promise<void> => {
    try {
      await (await turnAdapters()).warm();
    } catch (error) {
      options.log.warn('What turns need could not be loaded ahead.', { reason: messageOf(error) });
    }
  };
  const neighbourhood = createNeighbourhood({ ...options, clock });
  const warming = createWarming(clock, { warm, soonMs: TURNS_AFTER_MS });
  return {
    app: {
      clock,
      ids,
      log: options.log,
      version,
      home: options.home,
      process: { pid: process.pid, host: hostname() },
      platform: { os: platformName(), family: process.platform === 'win32' ? 'windows' : 'unix', arch: arch() },
      configuration,
      account,
      skills: lazySkills(options.home, configuration),
      models: async (provider) => (await turnAdapters()).listModels(provider),
      sandbox: async () => (await turnAdapters()).sandbox.probe(),
      ...createClientPorts({ ...options, clock, commands: async () => (await turnAdapters()).clientCommands }),
      openStore: async () =>
        (await import('./adapters/store/openThreadStore.ts')).openThreadStore({ ...options, clock }),
      openTurnWorld: async (approver, store) => (await turnAdapters()).openWorld(approver, store),
      threadImporter: lazyImporter({ ...options, clock, cwd, configuration }),
      expectTurn: (when) => warming[when](),
      ...neighbourhood.ports,
      absolutePath: (path) => resolve(cwd, path),
    },
    async dispose() {
      warming.stop();
      await neighbourhood.close();
      await (await adapters)?.dispose();
    },
  };
}

/** Loaded when the first client asks for it. */
function lazyImporter(parts: ImporterParts): AppWorld['threadImporter'] {
  return async () => (await import('./importing.ts')).referenceImporter(parts);
}

/** Whether the default provider is paid with the key that the user logged in with. */
function usesOpenaiKey(configuration: ConfigurationFiles): boolean {
  const used = configuration.defaultProvider();
  return configuration.providers().some((provider) => provider.id === used && provider.requiresOpenaiAuth);
}

/** Loaded when the first client asks for skills. */
function lazySkills(home: string, configuration: ConfigurationFiles): Skills {
  let skills: Promise<Skills> | null = null;
  let roots: readonly string[] = [];
  const load = (): Promise<Skills> =>
    (skills ??= import('./adapters/skills/skillFiles.ts').then(({ createSkills }) =>
      createSkills({ ...configuration, home, switches: () => configuration.skillSwitches() }),
    ));
  return {
    list: async (cwds) => {
      const loaded = await load();
      loaded.setExtraRoots(roots);
      return await loaded.list(cwds);
    },
    setExtraRoots: (extra) => void (roots = extra),
    switchSkill: async (params) => await (await load()).switchSkill(params),
  };
}

function platformName(): string {
  const names: Partial<Record<NodeJS.Platform, string>> = { linux: 'linux', darwin: 'macos', win32: 'windows' };
  return names[process.platform] ?? osType().toLowerCase();
}
