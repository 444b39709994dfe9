// `fetch` that goes through the proxy of the environment and trusts its certificates, in either runtime.
import type { Environment } from './credentials.ts';
import { trustedCertificates } from './certificates.ts';
import { routeTo, type Path } from './proxy.ts';

export type Fetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

/** Throws for certificates that cannot be used. The path of each request is decided when it is made. */
export function createRoutedFetch(caFile: string | null, env: Environment): Fetch {
  const ca = trustedCertificates(caFile, env);
  return async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const route = routeTo(url, env);
    if (route.type === 'unusable') throw new Error(route.words);
    const proxy = route.type === 'proxy' ? route.url : null;
    if (process.versions['bun'] !== undefined) return await fetch(input, bunInit(init, { proxy, ca }));
    if (proxy === null && (ca === null || url.protocol === 'http:')) return await fetch(input, init);
    return await (await import('./nodeFetch.ts')).nodeFetch(url, init ?? {}, { proxy, ca });
  };
}

/** Bun's own `fetch` takes both; false keeps it from looking into the environment by rules of its own. */
function bunInit(init: RequestInit | undefined, { proxy, ca }: Path): RequestInit {
  return Object.assign({}, init, { proxy: proxy?.href ?? false }, ca === null ? {} : { tls: { ca } });
}
