// Stops a turn, under the name that the server knows it by.
import { isProtocolError } from '../../server/protocol/errors.ts';
import type { ServerPort } from './serverPort.ts';

/** The turn of a review has two ids at the reference server, which says the one it wants only when it is given the other. */
const WANTED = /expected active turn id \S+ but found `?([\w-]+)`?/;

export async function interruptTurn(
  server: Pick<ServerPort, 'request'>,
  { threadId, turnId }: { readonly threadId: string; readonly turnId: string },
): Promise<void> {
  try {
    await server.request('turn/interrupt', { threadId, turnId });
  } catch (error) {
    const wanted = isProtocolError(error) ? WANTED.exec(error.message)?.[1] : undefined;
    if (wanted === undefined || wanted === turnId) throw error;
    await server.request('turn/interrupt', { threadId, turnId: wanted });
  }
}
