// What the user accepted "for this session": the same command in the same folder, and patches or reads of the same files.
import type { Action } from '../turn/tool.ts';

/** Where it may run: a grant for the sandbox is none for outside of it. */
export type GrantedPlace = 'sandbox' | 'outside';

export class Grants {
  readonly #commands = new Map<string, GrantedPlace>();
  readonly #patched = new Set<string>();
  readonly #read = new Set<string>();

  /** Patches and reads have no place: name any. */
  add(action: Action, place: GrantedPlace): void {
    switch (action.kind) {
      case 'command': {
        const key = keyOf(action);
        if (this.#commands.get(key) !== 'outside') this.#commands.set(key, place);
        return;
      }
      case 'patch':
        for (const path of action.paths) this.#patched.add(path);
        return;
      case 'read':
        for (const path of action.paths) this.#read.add(path);
        return;
    }
  }

  /** Null when the action, or a part of it, was not granted. */
  placeOf(action: Action): GrantedPlace | null {
    if (action.kind === 'command') return this.#commands.get(keyOf(action)) ?? null;
    const known = action.kind === 'patch' ? this.#patched : this.#read;
    return action.paths.length > 0 && action.paths.every((path) => known.has(path)) ? 'outside' : null;
  }
}

function keyOf(action: Extract<Action, { kind: 'command' }>): string {
  const { script, cwd, escalated, shell = null, isInteractive = false, session = null } = action;
  return JSON.stringify([script, cwd, escalated, shell, isInteractive, session]);
}
