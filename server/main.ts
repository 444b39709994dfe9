// The server's start: reads the command line, puts the server together, opens a door.
import { homeFolder, compose } from './composition.ts';
import { AppServer } from './app/appServer.ts';
import { stderrLog } from './adapters/log.ts';
import { parseCommandLine, USAGE_ERROR } from './cli.ts';
import { serveStdio } from './doors/stdio.ts';
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
  }
}

async function appServer(overrides: readonly string[]): Promise<number> {
  const { env } = process;
  const composed = compose({ home: homeFolder(env), env, overrides, log: stderrLog(env.BOWLINE_LOG) });
  const server = new AppServer(composed.app);
  await serveStdio(server);
  await composed.dispose();
  return 0;
}

process.exitCode = await main();
// A client that went away may have left streams open; everything of ours has been ended by now.
process.exit();
