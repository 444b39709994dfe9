// What was said in a conversation, as stories look at it: to the model, and to the clients.
import type { ModelRequestRecord } from './modelRequest.ts';
import type { WireClient } from './wireClient.ts';

/** What was said in a request after the instructions, one line a message. */
export function talkIn(request: ModelRequestRecord): string[] {
  const talk = request.input.flatMap((item: any) =>
    item.type === 'message' || item.role !== undefined
      ? [`${item.role}: ${item.content.map((part: any) => part.text).join('\n')}`]
      : [],
  );
  return talk.slice(talk.findIndex((line) => line.includes('<environment_context>')) + 1);
}

/** The kinds of the items that began since a line, reasoning left out. */
export function itemsSince(client: WireClient, from: number): string[] {
  return client
    .incoming(from)
    .filter(({ method, params }) => method === 'item/started' && params.item.type !== 'reasoning')
    .map(({ params }) => params.item.type);
}
