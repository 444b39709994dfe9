// Looks for model servers on the ports they usually have. Called only while the user looks at the page that offers them.
import type { LocalServer } from '../../server/protocol/chatBridge.ts';

const USUAL_PORTS: readonly { readonly port: number; readonly name: string }[] = [
  { port: 11434, name: 'Ollama' },
  { port: 1234, name: 'LM Studio' },
  { port: 8000, name: 'Local server (port 8000)' },
];

/** A server of this machine answers at once or not at all. */
const ANSWER_LIMIT_MS = 800;

/** The part of `fetch` that is used. */
export type Fetch = (url: string, options: { signal: AbortSignal }) => Promise<Response>;

/** The servers that answer on the usual ports, with their models. */
export async function findLocalServers(fetch: Fetch): Promise<LocalServer[]> {
  const found = await Promise.all(
    USUAL_PORTS.map(async ({ port, name }) => {
      const baseUrl = `http://127.0.0.1:${port}/v1`;
      const models = await listModels(baseUrl, fetch);
      return models === null ? [] : [{ name, baseUrl, models }];
    }),
  );
  return found.flat();
}

/** The names of a server's models; null when it does not answer like such a server. */
export async function listModels(baseUrl: string, fetch: Fetch): Promise<string[] | null> {
  try {
    const response = await fetch(`${baseUrl}/models`, { signal: AbortSignal.timeout(ANSWER_LIMIT_MS) });
    return response.ok ? readModels(await response.json()) : null;
  } catch {
    return null; // nobody listens there, or it is something else: both are "no such server"
  }
}

/** The ids in a list of models as OpenAI's protocol has it. */
export function readModels(body: unknown): string[] | null {
  if (typeof body !== 'object' || body === null || !('data' in body) || !Array.isArray(body.data)) return null;
  return body.data.flatMap((entry: unknown) =>
    typeof entry === 'object' && entry !== null && 'id' in entry && typeof entry.id === 'string' ? [entry.id] : [],
  );
}
