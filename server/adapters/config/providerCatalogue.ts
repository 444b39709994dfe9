// The providers for a client's settings page: listed as they are configured, and written into the user's file.
import { isTable, mergeLayers, valueAt } from '../../core/config/configTable.ts';
import { providerSummary } from '../../core/config/providerSummary.ts';
import { DEMO_PROVIDER, OPENAI_PROVIDER, providersOf } from '../../core/config/providers.ts';
import { defaultProviderOf } from '../../core/config/resolveSettings.ts';
import type { JsonValue } from '../../protocol/schema/common.ts';
import type { ConfigEdit } from '../../protocol/schema/config.ts';
import type {
  ModelProviderConfigWriteParams,
  ModelProviderListResult,
  ModelProviderSummary,
} from '../../protocol/schema/modelProvider.ts';
import { writeConfig, writeRefused } from './configWriter.ts';
import type { LayerFiles } from './layers.ts';

type Settings = Extract<ModelProviderConfigWriteParams['settings'], { type: 'customGateway' }>;

export function listProviders(files: LayerFiles, hasOpenaiKey: boolean): ModelProviderListResult {
  const { layers } = files.read(null);
  const { config } = mergeLayers(layers);
  const own = ownProviders(files);
  return {
    data: providersOf(config).map((provider) => providerSummary(provider, own.includes(provider.id))),
    defaultProviderId: defaultProviderOf(config, hasOpenaiKey),
    canChangeDefault: layers.every(
      (layer) => layer.name['type'] === 'user' || !Object.hasOwn(layer.config, 'model_provider'),
    ),
  };
}

/** Throws ProtocolError with a `config_write_error_code`. */
export function writeProvider(files: LayerFiles, { settings }: ModelProviderConfigWriteParams): ModelProviderSummary {
  if (settings.type !== 'customGateway')
    throw writeRefused('configValidationError', `This server has no providers of type ${settings.type}.`);
  const id = settings.providerId ?? newId(settings, files);
  if (settings.providerId) refuseUnknown(id, files);
  writeConfig(files, files.userPath, { edits: editsOf(id, settings) });
  const provider = providersOf(mergeLayers(files.read(null).layers).config).find((candidate) => candidate.id === id);
  if (provider === undefined)
    throw writeRefused('configValidationError', `The provider ${id} cannot be used as it is.`);
  return providerSummary(provider, true);
}

function ownProviders(files: LayerFiles): string[] {
  const user = files.read(null).layers.find((layer) => layer.name['type'] === 'user');
  const tables = user === undefined ? undefined : valueAt(user.config, 'model_providers');
  return isTable(tables) ? Object.keys(tables) : [];
}

function refuseUnknown(id: string, files: LayerFiles): void {
  if (id === OPENAI_PROVIDER || id === DEMO_PROVIDER)
    throw writeRefused('configValidationError', 'A custom provider or gateway cannot use a built-in provider ID.');
  if (!ownProviders(files).includes(id)) throw writeRefused('configPathNotFound', 'Unknown provider ID.');
}

/** From the name, e.g. "My Gate" -> my-gate; with a number where there is one already. */
function newId({ name, baseUrl }: Settings, files: LayerFiles): string {
  if (!baseUrl) throw writeRefused('configValidationError', 'A base URL is required to create a custom provider.');
  const word = (name ?? '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  const stem = word === '' ? 'custom' : word;
  const taken = new Set([...ownProviders(files), OPENAI_PROVIDER, DEMO_PROVIDER]);
  for (let number = 1; ; number += 1) {
    const id = number === 1 ? stem : `${stem}-${number}`;
    if (!taken.has(id)) return id;
  }
}

function editsOf(id: string, settings: Settings): ConfigEdit[] {
  const { name, baseUrl, envKey } = settings;
  if (baseUrl === null) throw writeRefused('configValidationError', 'A custom provider cannot be without a base URL.');
  if (baseUrl !== undefined) refuseUrl(baseUrl);
  const isNew = !settings.providerId;
  const values: [string, JsonValue | undefined][] = [
    ['name', name ?? (isNew ? id : undefined)],
    ['base_url', baseUrl],
    ['wire_api', isNew ? 'responses' : undefined],
    ['env_key', envKey],
  ];
  return values.flatMap(([key, value]) =>
    value === undefined
      ? []
      : { keyPath: `model_providers.${JSON.stringify(id)}.${key}`, value, mergeStrategy: 'replace' as const },
  );
}

function refuseUrl(baseUrl: string): void {
  const url = URL.parse(baseUrl);
  const isPlain = url !== null && `${url.username}${url.password}${url.search}${url.hash}` === '';
  if (isPlain && (url.protocol === 'http:' || url.protocol === 'https:')) return;
  const message = 'Enter an HTTP(S) base URL without credentials, a query, or a fragment.';
  throw writeRefused('configValidationError', message);
}
