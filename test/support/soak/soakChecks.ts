// What must be so when the soak is over: nobody is left, nothing that was told is lost, nothing is there twice, no turn ran twice.
import { readdirSync, readlinkSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { ThreadItem } from '../../../server/protocol/schema/item.ts';
import type { Thread } from '../../../server/protocol/schema/thread.ts';
import type { Ledger } from './ledger.ts';
import type { Sample } from './soakServers.ts';

const GONE_WITHIN_MS = 10_000;
const MOST_GROWTH = 1.1;
/** Younger ones are still loading. */
const COMPARED_FROM_MS = 8_000;
const COMPARED_UNTIL_MS = 20_000;

/** Whatever the servers had started lived below this folder. */
export async function checkNobodyLeft(folder: string, ledger: Ledger): Promise<void> {
  const deadline = Date.now() + GONE_WITHIN_MS;
  // they are not our children: no event tells their end
  while (processesBelow(folder).length > 0 && Date.now() < deadline) await delay(50);
  const left = processesBelow(folder);
  if (left.length > 0) ledger.fault(`processes are left: ${left.join(', ')}`);
}

/** `threads` as a server that was begun afterwards reads them. */
export function checkThreads(threads: readonly Thread[], ledger: Ledger): void {
  const stored = new Map<string, ThreadItem>();
  const messages = new Map<string, number>();
  for (const thread of threads) {
    for (const turn of thread.turns) {
      for (const item of turn.items) {
        const key = `${thread.id} ${turn.id} ${item.type} ${item.id}`;
        if (stored.has(key)) ledger.fault(`twice in its thread: ${key}`);
        stored.set(key, item);
        if (item.type !== 'userMessage' || item.clientId === null || thread.forkedFromId !== null) continue;
        messages.set(item.clientId, (messages.get(item.clientId) ?? 0) + 1);
      }
    }
  }
  for (const [clientId, count] of messages)
    if (count > 1) ledger.fault(`the message ${clientId} is there ${count} times`);
  for (const [key, { item }] of ledger.done) {
    const found = stored.get(key);
    if (found === undefined) ledger.fault(`told to be done, and gone: ${key}`);
    else if (contentOf(found) !== contentOf(item)) ledger.fault(`told otherwise than it is: ${key}`);
  }
}

export function checkTurns(asked: ReadonlyMap<string, number>, ledger: Ledger): void {
  for (const [clientId, count] of asked)
    if (count > 1) ledger.fault(`the model was asked ${count} times with ${clientId} as the newest message`);
}

export interface Growth {
  readonly what: string;
  readonly middle: number;
  readonly last: number;
}

/** The server that lives through it all, and the others where they are of the same age. */
export function growthOf(samples: readonly Sample[], fromMs: number, untilMs: number): Growth[] {
  const third = (untilMs - fromMs) / 3;
  const isAnchor = ({ server }: Sample): boolean => server === 'anchor';
  const isGrown = ({ server, ageMs }: Sample): boolean =>
    server !== 'anchor' && ageMs >= COMPARED_FROM_MS && ageMs < COMPARED_UNTIL_MS;
  const compared = (what: string, counts: (sample: Sample) => boolean): Growth => {
    const ofThird = (index: number): number =>
      meanOf(
        samples.filter((sample) => counts(sample) && Math.min(2, Math.floor((sample.atMs - fromMs) / third)) === index),
      );
    return { what, middle: ofThird(1), last: ofThird(2) };
  };
  return [compared('the server that lives through it', isAnchor), compared('the others at the same age', isGrown)];
}

export function checkGrowth(growth: readonly Growth[], ledger: Ledger): void {
  for (const { what, middle, last } of growth)
    if (last > middle * MOST_GROWTH) ledger.fault(`${what}: grown from ${middle} to ${last} bytes`);
}

function meanOf(samples: readonly Sample[]): number {
  return Math.round(samples.reduce((sum, { bytes }) => sum + bytes, 0) / samples.length);
}

/** What users read of an item. */
function contentOf(item: ThreadItem): string {
  switch (item.type) {
    case 'agentMessage':
      return item.text;
    case 'userMessage':
      return JSON.stringify(item.content);
    case 'commandExecution':
      return JSON.stringify([item.command, item.aggregatedOutput, item.status, item.exitCode]);
    default:
      return item.type;
  }
}

function processesBelow(folder: string): string[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name) && (cwdOf(name) ?? '').startsWith(folder));
}

function cwdOf(pid: string): string | null {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return null; // it has ended since the folder was read, or is a zombie
  }
}
