// Asks the server which provider and model it would take by itself, and which providers its configuration names.
import type { JsonValue, SandboxMode } from '../../server/protocol/schema/common.ts';
import { APPROVAL_POLICIES, oneOf, SANDBOX_MODES, type ApprovalPolicyName } from '../settingValues.ts';
import type { ServerPort } from '../threads/serverPort.ts';

/** What the configuration says about the limits of a thread; null where it says nothing. */
export interface ConfiguredPolicies {
  readonly approvalPolicy: ApprovalPolicyName | null;
  readonly sandbox: SandboxMode | null;
  /** Whether it says if commands may use the network. */
  readonly hasNetwork: boolean;
}

export interface ServerDefaults {
  readonly provider: string;
  /** null when the provider does not say. */
  readonly model: string | null;
  /** Names for the user, by provider. */
  readonly providerNames: Readonly<Record<string, string>>;
  readonly hasAccount: boolean;
  /** There is none, and OpenAI's models are what would be used: no message gets an answer before there is one. */
  readonly lacksAccount: boolean;
  readonly policies: ConfiguredPolicies;
}

const OPENAI: Readonly<Record<string, string>> = { openai: 'OpenAI' };
const TOUR: Readonly<Record<string, string>> = { demo: 'Demo' };

export async function readServerDefaults(server: ServerPort): Promise<ServerDefaults> {
  const [{ config }, { account, requiresOpenaiAuth }] = await Promise.all([
    server.request('config/read', {}),
    server.request('account/read', {}),
  ]);
  const configured = text(config['model_provider']);
  const isOwn = server.isOwn !== false;
  // Bowline's server plays its tour when it has no key and wants none
  const provider = configured ?? (isOwn && account === null && !requiresOpenaiAuth ? 'demo' : 'openai');
  return {
    provider,
    model: text(config['model']) ?? (await defaultModel(server)),
    providerNames: { ...OPENAI, ...(isOwn ? TOUR : {}), ...namesIn(config['model_providers']) },
    hasAccount: account !== null,
    lacksAccount: account === null && requiresOpenaiAuth && provider === 'openai',
    policies: {
      approvalPolicy: oneOf(config['approval_policy'], APPROVAL_POLICIES),
      sandbox: oneOf(config['sandbox_mode'], SANDBOX_MODES),
      hasNetwork: memberOf(config['sandbox_workspace_write'], 'network_access') !== undefined,
    },
  };
}

async function defaultModel(server: ServerPort): Promise<string | null> {
  const { data } = await server.request('model/list', {});
  return (data.find(({ isDefault }) => isDefault) ?? data[0])?.model ?? null;
}

function namesIn(providers: JsonValue | undefined): Record<string, string> {
  if (typeof providers !== 'object' || providers === null || Array.isArray(providers)) return {};
  return Object.fromEntries(
    Object.entries(providers).map(([id, provider]) => {
      const isNamed = typeof provider === 'object' && provider !== null && !Array.isArray(provider);
      return [id, (isNamed ? text(provider['name']) : null) ?? id];
    }),
  );
}

function memberOf(table: JsonValue | undefined, key: string): JsonValue | undefined {
  const isTable = typeof table === 'object' && table !== null && !Array.isArray(table);
  return isTable ? (table[key] ?? undefined) : undefined;
}

function text(value: JsonValue | undefined): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}
