// Runs attempts and checks, in the sandbox of the compiled program and without it, and looks from outside at what came of them.
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { seeded } from '../support/modelChunks.ts';
import { type Attempt, type Check, type Confinement } from './attempt.ts';
import { GIT_ATTEMPTS } from './gitAttempts.ts';
import { MUST_WORK } from './mustWork.ts';
import { NETWORK_ATTEMPTS } from './networkAttempts.ts';
import type { Person, Run } from './person.ts';
import { PROCESS_ATTEMPTS } from './processAttempts.ts';
import { sandboxed } from './program.ts';
import { PROTECTED_ATTEMPTS } from './protectedAttempts.ts';
import { Scene } from './scene.ts';
import { SECRET_ATTEMPTS } from './secretAttempts.ts';
import { WRITE_ATTEMPTS } from './writeAttempts.ts';

export const ATTEMPTS: readonly Attempt[] = [
  ...WRITE_ATTEMPTS,
  ...PROTECTED_ATTEMPTS,
  ...GIT_ATTEMPTS,
  ...SECRET_ATTEMPTS,
  ...NETWORK_ATTEMPTS,
  ...PROCESS_ATTEMPTS,
];

/** Beyond this the attempt counts as stopped: whatever it waits for does not come. */
const TIMEOUT_MS = 60_000;

export type Outcome = 'stopped' | 'OPEN' | 'works' | 'BROKEN' | 'not tried';

export interface Told {
  readonly outcome: Outcome;
  /** What the command said, for those who wonder why. */
  readonly run: Run | null;
}

/** Whether the attempt gets what it wants where nothing stops it. */
export async function succeedsOutside(attempt: Attempt, person: Person): Promise<Told> {
  return await tryOut(attempt, person, null);
}

export async function tryInside(attempt: Attempt, person: Person, confinement: Confinement): Promise<Told> {
  return await tryOut(attempt, person, confinement);
}

async function tryOut(attempt: Attempt, person: Person, confinement: Confinement | null): Promise<Told> {
  const scene = Scene.set(person);
  try {
    const { script, opened } = await attempt.set(scene);
    const inner = confined(scene, script, confinement);
    const argv = attempt.atTerminal === true ? ['python3', '-c', TERMINAL_SHELL, ...inner] : inner;
    const run = await person.run(argv, { cwd: scene.workspace, env: scene.env, timeoutMs: TIMEOUT_MS });
    // a sandbox that does not even start stops nothing: it is told apart by what it says after everything else
    const hasRun = confinement === null || run.output.includes(hasRunMark(scene));
    if (!hasRun) return { outcome: 'not tried', run };
    return { outcome: (await opened(run)) ? 'OPEN' : 'stopped', run };
  } finally {
    await scene.strike();
  }
}

export async function checkInside(check: Check, person: Person, confinement: Confinement | null): Promise<Told> {
  if ((check.needs ?? []).some((program) => !isInstalled(program))) return { outcome: 'not tried', run: null };
  const scene = Scene.set(person);
  try {
    const { script, works } = await check.set(scene);
    for (const host of check.hosts ?? []) allow(scene, host);
    const argv = confined(scene, script, confinement);
    const run = await person.run(argv, { cwd: scene.workspace, env: scene.env, timeoutMs: TIMEOUT_MS });
    return { outcome: (await works(run)) ? 'works' : 'BROKEN', run };
  } finally {
    await scene.strike();
  }
}

const hasRunMark = (scene: Scene): string => `the script began, ${scene.mark.slice(5)}`;

function confined(scene: Scene, script: string, confinement: Confinement | null): string[] {
  // bash reads the whole script before it begins, and says so although what follows may not even end
  const command = ['bash', '-c', `echo '${hasRunMark(scene)}'\n${script}`];
  if (confinement === null) return command;
  return sandboxed(confinement, scene.workspace, command);
}

/** As a user does who wants never to be asked about a host. */
function allow(scene: Scene, host: string): void {
  const rules = ['http', 'https'].map(
    (protocol) => `network_rule(host="${host}", protocol="${protocol}", decision="allow")\n`,
  );
  scene.write(scene.inHome('.bowline/rules/hosts.rules'), rules.join(''));
}

/** A shell at a terminal that runs a command and then tells what stands in its input as if it had been typed. */
const TERMINAL_SHELL = `
import fcntl, os, pty, sys, termios, tty
shell, master = pty.fork()
if shell == 0:
  tty.setraw(0)
  command = os.fork()
  if command == 0: os.execvp(sys.argv[1], sys.argv[1:])
  os.waitpid(command, 0)
  os.set_blocking(0, False)
  try: typed = os.read(0, 4096)
  except BlockingIOError: typed = b""
  os.write(1, b"TYPED:" + typed)
  os._exit(0)
said = b""
while True:
  try: chunk = os.read(master, 4096)
  except OSError: break
  if not chunk: break
  said += chunk
os.waitpid(shell, 0)
sys.stdout.write(said.decode(errors="replace"))
`;

export function isInstalled(program: string): boolean {
  return `${process.env.PATH ?? ''}${delimiter}/usr/bin${delimiter}/bin`
    .split(delimiter)
    .some((folder) => existsSync(join(folder, program)));
}

/** So many of them, another choice for each seed. */
export function chosen<T>(from: readonly T[], count: number, seed: number): readonly T[] {
  const random = seeded(seed);
  return from
    .map((value) => ({ value, at: random() }))
    .toSorted((one, other) => one.at - other.at)
    .slice(0, count)
    .map(({ value }) => value);
}

export function attemptsUnder(confinement: Confinement): readonly Attempt[] {
  return ATTEMPTS.filter(({ under }) => under === undefined || under.includes(confinement));
}

export function checksUnder(confinement: Confinement): readonly Check[] {
  return MUST_WORK.filter(({ under }) => under.includes(confinement));
}
