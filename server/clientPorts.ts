// What clients do for themselves, without a thread: files, commands, searches; loaded when one of them does.
import { keyFileOf } from './adapters/auth/apiKey.ts';
import type { AppWorld } from './app/world.ts';
import type { FileIndexes } from './core/fileSearch/fileIndexes.ts';
import type { ClientCommands } from './core/client/startCommand.ts';
import type { Clock } from './core/ports.ts';

export interface ClientPortOptions {
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  commands(): Promise<ClientCommands>;
}

export type ClientPorts = Pick<AppWorld, 'hostFiles' | 'clientCommands' | 'fileIndexes'>;

export function createClientPorts({ home, env, clock, commands }: ClientPortOptions): ClientPorts {
  let indexes: Promise<FileIndexes> | null = null;
  const openIndexes = async (): Promise<FileIndexes> => {
    const [{ createFileListing }, core] = await Promise.all([
      import('./adapters/fileListing.ts'),
      import('./core/fileSearch/fileIndexes.ts'),
    ]);
    return new core.FileIndexes(createFileListing({ env, executable: process.execPath }), clock);
  };
  return {
    hostFiles: async () => (await import('./adapters/fs/hostFiles.ts')).createHostFiles({ keyFile: keyFileOf(home) }),
    clientCommands: commands,
    fileIndexes: () => (indexes ??= openIndexes()),
  };
}
