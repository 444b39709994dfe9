// What an import of threads takes with it, and the importer of the reference's: for the command line and for clients.
import { hostname } from 'node:os';
import type { ConfigurationFiles } from './adapters/config/configuration.ts';
import { createThreadImporter } from './adapters/rollouts/threadImporter.ts';
import { createSecretMasks } from './adapters/secrets/secretMasks.ts';
import { openThreadStore } from './adapters/store/openThreadStore.ts';
import { keyNames } from './core/config/keyNames.ts';
import type { Clock, Log } from './core/ports.ts';
import type { Settings } from './core/settings.ts';
import type { ThreadImporter } from './core/thread/threadImport.ts';

export interface ImporterParts {
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly configuration: Pick<ConfigurationFiles, 'resolve' | 'providers' | 'configuredModel'>;
}

export function referenceImporter(parts: ImporterParts): ThreadImporter {
  const { clock, configuration, env } = parts;
  // a key that was stored here is not known over there
  const masks = createSecretMasks({ env, hiddenNames: () => keyNames(configuration.providers()), key: () => null });
  return createThreadImporter({
    ...parts,
    owner: { pid: process.pid, host: hostname(), client: 'bowline-import', sinceMs: clock.nowMs() },
    openStore: () => openThreadStore(parts),
    settingsFor: (wish) => importedSettings(configuration, wish),
    mask: () => masks.load(),
  });
}

/** Policies are those of this home and of the thread's folder here; only where it was and which model it had come with it. */
export async function importedSettings(
  configuration: ImporterParts['configuration'],
  { cwd, model, modelProvider }: { cwd: string; model: string | null; modelProvider: string | null },
): Promise<Settings> {
  if (configuration.providers().some(({ id }) => id === modelProvider))
    return await configuration.resolve({ cwd, model, modelProvider });
  return await configuration.resolve({ cwd, model: configuration.configuredModel() ?? model });
}
