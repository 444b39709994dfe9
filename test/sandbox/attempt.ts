// What an attempt and a check are, and the words that most of them are written in.
import type { Run } from './person.ts';
import type { Scene } from './scene.ts';

export const CONFINEMENTS = ['read-only', 'workspace-write', 'network on'] as const;
export type Confinement = (typeof CONFINEMENTS)[number];

export type Family =
  | 'write outside'
  | 'write inside'
  | 'protected name'
  | 'credential'
  | 'environment'
  | 'network'
  | 'socket'
  | 'process'
  | 'kernel'
  | 'install script';

/** A script for bash, and how to tell from outside whether it got what it wanted. */
export interface Trial {
  readonly script: string;
  readonly opened: (run: Run) => boolean | Promise<boolean>;
}

export interface Attempt {
  readonly name: string;
  readonly family: Family;
  readonly set: (scene: Scene) => Trial | Promise<Trial>;
  /** Why it cannot be seen to work without a sandbox; then it proves less. Absent: it must be seen to work. */
  readonly unshowable?: string;
  /** Where it is an attempt at all; everywhere if not given. */
  readonly under?: readonly Confinement[];
  /** It runs at a terminal. */
  readonly atTerminal?: true;
  /** Named in SECURITY.md: why it is open, and under which confinements. */
  readonly knownOpen?: { readonly reason: string; readonly under: readonly Confinement[] };
}

/** Something that a sandbox must not break. */
export interface Check {
  readonly name: string;
  readonly under: readonly Confinement[];
  /** Programs without which it says nothing. */
  readonly needs?: readonly string[];
  /** Hosts that the user has allowed. */
  readonly hosts?: readonly string[];
  readonly set: (scene: Scene) => CheckTrial | Promise<CheckTrial>;
}

export interface CheckTrial {
  readonly script: string;
  readonly works: (run: Run) => boolean | Promise<boolean>;
}

/** One word for a shell. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** A script for Python, as one command. */
export function python(...lines: readonly string[]): string {
  return `python3 -c ${quoted(lines.join('\n'))}`;
}

interface Where {
  readonly family: Family;
  readonly more?: Partial<Attempt>;
}

/** An attempt to get the mark into a file, which is looked at from outside. */
export function writing(
  name: string,
  { family, more = {} }: Where,
  set: (scene: Scene) => { file: string; script: string },
): Attempt {
  return {
    name,
    family,
    ...more,
    set: (scene) => {
      const { file, script } = set(scene);
      return { script, opened: () => scene.says(file) };
    },
  };
}

/** An attempt to say a secret. */
export function reading(
  name: string,
  { family, more = {} }: Where,
  set: (scene: Scene) => { secret: string; script: string },
): Attempt {
  return {
    name,
    family,
    ...more,
    set: (scene) => {
      const { secret, script } = set(scene);
      return { script, opened: ({ output }) => output.includes(secret) };
    },
  };
}
