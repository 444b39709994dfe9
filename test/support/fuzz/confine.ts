// The last gate before a made-up request is sent: it may act below one scratch folder, and start nothing but `true` and a `cat` of nothing.
import { join, normalize, resolve } from 'node:path';

/** Members that name a program, wherever they stand. */
const PROGRAM = /^(command|cmd|program|argv|notify|shell|executable|exe)$/i;
/** Variables that choose what a program loads or which one is found. */
const LOADER = /^(PATH|HOME|SHELL|ENV|BASH_ENV|IFS|LD_.*|DYLD_.*|NODE_.*|GIT_.*|BUN_.*)$/;

interface Bounds {
  readonly root: string;
  /** Answered when it has started, not when it has ended. */
  readonly isSpawned: boolean;
}

/** The same params, with every path led below `root` and every command replaced. */
export function confined(method: string, params: unknown, root: string): unknown {
  return inside(params, '', { root, isSpawned: method === 'process/spawn' });
}

function inside(value: unknown, name: string, bounds: Bounds): unknown {
  const { root, isSpawned } = bounds;
  if (PROGRAM.test(name)) return programOf(value, isSpawned);
  if (typeof value === 'string') return pathIn(value, root);
  if (Array.isArray(value)) return value.map((entry) => inside(entry, name, bounds));
  if (typeof value !== 'object' || value === null) return value;
  const result: object = {};
  for (const [key, member] of Object.entries(value)) {
    if (LOADER.test(key)) continue;
    Object.defineProperty(result, pathIn(key, root), {
      value: inside(member, key, bounds),
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return result;
}

/** What is no program stays as wrong as it is. */
function programOf(value: unknown, isSpawned: boolean): unknown {
  if (typeof value === 'string') return value.trim() === '' ? value : 'true';
  if (!Array.isArray(value) || value.length === 0) return typeof value === 'object' ? null : value;
  // it waits for its input, so that there is something to write to and to end
  if (isSpawned && value.length % 2 === 1) return ['cat'];
  return ['true', ...value.slice(1).map((word: unknown) => (typeof word === 'string' ? word.slice(0, 50) : word))];
}

/** A text that could lead out of `root` as a path leads into it; others stay what they are. */
function pathIn(text: string, root: string): string {
  const leads = /^([/~]|file:)/i.test(text) || text.split(/[/\\]/).includes('..');
  if (!leads) return text;
  if (text === root || text.startsWith(`${root}/`)) return isBelow(text, root) ? text : root;
  return join(root, normalize(`/${text.replace(/^file:/i, '').slice(0, 200)}`));
}

function isBelow(text: string, root: string): boolean {
  const full = resolve(root, text);
  return full === root || full.startsWith(`${root}/`);
}
