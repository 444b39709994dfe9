// Builds the server's client from what the editor knows: settings, storage folder, log and trace channels.
import { existsSync, statSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import * as vscode from 'vscode';
import { logIn } from '../models/apiKey.ts';
import { readSettings } from '../settings.ts';
import { serverCommands } from './binaryPath.ts';
import { AgentServer } from './client.ts';
import type { TraceSink } from './wireTrace.ts';

export function buildServer(context: vscode.ExtensionContext, log: vscode.LogOutputChannel): AgentServer {
  const manifest: unknown = context.extension.packageJSON;
  return new AgentServer({
    commands: () =>
      serverCommands({
        settingPath: readSettings().serverPath,
        extensionPath: context.extensionPath,
        execPath: process.execPath,
        platform: process.platform,
        isFile: (path) => existsSync(path) && statSync(path).isFile(),
      }),
    cwd: async () => {
      const folder = context.globalStorageUri.fsPath;
      await mkdir(folder, { recursive: true });
      return folder;
    },
    env: process.env,
    clientVersion: versionOf(manifest),
    log,
    trace: traceSink(context),
    nowMs: Date.now,
    pause: (delayMs) => pause(delayMs),
    prepare: (peer) => logIn(peer, context.secrets),
  });
}

/** The channel is made when the first message is traced: few users ever want it. */
function traceSink(context: vscode.ExtensionContext): TraceSink {
  let channel: vscode.OutputChannel | null = null;
  let level = readSettings().traceServer;
  context.subscriptions.push(
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('bowline.trace.server')) level = readSettings().traceServer;
    }),
  );
  const open = (): vscode.OutputChannel => {
    const made = vscode.window.createOutputChannel('Bowline Wire', 'jsonl');
    context.subscriptions.push(made);
    return made;
  };
  return {
    level: () => level,
    write: (line) => {
      channel ??= open();
      channel.appendLine(`${new Date().toISOString()} ${line}`);
    },
  };
}

function versionOf(manifest: unknown): string {
  const isManifest = typeof manifest === 'object' && manifest !== null && 'version' in manifest;
  return isManifest && typeof manifest.version === 'string' ? manifest.version : '0.0.0';
}
