// What the page asks about the queue of a thread, with what the editor adds to it: its messages begin turns without asking here again.
import { messageOf } from '../../server/protocol/errors.ts';
import type { ClientRequestInput } from '../../server/protocol/methods.ts';
import { isUnknownMethod } from '../agentServer/unknownMethod.ts';
import type { Log } from '../log.ts';
import type { ModelState } from '../models/modelState.ts';
import type { ThreadLimits } from '../sandbox/threadLimits.ts';
import type { ServerPort } from '../threads/serverPort.ts';
import type { KeptFiles } from './keptFiles.ts';

type QueueMethod = 'thread/queue/add' | 'thread/queue/update' | 'thread/queue/start';

export interface QueuePorts {
  readonly server: Pick<ServerPort, 'request'>;
  readonly models: Pick<ModelState, 'overridesFor'>;
  readonly limits: Pick<ThreadLimits, 'turn'>;
  readonly kept: Pick<KeptFiles, 'checkInput'>;
  readonly log: Log;
}

/** Sends it, after the thread has the model and the limits that a turn would be started with from here. */
export async function askQueue<M extends QueueMethod>(
  ports: QueuePorts,
  method: M,
  params: ClientRequestInput<M>,
): Promise<unknown> {
  if ('input' in params) await ports.kept.checkInput(params.input);
  if (method !== 'thread/queue/update') await settle(ports, params.threadId);
  return await ports.server.request(method, params);
}

async function settle({ server, models, limits, log }: QueuePorts, threadId: string): Promise<void> {
  const settings = { ...models.overridesFor(threadId), ...(await limits.turn(threadId)) };
  if (Object.keys(settings).length === 0) return;
  try {
    await server.request('thread/settings/update', { threadId, ...settings });
  } catch (error) {
    if (!isUnknownMethod(error)) throw error;
    log.warn(`The server cannot change a thread's settings: ${messageOf(error)}`);
  }
}
