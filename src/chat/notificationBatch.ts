// Gathers notifications for a moment, so that a burst of deltas reaches the page as few messages.
import type { ServerNotification } from '../../server/protocol/methods.ts';

/** Half a frame: not to be seen, and enough to gather hundreds of deltas. */
const GATHER_MS = 8;

/** Hands on what it is given, in order, in batches. */
export class NotificationBatch {
  readonly #send: (notifications: readonly ServerNotification[]) => void;
  #gathered: ServerNotification[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(send: (notifications: readonly ServerNotification[]) => void) {
    this.#send = send;
  }

  push(notification: ServerNotification): void {
    const last = this.#gathered.at(-1);
    const joined = last === undefined ? null : join(last, notification);
    if (joined === null) this.#gathered.push(notification);
    else this.#gathered[this.#gathered.length - 1] = joined;
    this.#timer ??= setTimeout(() => this.flush(), GATHER_MS);
  }

  /** Hands on what was gathered, now: call it before anything that must come after. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#gathered.length === 0) return;
    const notifications = this.#gathered;
    this.#gathered = [];
    this.#send(notifications);
  }

  /** Forgets what was gathered: a snapshot says it all anew. */
  clear(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#gathered = [];
  }
}

/** Two deltas of the same text as one; null when they are not that. */
export function join(first: ServerNotification, second: ServerNotification): ServerNotification | null {
  if (first.method === 'item/agentMessage/delta' && second.method === 'item/agentMessage/delta') {
    return isSameItem(first, second)
      ? { ...second, params: { ...second.params, delta: first.params.delta + second.params.delta } }
      : null;
  }
  if (first.method === 'item/commandExecution/outputDelta' && second.method === 'item/commandExecution/outputDelta') {
    return isSameItem(first, second)
      ? { ...second, params: { ...second.params, delta: first.params.delta + second.params.delta } }
      : null;
  }
  if (first.method === 'item/reasoning/summaryTextDelta' && second.method === 'item/reasoning/summaryTextDelta') {
    const isSame = isSameItem(first, second) && first.params.summaryIndex === second.params.summaryIndex;
    return isSame ? { ...second, params: { ...second.params, delta: first.params.delta + second.params.delta } } : null;
  }
  return null;
}

interface OfItem {
  readonly params: { readonly threadId: string; readonly turnId: string; readonly itemId: string };
}

function isSameItem({ params: a }: OfItem, { params: b }: OfItem): boolean {
  return a.itemId === b.itemId && a.turnId === b.turnId && a.threadId === b.threadId;
}
