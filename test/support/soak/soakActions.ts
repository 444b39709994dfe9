// What the clients of the soak do to its threads, one chance after the other.
import type { Ledger } from './ledger.ts';
import type { SoakClient } from './soakClient.ts';
import { ASKED, messageText, type Asked } from './soakModel.ts';

export interface Sent {
  readonly threadId: string;
  readonly clientId: string;
  readonly asked: Asked;
}

export interface SoakScene {
  readonly ledger: Ledger;
  readonly random: () => number;
  readonly workspace: string;
  readonly threads: string[];
  readonly sent: Sent[];
  /** One of those that are connected now. */
  anyClient(): SoakClient | undefined;
}

type Act = (scene: SoakScene, client: SoakClient, threadId: string) => Promise<void>;

/** The most threads that the soak has, forks among them. */
const MOST_THREADS = 60;

const ACTS: readonly (readonly [weight: number, name: string, act: Act])[] = [
  [40, 'start', (scene, client, threadId) => start(scene, client, newMessage(scene, threadId))],
  [8, 'start again', startAgain],
  [10, 'steer', steer],
  [12, 'interrupt', interrupt],
  [10, 'queue', queue],
  [2, 'compact', async (_scene, client, threadId) => void (await client.ask('thread/compact/start', { threadId }))],
  [2, 'fork', fork],
  [4, 'take over', takeOver],
  [3, 'unsubscribe', unsubscribe],
  [
    3,
    'clean terminals',
    async (_scene, client, threadId) => void (await client.ask('thread/backgroundTerminals/clean', { threadId })),
  ],
  [4, 'list', async (_scene, client) => void (await client.ask('thread/list', { limit: 50 }))],
  [
    4,
    'read',
    async (_scene, client, threadId) => void (await client.ask('thread/read', { threadId, includeTurns: true })),
  ],
  [3, 'search', async (_scene, client) => void (await client.ask('thread/search', { searchTerm: 'word after' }))],
];
const ALL = ACTS.reduce((sum, [weight]) => sum + weight, 0);

export async function actOnce(scene: SoakScene): Promise<void> {
  const client = scene.anyClient();
  const threadId = oneOf(scene.threads, scene.random);
  if (client === undefined || threadId === undefined) return;
  let left = scene.random() * ALL;
  const chosen = ACTS.find(([weight]) => (left -= weight) < 0);
  if (chosen === undefined || !(await client.follow(threadId))) return;
  scene.ledger.count(`did ${chosen[1]}`);
  await chosen[2](scene, client, threadId);
}

export function oneOf<T>(values: readonly T[], random: () => number): T | undefined {
  return values[Math.floor(random() * values.length)];
}

function newMessage(scene: SoakScene, threadId: string): Sent {
  const asked = oneOf(ASKED, scene.random) ?? 'words';
  const sent = { threadId, clientId: `m${scene.sent.length + 1}`, asked };
  scene.sent.push(sent);
  return sent;
}

const inputOf = ({ clientId, asked }: Sent) => [{ type: 'text' as const, text: messageText(clientId, asked) }];

async function start(_scene: SoakScene, client: SoakClient, sent: Sent): Promise<void> {
  const { threadId, clientId } = sent;
  await client.ask('turn/start', { threadId, input: inputOf(sent), clientUserMessageId: clientId });
}

/** As a client does that does not know whether its message arrived: perhaps through another server, perhaps twice at once. */
async function startAgain(scene: SoakScene, client: SoakClient): Promise<void> {
  const sent = oneOf(scene.sent.slice(-20), scene.random);
  const other = scene.anyClient();
  if (sent === undefined || other === undefined) return;
  await Promise.all(
    [client, other].map(async (by) => {
      if (await by.follow(sent.threadId)) await start(scene, by, sent);
    }),
  );
}

async function steer(scene: SoakScene, client: SoakClient, threadId: string): Promise<void> {
  const expectedTurnId = scene.ledger.running.get(threadId);
  if (expectedTurnId === undefined) return;
  const sent = newMessage(scene, threadId);
  await client.ask('turn/steer', {
    threadId,
    expectedTurnId,
    input: inputOf(sent),
    clientUserMessageId: sent.clientId,
  });
}

async function interrupt({ ledger }: SoakScene, client: SoakClient, threadId: string): Promise<void> {
  const turnId = ledger.running.get(threadId);
  if (turnId !== undefined) await client.ask('turn/interrupt', { threadId, turnId });
}

async function queue(scene: SoakScene, client: SoakClient, threadId: string): Promise<void> {
  const sent = newMessage(scene, threadId);
  await client.ask('thread/queue/add', { threadId, input: inputOf(sent), clientUserMessageId: sent.clientId });
}

async function fork(scene: SoakScene, client: SoakClient, threadId: string): Promise<void> {
  if (scene.threads.length >= MOST_THREADS) return;
  const forked = await client.ask('thread/fork', { threadId, excludeTurns: true });
  if (forked !== null) scene.threads.push(forked.thread.id);
}

async function takeOver(_scene: SoakScene, client: SoakClient, threadId: string): Promise<void> {
  client.unfollow(threadId);
  await client.ask('thread/resume', { threadId, takeover: true, excludeTurns: true });
  await client.follow(threadId);
}

async function unsubscribe(_scene: SoakScene, client: SoakClient, threadId: string): Promise<void> {
  client.unfollow(threadId);
  await client.ask('thread/unsubscribe', { threadId });
}
