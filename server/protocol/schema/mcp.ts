// MCP servers, and what belongs to plug-ins and apps: this server runs none yet, and says so in the protocol's shapes.
import * as z from 'zod';
import { lazy, members, type Infer } from '../define.ts';
import { JsonValue, page } from './common.ts';

export const McpServerStatusListParams = lazy(() =>
  z.object({
    ...page(),
    detail: z.enum(['full', 'toolsAndAuthOnly']).nullish(),
    threadId: z.string().nullish(),
    serverName: z.string().nullish(),
  }),
);
export type McpServerStatusListParams = Infer<typeof McpServerStatusListParams>;

export const McpServerStatusListResult = lazy(() =>
  z.object({ data: z.array(z.unknown()), nextCursor: z.string().nullable() }),
);
export type McpServerStatusListResult = Infer<typeof McpServerStatusListResult>;

export const McpServerOauthLoginParams = lazy(() =>
  z.object({
    name: z.string(),
    threadId: z.string().nullish(),
    clientRegistration: z.enum(['auto', 'cimd', 'dcr']).nullish(),
    scopes: z.array(z.string()).nullish(),
    timeoutSecs: z.number().nullish(),
  }),
);
export type McpServerOauthLoginParams = Infer<typeof McpServerOauthLoginParams>;

export const McpServerOauthLoginResult = lazy(() =>
  z.object({ authorizationUrl: z.string(), loginId: z.string().optional() }),
);
export type McpServerOauthLoginResult = Infer<typeof McpServerOauthLoginResult>;

export const McpServerResourceReadParams = lazy(() =>
  z.object({ threadId: z.string().nullish(), server: z.string(), uri: z.string() }),
);
export type McpServerResourceReadParams = Infer<typeof McpServerResourceReadParams>;

export const McpServerResourceReadResult = lazy(() =>
  z.object({ contents: z.array(z.unknown()), originCallId: z.string().nullable() }),
);
export type McpServerResourceReadResult = Infer<typeof McpServerResourceReadResult>;

export const McpServerToolCallParams = lazy(() =>
  z.object({ threadId: z.string(), server: z.string(), tool: z.string(), arguments: JsonValue().optional() }),
);
export type McpServerToolCallParams = Infer<typeof McpServerToolCallParams>;

export const McpServerToolCallResult = lazy(() => z.object({ content: z.array(JsonValue()) }));
export type McpServerToolCallResult = Infer<typeof McpServerToolCallResult>;

export const PluginListParams = lazy(() => z.object({ cwds: z.array(z.string()).nullish() }));
export type PluginListParams = Infer<typeof PluginListParams>;

const marketplaces = members(() => ({
  marketplaces: z.array(z.unknown()),
  marketplaceLoadErrors: z.array(z.unknown()),
}));

export const PluginListResult = lazy(() => z.object({ ...marketplaces(), featuredPluginIds: z.array(z.string()) }));
export type PluginListResult = Infer<typeof PluginListResult>;

export const PluginInstalledResult = lazy(() => z.object(marketplaces()));
export type PluginInstalledResult = Infer<typeof PluginInstalledResult>;

export const AppListParams = lazy(() => z.object({ ...page(), threadId: z.string().nullish() }));
export type AppListParams = Infer<typeof AppListParams>;

export const AppListResult = lazy(() => z.object({ data: z.array(z.unknown()), nextCursor: z.string().nullable() }));
export type AppListResult = Infer<typeof AppListResult>;

export const AppInstalledParams = lazy(() => z.object({ threadId: z.string().nullish() }));
export type AppInstalledParams = Infer<typeof AppInstalledParams>;

export const AppInstalledResult = lazy(() => z.object({ apps: z.array(z.unknown()) }));
export type AppInstalledResult = Infer<typeof AppInstalledResult>;
