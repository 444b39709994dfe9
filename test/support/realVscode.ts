// Starts a real VS Code of its own for one test: fresh data, wanted settings, one extension, nothing left behind.
import { existsSync, rmSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ROOT } from '../../scripts/folders.mjs';
import { setupEditor } from '../../scripts/setup.mjs';
import {
  installVsix,
  startVscodeServer,
  type VscodeServerOptions,
  userSettingsFile,
  writeMachineSettings,
  writeUserSettings,
} from '../../scripts/vscodeServer.mjs';

/** The extension to have in the editor: as a user gets it, or the folder it is developed in. */
export type ExtensionSource = { extensionVsix: string } | { extensionPath: string } | { extension: 'none' };

export type RealVscodeOptions = ExtensionSource & {
  /** A folder that is copied to be the workspace, or undefined for an empty one. */
  workspaceFrom?: string;
  /** User settings, over {@link QUIET_SETTINGS}. */
  settings?: Record<string, unknown>;
  /** Settings of the machine: those whose scope says so. */
  machineSettings?: Record<string, unknown>;
  /** Lets `extensionTestUrl` name tests that run inside the extension host. */
  smokeTestDriver?: boolean;
  /** Added to the environment of the editor, and so of the extension and its server. */
  env?: Record<string, string>;
  /** Another variable that names the home, beside `BOWLINE_HOME`. */
  homeVariable?: string;
  /** The folder in which the home is made, or undefined for that of all temporary files. */
  homesFolder?: string;
};

export type RealVscode = AsyncDisposable & {
  /** Opens the workspace. */
  readonly url: string;
  readonly origin: string;
  readonly port: number;
  /** The absolute path of the folder that is opened. */
  readonly workspace: string;
  /** `$BOWLINE_HOME` of the server under test. */
  readonly bowlineHome: string;
  /** The editor's own data: settings, state, logs. */
  readonly dataDir: string;
  /** The user settings as they are on the disk. */
  settings(): Promise<string>;
  /** Writes the user settings anew, for windows that are opened or reloaded after this; open ones do not see it. */
  setSettings(settings: Record<string, unknown>): Promise<void>;
  /** The end of what the editor's server wrote: for failure messages. */
  output(): string;
  /** Stops the editor with everything it started and removes its folders. */
  dispose(): Promise<void>;
};

/** Settings for an editor that does only what the test is about. */
export const QUIET_SETTINGS: Record<string, unknown> = {
  'security.workspace.trust.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'chat.disableAIFeatures': true,
  'workbench.startupEditor': 'none',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.enableExperiments': false,
  'workbench.tips.enabled': false,
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'git.openRepositoryInParentFolders': 'never',
  'window.menuBarVisibility': 'classic',
};

/**
 * Starts a real VS Code.
 * @throws UserError if it cannot be installed or does not start
 */
export async function startVscode(options: RealVscodeOptions): Promise<RealVscode> {
  const { vscode, node } = await setupEditor();
  const folder = await mkdtemp(join(tmpdir(), 'bowline-vscode-'));
  const dataDir = join(folder, 'data');
  const extensionsDir = join(folder, 'extensions');
  const workspace = join(folder, 'workspace');
  const bowlineHome = await mkdtemp(join(options.homesFolder ?? folder, 'home-'));
  const folders = [folder, bowlineHome];
  const removeAtExit = () => folders.forEach((made) => rmSync(made, { recursive: true, force: true }));
  process.once('exit', removeAtExit);
  const removeFolders = async () => {
    for (const made of folders) await rm(made, { recursive: true, force: true, maxRetries: 5 });
    process.off('exit', removeAtExit);
  };
  const setSettings = (settings: Record<string, unknown>) =>
    writeUserSettings(dataDir, { ...QUIET_SETTINGS, ...settings });
  try {
    for (const path of [dataDir, extensionsDir, workspace]) await mkdir(path);
    if (options.workspaceFrom !== undefined) await cp(options.workspaceFrom, workspace, { recursive: true });
    await setSettings(options.settings ?? {});
    await writeMachineSettings(dataDir, options.machineSettings ?? {});
    const { homeVariable = 'BOWLINE_HOME' } = options;
    // conversations of whoever runs the tests are not offered to them
    const homes = { BOWLINE_HOME: bowlineHome, CODEX_HOME: join(folder, 'codex'), [homeVariable]: bowlineHome };
    const env = { ...process.env, ...homes, ...options.env };
    const smokeTestDriver = options.smokeTestDriver ?? false;
    const serverOptions = { vscode, node, dataDir, extensionsDir, env, smokeTestDriver };
    if ('extensionVsix' in options) {
      const installed = await installedOnce(serverOptions, resolve(options.extensionVsix));
      await cp(installed, extensionsDir, { recursive: true });
    }
    if ('extensionPath' in options) await linkExtension(resolve(options.extensionPath), extensionsDir);
    const server = await startVscodeServer(serverOptions);
    const dispose = async () => {
      await server.dispose();
      await removeFolders();
    };
    return {
      url: server.urlOf(workspace),
      origin: server.origin,
      port: server.port,
      workspace,
      bowlineHome,
      dataDir,
      settings: () => readFile(userSettingsFile(dataDir), 'utf8'),
      setSettings,
      output: server.output,
      dispose,
      [Symbol.asyncDispose]: dispose,
    };
  } catch (error) {
    await removeFolders();
    throw error;
  }
}

const installedExtensions = new Map<string, Promise<string>>();

/** A folder of extensions with this VSIX in it, installed by the editor itself the first time it is asked for. */
function installedOnce(options: VscodeServerOptions, vsix: string): Promise<string> {
  const install = async (): Promise<string> => {
    const extensionsDir = await mkdtemp(join(tmpdir(), 'bowline-installed-'));
    process.once('exit', () => rmSync(extensionsDir, { recursive: true, force: true }));
    await installVsix({ ...options, extensionsDir }, vsix);
    return extensionsDir;
  };
  const installed = installedExtensions.get(vsix) ?? install();
  installedExtensions.set(vsix, installed);
  return installed;
}

/** The address that runs `run()` of a CommonJS module inside the extension host, beside the extension in development. */
export function extensionTestUrl(editor: RealVscode, paths: { extension: string; tests: string }): string {
  const remote = (path: string) => `vscode-remote://127.0.0.1:${editor.port}${resolve(path)}`;
  const payload = [
    ['extensionDevelopmentPath', remote(paths.extension)],
    ['extensionTestsPath', remote(paths.tests)],
    ['skipWelcome', 'true'],
  ];
  return `${editor.url}&payload=${encodeURIComponent(JSON.stringify(payload))}`;
}

/** The VSIX that "npm run package" made: for this platform, with the binary in it, or for all, with the plain bundle only. */
export async function builtVsix(variant: 'platform' | 'universal' = 'platform'): Promise<string> {
  const { name, version } = await readManifest(ROOT);
  const target = variant === 'universal' ? variant : `${process.platform}-${process.arch}`;
  const path = join(ROOT, 'dist', 'vsix', `${name}-${target}-${version}.vsix`);
  if (!existsSync(path)) throw new Error(`${path} is not built: run "npm run package".`);
  return path;
}

type Manifest = { publisher: string; name: string; version: string };

async function linkExtension(path: string, extensionsDir: string): Promise<void> {
  const { publisher, name, version } = await readManifest(path);
  await symlink(path, join(extensionsDir, `${publisher}.${name}-${version}`), 'junction');
}

async function readManifest(folder: string): Promise<Manifest> {
  const manifest: unknown = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  return manifest as Manifest;
}
