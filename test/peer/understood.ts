// What a server says as Bowline's own clients read it: every message that they know must fit the shapes that they expect.
import type { RequestId } from '../../server/protocol/jsonrpc.ts';
import { clientRequests, serverNotifications, serverRequests } from '../../server/protocol/methods.ts';
import type { LazySchema } from '../../server/protocol/define.ts';
import type { Line } from '../support/wireClient.ts';

const REQUESTS = new Map(Object.entries(clientRequests));
const SAID = new Map<string, LazySchema>(
  [...Object.entries(serverNotifications), ...Object.entries(serverRequests)].map(([method, { params }]) => [
    method,
    params,
  ]),
);

/** In words, what would not be understood. */
export function notUnderstood(lines: readonly Line[]): string[] {
  const asked = new Map<RequestId, string>();
  const found: string[] = [];
  const check = (label: string, schema: LazySchema | undefined, value: unknown): void => {
    const problem = schema?.().safeParse(value).error;
    if (problem !== undefined) found.push(`${label}: ${problem.message}`);
  };
  for (const { direction, message } of lines) {
    if ('method' in message) {
      if (direction === '>' && 'id' in message) asked.set(message.id, message.method);
      if (direction === '<') check(message.method, SAID.get(message.method), message.params);
    } else if (direction === '<' && 'result' in message) {
      const method = asked.get(message.id) ?? '';
      check(`result of ${method}`, REQUESTS.get(method)?.result, message.result);
    }
  }
  return found;
}
