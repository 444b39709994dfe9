// What other processes ask a client that follows their threads, in the form of the questions of this one.
import { serverRequests, type ServerRequestMethod } from '../../protocol/methods.ts';
import type { OpenRequest } from '../serverRequests.ts';
import type { Relay } from './relay.ts';

export function relayedQuestions(relays: ReadonlyMap<string, Relay>): OpenRequest[] {
  const questions = [...relays].flatMap(([threadId, relay]) =>
    relay.questions.map((asked) => ({ ...asked, threadId })),
  );
  return questions.filter(isOpenRequest);
}

/** A question of a kind that this process does not know cannot be listed. */
function isOpenRequest(asked: {
  readonly id: unknown;
  readonly method: string;
  readonly params: unknown;
}): asked is OpenRequest {
  if (typeof asked.id !== 'number' || !isKnown(asked.method)) return false;
  return serverRequests[asked.method].params().safeParse(asked.params).success;
}

function isKnown(method: string): method is ServerRequestMethod {
  return Object.hasOwn(serverRequests, method);
}
