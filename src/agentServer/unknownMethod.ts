// Whether a server refused a request because it does not know the method: then the feature is not there, and nothing is wrong.
import { isProtocolError, ProtocolError } from '../../server/protocol/errors.ts';

/** Bowline answers -32601; the reference server names the method as an unknown variant in an invalid request. */
export function isUnknownMethod(error: unknown): boolean {
  if (!isProtocolError(error)) return false;
  return (
    error.kind === 'methodNotFound' ||
    error.kind === 'notOffered' ||
    error.message.startsWith('Invalid request: unknown variant `')
  );
}

/** The refusal in words for the user: the reference server names all of its methods instead. */
export function notOffered(method: string, cause?: unknown): ProtocolError {
  const message = `The server that Bowline is set to use does not offer this (${method}). The one that comes with Bowline does.`;
  return new ProtocolError('methodNotFound', message, { cause });
}
