// Refuses the experimental members of a request to clients that did not ask for them.
import { ProtocolError } from '../protocol/errors.ts';
import type { Connection } from './connection.ts';

/** `fields` are the experimental members as the client gave them. */
export function refuseExperimental(
  connection: Connection,
  method: string,
  fields: Readonly<Record<string, unknown>>,
): void {
  if (connection.wantsExperimental) return;
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined && value !== null)
      throw new ProtocolError('invalidRequest', `${method}.${name} requires experimentalApi capability`);
  }
}
