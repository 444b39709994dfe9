// The other servers of the home: the local door, and the notices. Loaded when the first thread is asked for.
import type { NoticeFiles } from './adapters/notices.ts';
import type { AppWorld } from './app/world.ts';
import type { Clock, Log } from './core/ports.ts';
import type { LocalDoor } from './doors/localDoor.ts';

export interface Neighbourhood {
  readonly ports: Pick<AppWorld, 'neighbours' | 'notices'>;
  close(): Promise<void>;
}

export function createNeighbourhood({ home, clock, log }: { home: string; clock: Clock; log: Log }): Neighbourhood {
  let door: Promise<LocalDoor> | null = null;
  let notices: Promise<NoticeFiles> | null = null;
  const warn = (message: string, details: Record<string, unknown>): void => log.warn(message, details);
  return {
    ports: {
      neighbours: () =>
        (door ??= import('./doors/localDoor.ts').then((module) => new module.LocalDoor({ home, warn }))),
      notices: () =>
        (notices ??= import('./adapters/notices.ts').then((module) => new module.NoticeFiles({ home, clock, log }))),
    },
    async close() {
      (await notices)?.close();
      await (await door)?.close();
    },
  };
}
