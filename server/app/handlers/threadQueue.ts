// The queue of a thread: prompts that wait for the running turn's end.
import type { LiveThread } from '../../core/thread/liveThread.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import type { UserInput } from '../../protocol/schema/item.ts';
import type { QueuedSubmission } from '../../protocol/schema/queue.ts';
import { Reply } from '../../rpc/incoming.ts';
import { refuseTooLong } from '../refuseTooLong.ts';
import type { Handler, RequestContext } from '../requestContext.ts';
import { needRow } from '../threadHistory.ts';
import { beginQueued, goOn, tellChanged, waiting } from '../goOn.ts';
import type { ThreadTable } from '../threadTable.ts';

const DEFAULT_PAGE = 100;

/** The queue as it may be changed here: of a loaded thread, or of a stored one that nobody writes. */
interface Queue {
  readonly threads: ThreadTable;
  readonly threadId: string;
  readonly thread: LiveThread | undefined;
  readonly prompts: readonly QueuedSubmission[];
}

export const threadQueueAdd: Handler<'thread/queue/add'> = async (context, params) => {
  const { threadId, input, clientUserMessageId, responsesapiClientMetadata = null } = params;
  refuseUnfit(input);
  const queue = await queueOf(context, threadId);
  const { thread, prompts } = queue;
  const { store } = queue.threads;
  const known = prompts.find((prompt) => prompt.clientUserMessageId === clientUserMessageId);
  if (known !== undefined) return { queuedSubmission: known };
  const queuedSubmission = { id: context.app.ids.next(), input, clientUserMessageId, responsesapiClientMetadata };
  const isSent = (thread ?? storedMessages(queue)).turnOfMessage(clientUserMessageId) !== undefined;
  if (isSent) return { queuedSubmission };
  change(context, queue, () => store.enqueue(threadId, queuedSubmission));
  return new Reply({ queuedSubmission }, () => {
    tell(context, queue);
    if (thread === undefined) return;
    // what is asked for while nothing else waits is not held back by how the last turn ended
    if (thread.running === null && prompts.length === 0) beginQueued(context.app, thread, queuedSubmission).run();
    else goOn(context.app, thread);
  });
};

export const threadQueueList: Handler<'thread/queue/list'> = async (context, { threadId, cursor, limit }) => {
  const { prompts } = await queueOf(context, threadId);
  const from = positionOf(cursor ?? '0');
  const end = from + Math.max(1, limit ?? DEFAULT_PAGE);
  return { data: prompts.slice(from, end), nextCursor: end < prompts.length ? String(end) : null };
};

export const threadQueueUpdate: Handler<'thread/queue/update'> = async (context, params) => {
  refuseUnfit(params.input);
  const queue = await queueOf(context, params.threadId);
  const known = needPrompt(queue, params.queuedSubmissionId);
  const metadata = params.responsesapiClientMetadata ?? known.responsesapiClientMetadata;
  const queuedSubmission = { ...known, input: params.input, responsesapiClientMetadata: metadata };
  change(context, queue, () => queue.threads.store.updateQueued(params.threadId, queuedSubmission));
  return new Reply({ queuedSubmission }, () => tell(context, queue));
};

export const threadQueueDelete: Handler<'thread/queue/delete'> = async (context, params) => {
  const queue = await queueOf(context, params.threadId);
  const { queuedSubmissionId } = params;
  if (!queue.prompts.some(({ id }) => id === queuedSubmissionId)) return { deleted: false };
  change(context, queue, () => queue.threads.store.removeQueued(params.threadId, queuedSubmissionId));
  return new Reply({ deleted: true }, () => tell(context, queue));
};

export const threadQueueReorder: Handler<'thread/queue/reorder'> = async (context, params) => {
  const queue = await queueOf(context, params.threadId);
  const ids = new Set(params.queuedSubmissionIds);
  const isWhole = ids.size === params.queuedSubmissionIds.length && ids.size === queue.prompts.length;
  if (!isWhole || !queue.prompts.every(({ id }) => ids.has(id)))
    throw new ProtocolError('invalidRequest', 'queue reorder must include every queued submission exactly once', {
      kind: 'queueChanged',
    });
  change(context, queue, () => queue.threads.store.reorderQueue(params.threadId, [...ids]));
  return new Reply({}, () => tell(context, queue));
};

export const threadQueueStart: Handler<'thread/queue/start'> = async (context, { threadId, queuedSubmissionId }) => {
  (await context.threads()).need(threadId);
  const queue = await queueOf(context, threadId);
  const { thread } = queue;
  if (thread === undefined || thread.running !== null)
    throw new ProtocolError('invalidRequest', 'thread already has an active or pending turn', { kind: 'turnRunning' });
  const wanted = queuedSubmissionId ?? queue.prompts[0]?.id;
  if (wanted === undefined) throw new ProtocolError('invalidRequest', 'queue is empty', { kind: 'queueEmpty' });
  const { answer, run } = beginQueued(context.app, thread, needPrompt(queue, wanted));
  return new Reply({ turn: answer }, run);
};

async function queueOf(context: RequestContext, threadId: string): Promise<Queue> {
  const threads = await context.threads();
  const thread = threads.get(threadId);
  if (thread?.isEphemeral === true)
    throw new ProtocolError('invalidRequest', `ephemeral thread does not support queued submissions: ${threadId}`);
  if (thread !== undefined) return { threads, threadId, thread, prompts: waiting(thread) };
  needRow(threads, threadId, (id) => `no rollout found for thread id ${id}`);
  return { threads, threadId, thread, prompts: threads.store.queue(threadId) };
}

function storedMessages({ threads, threadId }: Queue): Pick<LiveThread, 'turnOfMessage'> {
  return { turnOfMessage: (clientId) => threads.store.turnOfMessage(threadId, clientId) };
}

/** Makes the change while this process has the right to write the thread. */
function change(context: RequestContext, { threads, threadId, thread }: Queue, make: () => void): void {
  if (thread !== undefined) {
    thread.ensureWritable();
    return make();
  }
  const lease = threads.acquire(threadId, context.connection.clientName, false);
  try {
    make();
  } finally {
    lease.release();
  }
}

function tell({ fanout }: RequestContext, { thread, threadId }: Queue): void {
  if (thread === undefined) fanout.publish({ method: 'thread/queue/changed', params: { threadId } });
  else tellChanged(thread);
}

function needPrompt({ prompts }: Queue, id: string): QueuedSubmission {
  const prompt = prompts.find((candidate) => candidate.id === id);
  if (prompt !== undefined) return prompt;
  throw new ProtocolError('invalidRequest', `queued submission not found: ${id}`, { kind: 'queuedSubmissionNotFound' });
}

function refuseUnfit(input: readonly UserInput[]): void {
  if (input.length === 0)
    throw new ProtocolError('invalidRequest', 'only user input can be added to the user-message queue');
  refuseTooLong(input);
}

function positionOf(cursor: string): number {
  if (/^\d{1,9}$/.test(cursor)) return Number(cursor);
  throw new ProtocolError('invalidRequest', `invalid cursor: ${cursor}`, { kind: 'invalidCursor' });
}
