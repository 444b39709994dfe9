// The user's OpenAI key: asked for, kept in the editor's secret storage, and handed to each server that has none.
import * as vscode from 'vscode';
import { messageOf } from '../../server/protocol/errors.ts';
import type { ClientPeer } from '../../server/rpc/peer.ts';
import type { AgentServer } from '../agentServer/client.ts';
import { readSettings, writeSettings } from '../settings.ts';
import { providerIdOf } from './localProvider.ts';

const SECRET = 'bowline.openaiApiKey';

/** Logs a server in that has no account of its own, if a key is stored. Runs before anything else is asked of it. */
export async function logIn(peer: ClientPeer, secrets: vscode.SecretStorage): Promise<void> {
  const apiKey = await secrets.get(SECRET);
  if (apiKey === undefined) return;
  const { account } = await peer.request('account/read', {});
  if (account === null) await peer.request('account/login/start', { type: 'apiKey', apiKey });
}

/** Asks for a key and stores it; false when the user gave none. */
export async function setApiKey(server: AgentServer, secrets: vscode.SecretStorage): Promise<boolean> {
  const given = await vscode.window.showInputBox({
    title: 'OpenAI API Key',
    prompt: 'The key is kept in the secret storage of VS Code and handed to Bowline’s server, nowhere else.',
    placeHolder: 'sk-…',
    password: true,
    ignoreFocusOut: true,
    validateInput: (text) => (/\s/.test(text.trim()) ? 'A key contains no spaces or line breaks.' : undefined),
  });
  const apiKey = given?.trim() ?? '';
  if (apiKey === '') return false;
  await secrets.store(SECRET, apiKey);
  await server.request('account/login/start', { type: 'apiKey', apiKey });
  await leaveLocalServer();
  void vscode.window.setStatusBarMessage('$(check) Bowline: the API key is stored', 5_000);
  return true;
}

/** Forgets the key here and in the server. */
export async function signOut(server: AgentServer, secrets: vscode.SecretStorage): Promise<void> {
  await secrets.delete(SECRET);
  try {
    await server.request('account/logout', {});
  } catch (error) {
    throw new Error(`The key is removed from VS Code, but the server did not sign out: ${messageOf(error)}`, {
      cause: error,
    });
  }
  void vscode.window.setStatusBarMessage('$(check) Bowline: signed out', 5_000);
}

/** Who sets a key wants it used: a local server that was chosen before makes way. */
async function leaveLocalServer(): Promise<void> {
  const { modelProvider, localServers } = readSettings();
  const isLocal = localServers.some(({ baseUrl }) => providerIdOf(baseUrl) === modelProvider);
  if (isLocal || modelProvider === 'demo') await writeSettings({ modelProvider: undefined, model: undefined });
}
