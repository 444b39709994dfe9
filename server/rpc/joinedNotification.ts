// Which notifications can be told in one when a client is slow, so that it ends up with the same state from fewer messages.
import type { JsonRpcNotification } from '../protocol/jsonrpc.ts';

interface Rule {
  /** Notifications that agree in these members of their params are about the same thing. */
  readonly about: readonly string[];
  /** The member that grows by each notification; null: the later one says all that the earlier one said. */
  readonly grows: { readonly member: string; readonly encoding: 'text' | 'base64' } | null;
}

const ITEM = ['threadId', 'turnId', 'itemId'];
const TURN = ['threadId', 'turnId'];
const DELTA = { member: 'delta', encoding: 'text' } as const;
const BYTES = { member: 'deltaBase64', encoding: 'base64' } as const;

const RULES: Readonly<Record<string, Rule>> = {
  'item/agentMessage/delta': { about: ITEM, grows: DELTA },
  'item/plan/delta': { about: ITEM, grows: DELTA },
  'item/reasoning/summaryTextDelta': { about: [...ITEM, 'summaryIndex'], grows: DELTA },
  'item/reasoning/textDelta': { about: [...ITEM, 'contentIndex'], grows: DELTA },
  'item/commandExecution/outputDelta': { about: ITEM, grows: DELTA },
  'command/exec/outputDelta': { about: ['processId', 'stream'], grows: BYTES },
  'item/fileChange/patchUpdated': { about: ITEM, grows: null },
  'turn/diff/updated': { about: TURN, grows: null },
  'turn/plan/updated': { about: TURN, grows: null },
  'thread/tokenUsage/updated': { about: TURN, grows: null },
};

/** What a notification can be joined by. */
export interface Joint {
  /** The same for all that can be joined. */
  readonly key: string;
  /** Whether what is joined is as long as both. */
  readonly isSum: boolean;
}

/** Null: it must be told by itself. */
export function jointOf({ method, params }: JsonRpcNotification): Joint | null {
  const rule = Object.hasOwn(RULES, method) ? RULES[method] : undefined;
  if (rule === undefined || !isRecord(params)) return null;
  return { key: JSON.stringify([method, ...rule.about.map((member) => params[member])]), isSum: rule.grows !== null };
}

/** Both in one, emitted when the later one was. They must have the same joint. */
export function joined(earlier: JsonRpcNotification, later: JsonRpcNotification): JsonRpcNotification {
  const grows = RULES[later.method]?.grows ?? null;
  if (grows === null || !isRecord(earlier.params) || !isRecord(later.params)) return later;
  const { member, encoding } = grows;
  const [before, after] = [textIn(earlier.params, member), textIn(later.params, member)];
  const whole = encoding === 'text' ? before + after : joinedBase64(before, after);
  return { ...later, params: { ...later.params, [member]: whole } };
}

function joinedBase64(before: string, after: string): string {
  return Buffer.concat([Buffer.from(before, 'base64'), Buffer.from(after, 'base64')]).toString('base64');
}

function textIn(params: Readonly<Record<string, unknown>>, member: string): string {
  const value = params[member];
  return typeof value === 'string' ? value : '';
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
