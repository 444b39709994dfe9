// The portable bundle of a thread: JSON Lines with a header, its events, the model's items and an end; read with every line checked.
import * as z from 'zod';
import type { ModelItem } from '../../core/turn/modelPort.ts';
import { messageOf } from '../../protocol/errors.ts';
import { serverNotifications, type ServerNotification } from '../../protocol/methods.ts';
import { InjectedItem } from '../../protocol/schema/modelItem.ts';
import { GitInfo } from '../../protocol/schema/thread.ts';
import { ThreadTokenUsage } from '../../protocol/schema/turn.ts';
import { eventOf, modelItemOf } from './row.ts';

const FORMAT = 'bowline-thread';
const VERSION = 1;

/** What travels of a thread's row. Policies do not: whoever imports it decides what the agent may do. */
const BundledThread = z.object({
  id: z.string().regex(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/),
  name: z.string().nullable(),
  preview: z.string(),
  createdAtMs: z.int(),
  updatedAtMs: z.int(),
  recencyAtMs: z.int(),
  cwd: z.string(),
  model: z.string(),
  modelProvider: z.string(),
  cliVersion: z.string(),
  originator: z.string().nullable(),
  gitInfo: GitInfo().nullable(),
  tokenUsage: ThreadTokenUsage().nullable(),
});
export type BundledThread = z.output<typeof BundledThread>;

export interface BundledEvent {
  readonly atMs: number;
  readonly event: ServerNotification;
}

/** `turnId`: null for what was said before the first turn. `items`: more than one where they replace all before (compaction). */
export interface BundledModelEntry {
  readonly turnId: string | null;
  readonly kind: 'item' | 'base';
  readonly items: readonly ModelItem[];
}

export interface Bundle {
  readonly thread: BundledThread;
  readonly events: readonly BundledEvent[];
  readonly model: readonly BundledModelEntry[];
}

/** A bundle that is not as it was written. */
export class BundleFault extends Error {
  readonly line: number;

  constructor(line: number, why: string, options?: ErrorOptions) {
    super(`line ${line}: ${why}`, options);
    this.line = line;
  }
}

const Header = z.object({ format: z.literal(FORMAT), version: z.int(), thread: z.unknown() });
const Line = z.discriminatedUnion('type', [
  z.object({ type: z.literal('event'), atMs: z.int(), event: z.object({ method: z.string(), params: z.unknown() }) }),
  z.object({
    type: z.literal('model'),
    turnId: z.string().nullable(),
    kind: z.enum(['item', 'base']),
    items: z.array(z.unknown()),
  }),
  z.object({ type: z.literal('end'), lines: z.int() }),
]);

export function writeBundle({ thread, events, model }: Bundle): string {
  const lines = [
    { format: FORMAT, version: VERSION, thread },
    ...events.map((event) => ({ type: 'event', ...event })),
    ...model.map((entry) => ({ type: 'model', ...entry })),
  ];
  return [...lines, { type: 'end', lines: lines.length + 1 }].map((line) => `${JSON.stringify(line)}\n`).join('');
}

/** Throws BundleFault with the first line that is not right; a bundle that is cut short is not. */
export function readBundle(text: string): Bundle {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  const thread = atLine(1, () => headerOf(lines[0] ?? ''));
  const events: BundledEvent[] = [];
  const model: BundledModelEntry[] = [];
  const turns = new Set<string>();
  let isEnded = false;
  lines.slice(1).forEach((text_, index) =>
    atLine(index + 2, () => {
      if (isEnded) throw new Error('something follows the end');
      const line = parsed(Line, JSON.parse(text_));
      if (line.type === 'event') events.push(eventAt(line, { threadId: thread.id, turns }));
      else if (line.type === 'model') model.push(modelAt(line, turns));
      else if (line.lines !== lines.length)
        throw new Error(`the bundle had ${line.lines} lines and has ${lines.length}`);
      else isEnded = true;
    }),
  );
  if (!isEnded) throw new BundleFault(lines.length + 1, 'the bundle is cut short: its end is missing');
  return { thread, events, model };
}

function headerOf(text: string): BundledThread {
  const { version, thread } = parsed(Header, JSON.parse(text));
  if (version !== VERSION) throw new Error(`version ${version} of the format is not known here: update Bowline`);
  return parsed(BundledThread, thread);
}

function eventAt(
  { atMs, event }: Extract<z.output<typeof Line>, { type: 'event' }>,
  { threadId, turns }: { readonly threadId: string; readonly turns: Set<string> },
): BundledEvent {
  const { method } = event;
  if (!isKept(method)) throw new Error(`no event of a bundle: ${method}`);
  const params: unknown = event.params;
  parsed(serverNotifications[method].params(), params);
  const read = eventOf(JSON.stringify(event));
  if (!('threadId' in read.params) || read.params.threadId !== threadId) throw new Error('an event of another thread');
  if (read.method === 'turn/started') turns.add(read.params.turn.id);
  const turnId = 'turnId' in read.params ? read.params.turnId : 'turn' in read.params ? read.params.turn.id : null;
  if (typeof turnId !== 'string' || !turns.has(turnId)) throw new Error('an event of a turn that has not begun');
  return { atMs, event: read };
}

/** Those of which a history is made. */
const KEPT = ['turn/started', 'item/completed', 'turn/diff/updated', 'turn/plan/updated', 'turn/completed'] as const;

function isKept(method: string): method is (typeof KEPT)[number] {
  return KEPT.some((kept) => kept === method);
}

function modelAt(
  { turnId, kind, items }: Extract<z.output<typeof Line>, { type: 'model' }>,
  turns: ReadonlySet<string>,
): BundledModelEntry {
  if (turnId !== null && !turns.has(turnId)) throw new Error('said in a turn that is not there');
  if (kind === 'item' && items.length !== 1) throw new Error('one item is expected');
  for (const item of items) parsed(InjectedItem(), item);
  return { turnId, kind, items: items.map((item) => modelItemOf(JSON.stringify(item))) };
}

function parsed<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new Error(`${issue?.path.map(String).join('.') ?? ''}: ${issue?.message ?? 'not as expected'}`);
}

function atLine<T>(line: number, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new BundleFault(line, messageOf(error), { cause: error });
  }
}
