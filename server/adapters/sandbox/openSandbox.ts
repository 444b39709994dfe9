// A sandbox that was found to work: keeps its folders, its door to the network, and what belongs to each command that runs.
import { lazyDoor, type LazyDoor } from './lazyDoor.ts';
import type { Clock, Log, SandboxedCommand, SandboxState } from '../../core/ports.ts';
import { linuxBackend, macBackend, type Backend } from './backend.ts';
import { containmentOf, type Containment } from './containment.ts';
import { startJanitor, type Janitor } from './janitor.ts';
import { createKnownRoots, type KnownRoots } from './knownRoots.ts';
import { makePrivateFolders, removePrivateFolders, type PrivateFolders } from './privateFolders.ts';
import { missingForLinux, tryToEscape } from './probe.ts';
import type { SandboxPrograms } from './programs.ts';
import { createProtectedPathFinder, type ProtectedPathFinder } from './protectedPaths.ts';
import { createStandIns, type StandIns } from './standIns.ts';
import { endSurvivors } from './survivors.ts';

export interface OpenOptions {
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The server's own program. */
  readonly executable: string;
  readonly clock: Clock;
  readonly log: Log;
}

export interface Wanted {
  readonly command: SandboxedCommand;
  /** For `/bin/sh`: what runs inside. */
  readonly script: string;
}

export interface OpenSandbox {
  readonly backend: string;
  /** TMPDIR of the commands. */
  readonly temporary: string;
  wrap(id: string, wanted: Wanted): Promise<readonly string[]>;
  /** `wasKilled`: it did not end by itself, and what was just being started may not have heard of it. */
  after(id: string, wasKilled: boolean): void;
  close(): Promise<void>;
}

export type Opening =
  | { readonly type: 'open'; readonly sandbox: OpenSandbox }
  | Extract<SandboxState, { type: 'unavailable' }>;

/** Programs are null on a Mac, where the system brings its own. */
export async function openSandbox(options: OpenOptions, programs: SandboxPrograms | null): Promise<Opening> {
  const missing = programs === null ? null : missingForLinux(programs);
  if (missing !== null) return missing;
  const folders = makePrivateFolders(options.env);
  const janitor = startJanitor(folders);
  const backend = programs === null ? macBackend() : linuxBackend(programs);
  const problem = await tryToEscape({ backend, folders, socat: programs?.socat ?? null });
  const sandbox = new Contained({
    backend,
    folders,
    janitor,
    door: lazyDoor(programs === null ? null : folders.own, options.log),
    standIns: createStandIns(folders, options.log),
    protectedPaths: createProtectedPathFinder(() => options.clock.nowMs()),
    roots: createKnownRoots(),
    programs: [options.executable, ...(programs === null ? [] : [programs.bwrap, programs.socat, programs.seccomp])],
    options,
  });
  if (problem === null) return { type: 'open', sandbox };
  await sandbox.close();
  return problem;
}

interface Parts {
  readonly backend: Backend;
  readonly folders: PrivateFolders;
  readonly janitor: Janitor;
  readonly door: LazyDoor;
  readonly standIns: StandIns;
  readonly protectedPaths: ProtectedPathFinder;
  readonly roots: KnownRoots;
  readonly programs: readonly string[];
  readonly options: OpenOptions;
}

/** What is to be given back when a command is over. */
interface Held {
  readonly standIns: readonly string[];
  readonly workspaces: readonly string[];
}

class Contained implements OpenSandbox {
  readonly backend: string;
  readonly temporary: string;
  readonly #parts: Parts;
  readonly #held = new Map<string, Held>();

  constructor(parts: Parts) {
    this.#parts = parts;
    this.backend = parts.backend.name;
    this.temporary = parts.folders.temporary;
  }

  async wrap(id: string, { command, script }: Wanted): Promise<readonly string[]> {
    const { backend, door, standIns } = this.#parts;
    const containment = await this.#containment(command);
    const network = command.network === null ? null : await door.open();
    const held = backend.needsStandIns ? standIns.hold(containment.absent) : [];
    const kept = backend.needsStandIns ? held : containment.absent;
    try {
      const readOnly = [...new Set([...containment.readOnly, ...kept])];
      const hasTerminal = command.hasTerminal ?? false;
      const argv = await backend.wrap({
        // a word that tells its container from all others
        script: `: ${id}\n${script}`,
        id,
        containment: { ...containment, readOnly },
        hasTerminal,
        door: network,
      });
      if (network !== null && command.network !== null) network.admit(id, command.network);
      this.#held.set(id, { standIns: held, workspaces: containment.workspaces });
      return argv;
    } catch (error) {
      standIns.release(held);
      throw error;
    }
  }

  after(id: string, wasKilled: boolean): void {
    const held = this.#held.get(id);
    if (held === undefined) return;
    this.#held.delete(id);
    if (wasKilled) endSurvivors(id);
    this.#parts.door.current()?.dismiss(id);
    this.#parts.standIns.release(held.standIns);
    this.#parts.backend.after();
    this.#parts.protectedPaths.refresh(held.workspaces);
  }

  async close(): Promise<void> {
    for (const id of this.#held.keys()) this.after(id, true);
    await this.#parts.door.close();
    removePrivateFolders(this.#parts.folders);
    this.#parts.janitor.close();
  }

  #containment(command: SandboxedCommand): Promise<Containment> {
    const { folders, protectedPaths, roots, programs, options } = this.#parts;
    return containmentOf(command, { home: options.home, env: options.env, folders, programs, protectedPaths, roots });
  }
}
