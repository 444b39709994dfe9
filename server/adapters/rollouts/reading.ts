// How far a thread's rollouts were read, and what must be known to go on: kept as JSON beside the thread.
import * as z from 'zod';
import type { ModelItem } from '../../core/turn/modelPort.ts';
import { InjectedItem } from '../../protocol/schema/modelItem.ts';
import { ThreadTokenUsage, TurnError } from '../../protocol/schema/turn.ts';

const OpenTurn = z.object({
  id: z.string(),
  /** Unix seconds. */
  startedAt: z.number().nullable(),
  /** The file said so itself; else it follows from a message. */
  isTold: z.boolean(),
  error: TurnError().nullable(),
});

const OpenReasoning = z.object({
  id: z.string(),
  summary: z.array(z.string()),
  content: z.array(z.string()),
  atMs: z.number(),
  /** The item was told as it is now. */
  isTold: z.boolean(),
});

export const Reading = z.object({
  threadId: z.string(),
  turn: OpenTurn.nullable(),
  /** The ids of the turns that are not taken back, oldest first. */
  turns: z.array(z.string()),
  /** Turns that are parts of another: the reviewer's of the review's. */
  partOf: z.record(z.string(), z.string()),
  reasoning: OpenReasoning.nullable(),
  /** Told to the model before its turn has begun. */
  waiting: z.array(z.custom<ModelItem>((value) => InjectedItem().safeParse(value).success)),
  madeItems: z.number(),
  madeTurns: z.number(),
  preview: z.string().nullable(),
  model: z.string().nullable(),
  modelProvider: z.string().nullable(),
  cwd: z.string().nullable(),
  tokenUsage: ThreadTokenUsage().nullable(),
  updatedAtMs: z.number(),
  recencyAtMs: z.number(),
  broken: z.number(),
  /** How often something was met that nobody here knows, by its kind. */
  unknown: z.record(z.string(), z.number()),
});
export type Reading = z.output<typeof Reading>;

export function newReading(threadId: string): Reading {
  return {
    threadId,
    turn: null,
    turns: [],
    partOf: {},
    reasoning: null,
    waiting: [],
    madeItems: 0,
    madeTurns: 0,
    preview: null,
    model: null,
    modelProvider: null,
    cwd: null,
    tokenUsage: null,
    updatedAtMs: 0,
    recencyAtMs: 0,
    broken: 0,
    unknown: {},
  };
}
