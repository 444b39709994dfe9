// The model providers of the configuration.
import type { Handler } from '../requestContext.ts';

export const modelProviderList: Handler<'modelProvider/list'> = ({ app }) => app.configuration.listProviders();

export const modelProviderConfigWrite: Handler<'modelProvider/config/write'> = async ({ app }, params) => ({
  provider: await app.configuration.writeProvider(params),
});

/** No tool of this server makes images or searches the web. */
export const modelProviderCapabilitiesRead: Handler<'modelProvider/capabilities/read'> = async () => ({
  imageGeneration: false,
  webSearch: false,
});
