// The door for what the page says: each message is checked before anything is done with it.
import * as z from 'zod';
import type { Attachment, Draft, HostMethod, HostServices, KeptBy } from '../../server/protocol/chatBridge.ts';
import { ProtocolError } from '../../server/protocol/errors.ts';
import { Rehearsal } from '../../server/protocol/schema/safety.ts';
import { clientRequests, type ClientRequestInput, type ClientRequestMethod } from '../../server/protocol/methods.ts';

const Envelope = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('ready') }),
  z.object({ kind: z.literal('request'), id: z.number(), method: z.string(), params: z.unknown() }),
  z.object({ kind: z.literal('call'), id: z.number(), method: z.string(), params: z.unknown() }),
  z.object({
    kind: z.literal('answer'),
    threadId: z.string(),
    requestId: z.union([z.string(), z.number()]),
    result: z.unknown(),
  }),
]);

/** A message of the page whose method and params are still to be checked. */
export type PageEnvelope = z.output<typeof Envelope>;

/** The message; null when it is none of ours. */
export function readEnvelope(value: unknown): PageEnvelope | null {
  const parsed = Envelope.safeParse(value);
  return parsed.success ? parsed.data : null;
}

const keptBy: z.ZodType<KeptBy> = z.enum(['name', 'ignoreFile']);

const attachment: z.ZodType<Attachment> = z.discriminatedUnion('type', [
  z.object({ type: z.literal('file'), path: z.string(), name: z.string(), keptBy: keptBy.exactOptional() }),
  z.object({
    type: z.literal('selection'),
    path: z.string(),
    name: z.string(),
    startLine: z.number(),
    endLine: z.number(),
    text: z.string(),
    keptBy: keptBy.exactOptional(),
  }),
  z.object({ type: z.literal('image'), url: z.string(), name: z.string() }),
]);

const draft: z.ZodType<Draft> = z.object({
  text: z.string(),
  attachments: z.array(attachment),
  messageId: z.string().exactOptional(),
  savedAtMs: z.number().exactOptional(),
});

const threadAndTurn = { threadId: z.string(), turnId: z.string() };

const callParams: { readonly [M in HostMethod]: z.ZodType<HostServices[M]['params']> } = {
  openFile: z.object({ path: z.string(), line: z.number().int().positive().exactOptional() }),
  openDiff: z.object({ ...threadAndTurn, itemId: z.string(), path: z.string().exactOptional() }),
  openRehearsal: z.object({ rehearsal: z.lazy(Rehearsal) }),
  reviewChanges: z.object(threadAndTurn),
  completeFiles: z.object({ query: z.string().max(500) }),
  attachFiles: z.object({ paths: z.array(z.string()).max(200) }),
  currentSelection: z.null(),
  pickFiles: z.null(),
  saveDraft: z.object({ threadId: z.string(), draft }),
  showThread: z.object({ threadId: z.string().nullable() }),
  forkAt: z.object({ threadId: z.string(), lastTurnId: z.string() }),
  restoreFiles: z.object(threadAndTurn),
  setApiKey: z.null(),
  findLocalServers: z.null(),
  chooseLocalServer: z.object({ baseUrl: z.url(), name: z.string(), model: z.string() }),
  setMode: z.object({ mode: z.enum(['plan', 'default']) }),
  pickModel: z.null(),
  openFolder: z.null(),
  manageTrust: z.null(),
  runCommand: z.object({ command: z.templateLiteral(['bowline.', z.string()]) }),
  copyText: z.object({ text: z.string() }),
  openLink: z.object({ url: z.string() }),
};

export function isHostMethod(method: string): method is HostMethod {
  return Object.hasOwn(callParams, method);
}

/** The params of a call; throws ProtocolError when they do not fit. */
export function parseCall<M extends HostMethod>(method: M, params: unknown): HostServices[M]['params'] {
  const parsed = callParams[method].safeParse(params);
  if (parsed.success) return parsed.data;
  throw new ProtocolError(
    'invalidParams',
    `The page called ${method} in a way that does not fit: ${parsed.error.message}`,
  );
}

/** Whether the page may send this request; the handshake is the host's own. */
export function isPageRequest(method: string): method is Exclude<ClientRequestMethod, 'initialize'> {
  return method !== 'initialize' && Object.hasOwn(clientRequests, method);
}

/** Whether the params fit the method. */
export function fitsRequest<M extends ClientRequestMethod>(
  method: M,
  params: unknown,
): params is ClientRequestInput<M> {
  return clientRequests[method].params().safeParse(params ?? {}).success;
}
