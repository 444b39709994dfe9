// MCP servers, plug-ins and apps: this server runs none, and answers so in the protocol's shapes.
import { ProtocolError } from '../../protocol/errors.ts';
import type { Handler } from '../requestContext.ts';

export const mcpServerStatusList: Handler<'mcpServerStatus/list'> = async () => ({ data: [], nextCursor: null });

export const configMcpServerReload: Handler<'config/mcpServer/reload'> = async () => ({});

export const mcpServerOauthLogin: Handler<'mcpServer/oauth/login'> = async (_context, { name }) => {
  throw new ProtocolError('invalidRequest', `No MCP server named '${name}' found.`, { kind: 'mcpServerNotFound' });
};

export const mcpServerResourceRead: Handler<'mcpServer/resource/read'> = async (_context, { server }) => {
  throw unknownServer(server);
};

export const mcpServerToolCall: Handler<'mcpServer/tool/call'> = async (_context, { server }) => {
  throw unknownServer(server);
};

export const pluginList: Handler<'plugin/list'> = async () => ({
  marketplaces: [],
  marketplaceLoadErrors: [],
  featuredPluginIds: [],
});

export const pluginInstalled: Handler<'plugin/installed'> = async () => ({
  marketplaces: [],
  marketplaceLoadErrors: [],
});

export const appList: Handler<'app/list'> = async () => ({ data: [], nextCursor: null });

export const appInstalled: Handler<'app/installed'> = async () => ({ apps: [] });

function unknownServer(server: string): ProtocolError {
  return new ProtocolError('internalError', `unknown MCP server '${server}'`, { kind: 'mcpServerNotFound' });
}
