// What the user accepted "for this session": the same command in the same folder, and patches of the same files.
import type { Action } from '../turn/tool.ts';

export class Grants {
  readonly #commands = new Set<string>();
  readonly #paths = new Set<string>();

  add(action: Action): void {
    if (action.kind === 'command') this.#commands.add(keyOf(action));
    else for (const path of action.paths) this.#paths.add(path);
  }

  covers(action: Action): boolean {
    if (action.kind === 'command') return this.#commands.has(keyOf(action));
    return action.paths.length > 0 && action.paths.every((path) => this.#paths.has(path));
  }
}

function keyOf(action: Extract<Action, { kind: 'command' }>): string {
  const { script, cwd, escalated, shell = null, isInteractive = false, session = null } = action;
  return JSON.stringify([script, cwd, escalated, shell, isInteractive, session]);
}
