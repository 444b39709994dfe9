// Puts the path policy on this machine: where its places are, and what the repositories' own `.bowlineignore` files add.
import { existsSync, realpathSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Places } from '../../core/pathPolicy/places.ts';
import { placeOfRead, type ReadPlace } from '../../core/pathPolicy/reading.ts';
import type { FileGuard } from '../../core/ports.ts';
import type { BowlineIgnore, Keepers } from './bowlineIgnore.ts';

export interface MachineOptions {
  /** Bowline's home, absolute. */
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Where things lie on this machine, each under its name and under its real path. */
export function machinePlaces({ home, env }: MachineOptions): Places {
  const named = (name: string): string[] => (env[name] ? [env[name]] : []);
  return {
    userHomes: bothNames([homedir(), ...named('HOME'), ...named('USERPROFILE')]),
    bowlineHomes: bothNames([home]),
    codexHomes: bothNames([join(homedir(), '.codex'), ...named('CODEX_HOME')]),
    slashTmp: process.platform === 'win32' ? [] : bothNames(['/tmp']).filter((path) => existsSync(path)),
    tmpdir: bothNames([tmpdir()]),
  };
}

export function createFileGuard(places: Places, ignored: BowlineIgnore): FileGuard {
  const placeOf = (path: string, keepers: Keepers): ReadPlace => {
    const place = placeOfRead(path, places);
    if (place.type !== 'free') return place;
    const keeper = keepers.of(path);
    return keeper === null ? place : { type: 'kept', reason: `${keeper} keeps it from the model.` };
  };
  return {
    hasIgnoreFileAbove: (path) => ignored.isUsedAbove(path),
    placeOf: (path) => Promise.resolve(placeOf(path, ignored.keepers())),
    keptAmong(paths) {
      const keepers = ignored.keepers();
      return Promise.resolve(new Set(paths.filter((path) => placeOf(path, keepers).type !== 'free')));
    },
  };
}

function bothNames(paths: readonly string[]): string[] {
  return [...new Set(paths.flatMap((path) => [path, realPathOr(path)]))];
}

function realPathOr(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path; // not there yet: then no link leads to it
  }
}
