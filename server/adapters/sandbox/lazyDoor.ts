// The door to the network, opened when the first command wants through it.
import type { Log } from '../../core/ports.ts';
import type { NetworkDoor } from './networkDoor.ts';

export interface LazyDoor {
  open(): Promise<NetworkDoor>;
  /** Null while nobody wanted through it. */
  current(): NetworkDoor | null;
  close(): Promise<void>;
}

export function lazyDoor(folder: string | null, log: Log): LazyDoor {
  let opening: Promise<NetworkDoor> | null = null;
  let current: NetworkDoor | null = null;
  const open = async (): Promise<NetworkDoor> => {
    const { openNetworkDoor } = await import('./networkDoor.ts');
    current = await openNetworkDoor(folder, log);
    return current;
  };
  return {
    open: () => (opening ??= open()),
    current: () => current,
    close: async () => (await opening)?.close(),
  };
}
