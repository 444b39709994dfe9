// The server's start: reads the command line, puts the server together, opens a door.
import { parse } from 'node:path';
import { homeFolder, compose } from './composition.ts';
import { AppServer } from './app/appServer.ts';
import { stderrLog } from './adapters/log.ts';
import { parseCommandLine, USAGE_ERROR } from './cli.ts';
import type { Log } from './core/ports.ts';
import { serveStdio } from './doors/stdio.ts';
import { messageOf } from './protocol/errors.ts';
import { version } from './version.ts';

async function main(): Promise<number> {
  const command = parseCommandLine(process.argv.slice(2), version);
  switch (command.type) {
    case 'print':
      process.stdout.write(command.text);
      return 0;
    case 'refuse':
      process.stderr.write(command.text);
      return USAGE_ERROR;
    case 'appServer':
      return await appServer(command.overrides);
    case 'sandbox':
      return (await import('./sandboxCommand.ts')).runSandboxed(command, start());
    case 'probeSandbox':
      return await probeSandbox();
  }
}

async function probeSandbox(): Promise<number> {
  const { text, exitCode } = await (await import('./sandboxCommand.ts')).probeSandbox(start());
  process.stdout.write(text);
  return exitCode;
}

interface Start {
  readonly home: string;
  readonly env: NodeJS.ProcessEnv;
  readonly log: Log;
  /** Where the program was started; what is relative is relative to it. */
  readonly cwd: string;
}

/** Leaves the folder it was started in, which may be a workspace: what the sandbox does for its own sake must not happen there. */
function start(): Start {
  const { env } = process;
  const started = { home: homeFolder(env), env, log: stderrLog(env.BOWLINE_LOG), cwd: process.cwd() };
  process.chdir(parse(started.cwd).root);
  return started;
}

async function appServer(overrides: readonly string[]): Promise<number> {
  const started = start();
  const { log } = started;
  keepUp(log);
  const composed = compose({ ...started, overrides });
  const server = new AppServer(composed.app);
  await serveStdio(server);
  await composed.dispose();
  return 0;
}

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
