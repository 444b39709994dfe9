// The server's start: reads the command line, puts the server together, opens a door.
import { parse } from 'node:path';
import { compose } from './composition.ts';
import { AppServer } from './app/appServer.ts';
import type { AppServerRun } from './appServerArguments.ts';
import { systemClock } from './adapters/clock.ts';
import { stderrLog } from './adapters/log.ts';
import type { Command, ThreadRun } from './cli.ts';
import type { Log } from './core/ports.ts';
import { DoorRefused } from './doors/door.ts';
import { serveStdio } from './doors/stdio.ts';
import { homeFolder, homeProblem } from './homeFolder.ts';
import { messageOf } from './protocol/errors.ts';
import { version } from './version.ts';

/** Exit code for a command line that cannot be understood (sysexits.h EX_USAGE). */
const USAGE_ERROR = 64;

/** Loads what reads arguments only where there is something to read: an editor waits for the start. */
async function commandIn(args: readonly string[]): Promise<Command> {
  if (args.length === 1 && args[0] === 'app-server')
    return { type: 'appServer', overrides: [], listen: { type: 'stdio' }, auth: null };
  return (await import('./cli.ts')).parseCommandLine(args, version);
}

async function main(): Promise<number> {
  const command = await commandIn(process.argv.slice(2));
  switch (command.type) {
    case 'print':
      process.stdout.write(command.text);
      return 0;
    case 'refuse':
      process.stderr.write(command.text);
      return USAGE_ERROR;
    case 'appServer':
      return await appServer(command);
    case 'generate':
      for (const path of (await import('./generateCommand.ts')).generate(command)) process.stdout.write(`${path}\n`);
      return 0;
    case 'sandbox':
      return (await import('./sandboxCommand.ts')).runSandboxed(command, start());
    case 'doctor':
      return await doctor(command.fix);
    case 'exportThread':
    case 'importThread':
    case 'importThreads':
      return await threadCommand(command);
    case 'probeSandbox':
      return await probeSandbox();
  }
}

async function probeSandbox(): Promise<number> {
  const { text, exitCode } = await (await import('./sandboxCommand.ts')).probeSandbox(start());
  process.stdout.write(text);
  return exitCode;
}

async function doctor(fix: boolean): Promise<number> {
  const { runDoctor } = await import('./doctorCommand.ts');
  const { text, exitCode } = await runDoctor(fix, { ...start(), clock: systemClock });
  process.stdout.write(text);
  return exitCode;
}

async function threadCommand(run: ThreadRun): Promise<number> {
  const { runThreadCommand } = await import('./threadCommand.ts');
  return await runThreadCommand(run, {
    ...start(),
    clock: systemClock,
    print,
    complain: (text) => void process.stderr.write(text),
  });
}

/** The program ends with an exit: what a pipe has not taken by then would be lost. */
function print(text: string): Promise<void> {
  return new Promise((done, fail) => {
    process.stdout.write(text, (error) => {
      if (error) fail(error);
      else done();
    });
  });
}

/** Exit code for a door that cannot open (sysexits.h EX_UNAVAILABLE). */
const CANNOT_SERVE = 69;

interface Start {
  readonly home: string;
  readonly env: NodeJS.ProcessEnv;
  readonly log: Log;
  /** Where the program was started; what is relative is relative to it. */
  readonly cwd: string;
}

/** Leaves the folder it was started in, which may be a workspace: what the sandbox does for its own sake must not happen there. */
function start(overrides: readonly string[] = []): Start {
  const { env } = process;
  const log = stderrLog(env.BOWLINE_LOG);
  const { home, note } = homeFolder(env, overrides);
  if (note !== null) log.warn(note);
  const started = { home, env, log, cwd: process.cwd() };
  process.chdir(parse(started.cwd).root);
  return started;
}

async function appServer({ overrides, listen, auth }: AppServerRun): Promise<number> {
  const started = start(overrides);
  const problem = homeProblem(started.home);
  if (problem !== null) {
    process.stderr.write(`${problem}\n`);
    return USAGE_ERROR;
  }
  keepUp(started.log);
  const composed = compose({ ...started, overrides });
  const server = new AppServer(composed.app);
  try {
    if (listen.type === 'stdio') await serveStdio(server);
    else if (listen.type === 'off') await (await sockets()).serveNobody(server);
    else await (await sockets()).serveSockets(server, { listen, auth, ...started });
    return 0;
  } catch (error) {
    if (!(error instanceof DoorRefused)) throw error;
    process.stderr.write(`${error.message}\n`);
    return CANNOT_SERVE;
  } finally {
    await composed.dispose();
  }
}

/** Most servers have one client on their standard streams. */
const sockets = () => import('./doors/sockets.ts');

/** One fault must not end the threads of everybody: a failure that nobody waited for is logged. */
function keepUp(log: Log): void {
  process.on('unhandledRejection', (reason) => {
    log.error('Something failed that nobody waited for.', {
      reason: messageOf(reason),
      stack: reason instanceof Error ? reason.stack : undefined,
    });
  });
}

process.exitCode = await main();
// A client that went away may have left streams open; everything of ours has been ended by now.
process.exit();
