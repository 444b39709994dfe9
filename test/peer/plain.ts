// A conversation in plain form: what differs from run to run has a name instead of a value, and what races stands in a lane of its own.
import type { JsonRpcMessage, RequestId } from '../../server/protocol/jsonrpc.ts';
import type { Line } from '../support/wireClient.ts';

export interface Entry {
  /** `> method`, `< method`, `< result method`, `< error method`, with the kind of item or status. */
  readonly label: string;
  readonly value: unknown;
}

/** Messages that are in order among themselves; `main` has all that is not named here. */
export type Lanes = ReadonlyMap<string, readonly Entry[]>;

/** What comes beside the rest, when it is ready. */
const SIDE_LANES: readonly string[] = [
  'thread/tokenUsage/updated',
  'account/rateLimits/updated',
  'thread/settings/updated',
  'thread/readState/changed',
  'thread/goal/cleared',
  'remoteControl/status/changed',
  'deprecationNotice',
  'warning',
];

/** Commands tell their output in pieces as they come, the fast ones in none at all: the completed item has the whole. */
const LEFT_OUT: ReadonlySet<string> = new Set(['item/commandExecution/outputDelta']);

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
const TIMES = /^(.*At(Ms)?|durationMs)$/;

interface Naming {
  readonly base: string;
  readonly ids: ReadonlyMap<string, string>;
}

/** `base`: the folder whose name differs. */
export function plainForm(lines: readonly Line[], base: string): Lanes {
  const naming = { base, ids: namesOf(lines) };
  const asked = { '>': new Map<RequestId, string>(), '<': new Map<RequestId, string>() };
  const lanes = new Map<string, Entry[]>();
  for (const { direction, message } of lines) {
    if ('method' in message) {
      if ('id' in message) asked[direction].set(message.id, message.method);
      if (LEFT_OUT.has(message.method)) continue;
    }
    const method = methodOf(message, asked[direction === '>' ? '<' : '>']);
    const value = named(bodyOf(message), '', naming);
    const lane = laneOf(direction, message, method);
    const entries = lanes.get(lane) ?? [];
    lanes.set(lane, entries);
    const entry = { label: `${direction} ${kindOf(message)}${method}${detailOf(value)}`, value };
    const joined = joinedDelta(entries.at(-1), entry);
    if (joined === null) entries.push(entry);
    else entries[entries.length - 1] = joined;
  }
  return lanes;
}

/** The reference answers `turn/start` before or after it tells that the turn has started. */
function laneOf(direction: '>' | '<', message: JsonRpcMessage, method: string): string {
  if ('method' in message) return SIDE_LANES.includes(method) ? method : 'main';
  return direction === '<' && method === 'turn/start' ? 'answers to turn/start' : 'main';
}

function methodOf(message: JsonRpcMessage, asked: ReadonlyMap<RequestId, string>): string {
  if ('method' in message) return message.method;
  return message.id === null ? '' : (asked.get(message.id) ?? '');
}

function kindOf(message: JsonRpcMessage): string {
  if ('method' in message) return '';
  return 'error' in message ? 'error ' : 'result ';
}

function bodyOf(message: JsonRpcMessage): unknown {
  if ('method' in message) return message.params ?? {};
  return 'error' in message ? message.error : message.result;
}

function detailOf(value: any): string {
  if (value?.tokenUsage !== undefined) return ` ${value.turnId}`;
  const item = value?.item;
  if (typeof item?.type === 'string') return ` ${[item.type, item.status].filter(Boolean).join(' ')}`;
  if (typeof value?.status?.type === 'string')
    return ` ${[value.status.type, ...(value.status.activeFlags ?? [])].join(' ')}`;
  if (typeof value?.turn?.status === 'string') return ` ${value.turn.status}`;
  return '';
}

/** Deltas of one item that follow one another are one. */
function joinedDelta(last: Entry | undefined, entry: Entry): Entry | null {
  const [before, now] = [last?.value, entry.value] as any[];
  if (last?.label !== entry.label || typeof now?.delta !== 'string' || before?.itemId !== now.itemId) return null;
  return { label: entry.label, value: { ...now, delta: before.delta + now.delta } };
}

/** Threads and turns by the order in which they are first met; what else has such an id is an item. */
function namesOf(lines: readonly Line[]): Map<string, string> {
  const ids = new Map<string, string>();
  const counts = { thread: 0, turn: 0 };
  const meet = (kind: 'thread' | 'turn', id: unknown): void => {
    if (typeof id === 'string' && id.match(UUID) !== null && !ids.has(id)) ids.set(id, `<${kind} ${++counts[kind]}>`);
  };
  for (const { direction, message } of lines) {
    if (direction === '>') continue;
    const body: any = bodyOf(message);
    meet('thread', body?.thread?.id);
    meet('thread', body?.threadId);
    meet('turn', body?.turn?.id);
    meet('turn', body?.turnId);
  }
  return ids;
}

function named(value: unknown, key: string, naming: Naming): unknown {
  if (typeof value === 'string') return namedText(value, key, naming);
  if (typeof value === 'number') return TIMES.test(key) ? '<time>' : key === 'requestId' ? '<request>' : value;
  if (Array.isArray(value)) return value.map((element) => named(element, key, naming));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [namedText(name, '', naming), named(member, name, naming)]),
  );
}

function namedText(text: string, key: string, { base, ids }: Naming): string {
  if (/cursor$/i.test(key) && text !== 'garbage') return '<cursor>';
  if (key === 'processId') return '<process>';
  if (key === 'cliVersion') return '<version>';
  if (key === 'revision') return '<revision>';
  if (text.endsWith('.jsonl')) return '<rollout>';
  return text.replaceAll(base, '<base>').replaceAll(UUID, (id) => ids.get(id) ?? '<item>');
}
