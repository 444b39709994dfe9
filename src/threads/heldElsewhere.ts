// Whether opening a thread was refused because another process writes it.
import { isProtocolError } from '../../server/protocol/errors.ts';

/** In the words of the reference server, which gives no kind. */
const REFUSAL = 'already has an active writer';

/** `threadHeld`: it may be taken over. `ownerSilent`: its process does not answer. */
export function isHeldElsewhere(error: unknown): boolean {
  if (!isProtocolError(error)) return false;
  return error.kind === 'threadHeld' || error.kind === 'ownerSilent' || error.message.includes(REFUSAL);
}
