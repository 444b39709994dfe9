// Which programs can be the server, most wanted first: the user's own, the bundled binary, the plain bundle in this runtime.
import { join } from 'node:path';

/** A way to start the server. `env` is added to the environment. */
export interface ServerCommand {
  readonly source: 'setting' | 'binary' | 'bundle';
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

export interface ServerPlaces {
  /** The setting `bowline.server.path`; "" when it is not set. */
  readonly settingPath: string;
  readonly extensionPath: string;
  /** The runtime that this code runs in. */
  readonly execPath: string;
  readonly platform: NodeJS.Platform;
  readonly isFile: (path: string) => boolean;
}

/** Makes Electron behave as Node; Node itself ignores it. */
const AS_NODE = { ELECTRON_RUN_AS_NODE: '1' };

/**
 * The commands to try in turn. The user's own program has no substitute: whoever names one wants that one.
 * Empty when the extension came without any server.
 */
export function serverCommands(places: ServerPlaces): ServerCommand[] {
  const chosen = places.settingPath.trim();
  if (chosen !== '') return [withRuntime('setting', chosen, places)];
  const binary = join(places.extensionPath, 'dist', 'bin', places.platform === 'win32' ? 'bowline.exe' : 'bowline');
  const bundle = join(places.extensionPath, 'dist', 'server', 'bowline.mjs');
  const commands: ServerCommand[] = [];
  if (places.isFile(binary)) commands.push(withRuntime('binary', binary, places));
  if (places.isFile(bundle)) commands.push(withRuntime('bundle', bundle, places));
  return commands;
}

function withRuntime(source: ServerCommand['source'], path: string, places: ServerPlaces): ServerCommand {
  if (/\.[cm]?js$/.test(path)) {
    return { source, command: places.execPath, args: [path, 'app-server'], env: AS_NODE };
  }
  return { source, command: path, args: ['app-server'], env: {} };
}

/** How a command is named to the user and in the log. */
export function nameOf(command: ServerCommand): string {
  switch (command.source) {
    case 'setting':
      return `the program of the setting bowline.server.path (${command.command})`;
    case 'binary':
      return 'the bundled program';
    case 'bundle':
      return "the bundled script in VS Code's own runtime";
  }
}
