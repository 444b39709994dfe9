// Gathers what the server says and hands it on once per animation frame, runs of deltas joined into one.
import type { ServerNotification } from '../../server/protocol/methods.ts';

/** Calls back once, soon; answers how to call it off. */
export type Schedule = (run: () => void) => () => void;

export interface DeltaQueue {
  push(events: readonly ServerNotification[]): void;
  /** Hands on what is there now. */
  flush(): void;
  clear(): void;
}

export function createDeltaQueue(schedule: Schedule, deliver: (events: ServerNotification[]) => void): DeltaQueue {
  let gathered: ServerNotification[] = [];
  let cancel: (() => void) | undefined;

  const flush = (): void => {
    cancel?.();
    cancel = undefined;
    const events = gathered;
    gathered = [];
    if (events.length > 0) deliver(joinDeltas(events));
  };
  return {
    push: (events) => {
      for (const event of events) gathered.push(event);
      if (gathered.length > 0) cancel ??= schedule(flush);
    },
    flush,
    clear: () => {
      cancel?.();
      cancel = undefined;
      gathered = [];
    },
  };
}

/** How long a page that is not drawn waits: hidden pages get no animation frames. */
const HIDDEN_DELAY_MS = 250;

/** Once per frame; a hidden page gets a timer, because it would wait for its frame for ever. */
export const eachFrame: Schedule = (run) => {
  if (document.visibilityState === 'hidden') {
    const timer = setTimeout(run, HIDDEN_DELAY_MS);
    return () => clearTimeout(timer);
  }
  const frame = requestAnimationFrame(run);
  // a page that is hidden before the frame comes would otherwise fall silent
  const timer = setTimeout(run, HIDDEN_DELAY_MS);
  return () => {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
  };
};

/** The same events with neighbouring deltas of one text joined: 20,000 deltas become one string, not 20,000 states. */
export function joinDeltas(events: readonly ServerNotification[]): ServerNotification[] {
  const joined: ServerNotification[] = [];
  for (let index = 0; index < events.length;) {
    const event = events[index];
    if (event === undefined) break;
    let end = index + 1;
    while (end < events.length && continues(event, events[end])) end += 1;
    joined.push(end === index + 1 ? event : withText(event, textOf(events.slice(index, end))));
    index = end;
  }
  return joined;
}

type TextDelta = Extract<ServerNotification, { params: { delta: string } }>;

function isTextDelta(event: ServerNotification): event is TextDelta {
  return 'delta' in event.params;
}

function continues(first: ServerNotification, next: ServerNotification | undefined): boolean {
  if (next === undefined || first.method !== next.method || !isTextDelta(first) || !isTextDelta(next)) return false;
  return first.params.itemId === next.params.itemId && partOf(first) === partOf(next);
}

function partOf(event: TextDelta): number {
  if ('summaryIndex' in event.params) return event.params.summaryIndex;
  return 'contentIndex' in event.params ? event.params.contentIndex : 0;
}

function textOf(events: readonly ServerNotification[]): string {
  return events.map((event) => (isTextDelta(event) ? event.params.delta : '')).join('');
}

function withText(event: ServerNotification, delta: string): ServerNotification {
  switch (event.method) {
    case 'item/agentMessage/delta':
      return { method: event.method, params: { ...event.params, delta } };
    case 'item/commandExecution/outputDelta':
      return { method: event.method, params: { ...event.params, delta } };
    case 'item/reasoning/summaryTextDelta':
      return { method: event.method, params: { ...event.params, delta } };
    case 'item/reasoning/textDelta':
      return { method: event.method, params: { ...event.params, delta } };
    default:
      return event;
  }
}
