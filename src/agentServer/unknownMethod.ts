// Whether a server refused a request because it does not know the method: then the feature is not there, and nothing is wrong.
import { isProtocolError } from '../../server/protocol/errors.ts';

/** Bowline answers -32601; the reference server names the method as an unknown variant in an invalid request. */
export function isUnknownMethod(error: unknown): boolean {
  if (!isProtocolError(error)) return false;
  return (
    error.kind === 'methodNotFound' ||
    error.kind === 'notOffered' ||
    error.message.startsWith('Invalid request: unknown variant `')
  );
}
