// Approvals: who is asked, in which order it is told, what each answer does, and what asks under which policy.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { answer, command, patch, text } from '../support/modelScript.ts';
import { outputOf } from '../support/modelRequest.ts';
import { playTurn, startThread, startTurn, story, type Stage } from '../support/story.ts';
import { transcript, type Incoming, type WireClient } from '../support/wireClient.ts';

const ASK = 'item/commandExecution/requestApproval';
const ASK_PATCH = 'item/fileChange/requestApproval';
/** Under it everything that does more than reading asks, in the sandbox and without one. */
const UNTRUSTED = { approvalPolicy: 'untrusted' } as const;
const ADD_FILE = '*** Begin Patch\n*** Add File: new.txt\n+text\n*** End Patch\n';

/** A turn in which the model calls `touch ran` as c1; returns the question. */
async function askedToTouch(client: WireClient, stage: Stage, threadId: string): Promise<Incoming> {
  stage.model.script(answer(command('touch ran', { justification: 'Needed.' }, { callId: 'c1' })));
  await startTurn(client, threadId, 'go');
  return await client.next(ASK);
}

/** What was told from the first word about the command to the end of the turn. */
function aboutTheCommand(client: WireClient): string[] {
  const told = transcript(client.lines);
  return told.slice(told.indexOf('< thread/status/changed active waitingOnApproval'));
}

const END = [
  '< item/started agentMessage',
  '< item/agentMessage/delta',
  '< item/completed agentMessage',
  '< thread/status/changed idle',
  '< turn/completed completed',
];

describe('the approval of a command', () => {
  story('says what, where and why; after accept it runs once', async (stage, kind) => {
    const client = await stage.open(kind);
    const threadId = await startThread(client, stage, UNTRUSTED);
    const asked = await askedToTouch(client, stage, threadId);
    const { params } = asked;
    equal(params.kind, 'command');
    equal(params.itemId, 'c1');
    equal(params.cwd, stage.workspace);
    match(params.reason, /^\S.*\nThe agent says: Needed\.$/s);
    match(params.command, /touch ran/);
    const remember = { acceptWithExecpolicyAmendment: { execpolicy_amendment: ['touch', 'ran'] } };
    deepEqual(params.availableDecisions, ['accept', 'acceptForSession', remember, 'decline', 'cancel']);
    deepEqual([params.safety.tripwire, params.safety.risk], [null, 'low']);
    equal(stage.exists('ran'), false);
    client.answer(asked, { decision: 'accept' });
    await client.turnCompleted(threadId);
    equal(stage.exists('ran'), true);
    deepEqual(
      aboutTheCommand(client).filter((line) => line !== '< turn/diff/updated'),
      [
        '< thread/status/changed active waitingOnApproval',
        '< item/started commandExecution inProgress',
        `< ${ASK}`,
        `> result ${ASK}`,
        '< serverRequest/resolved',
        '< thread/status/changed active',
        '< item/completed commandExecution completed',
        ...END,
      ],
    );
    const started = client.incoming().find((told) => told.method === 'item/started' && told.params.item.id === 'c1');
    deepEqual([started?.params.item.source, started?.params.item.processId], ['agent', null]);
    equal(started?.params.item.startedAtMs, params.startedAtMs);
  });

  story('declined: the turn goes on and the model is told', async (stage, kind) => {
    const client = await stage.open(kind);
    const threadId = await startThread(client, stage, UNTRUSTED);
    client.answer(await askedToTouch(client, stage, threadId), { decision: 'decline' });
    await client.turnCompleted(threadId);
    deepEqual(aboutTheCommand(client), [
      '< thread/status/changed active waitingOnApproval',
      '< item/started commandExecution inProgress',
      `< ${ASK}`,
      `> result ${ASK}`,
      '< serverRequest/resolved',
      '< item/completed commandExecution declined',
      '< thread/status/changed active',
      ...END,
    ]);
    equal(stage.exists('ran'), false);
    match(outputOf(await stage.model.request(1), 'c1'), /rejected by the user/);
  });

  story('cancelled: the turn ends interrupted', async (stage, kind) => {
    const client = await stage.open(kind);
    const threadId = await startThread(client, stage, UNTRUSTED);
    client.answer(await askedToTouch(client, stage, threadId), { decision: 'cancel' });
    await client.turnCompleted(threadId);
    deepEqual(aboutTheCommand(client).slice(4), [
      '< serverRequest/resolved',
      '< item/completed commandExecution declined',
      '< thread/status/changed active',
      '< thread/status/changed idle',
      '< turn/completed interrupted',
    ]);
    equal(stage.exists('ran'), false);
    equal(stage.model.requests.length, 1);
  });

  for (const [words, reply] of [
    ['refused by the client', (client, asked) => client.refuse(asked)],
    ['with an answer that is none', (client, asked) => client.answer(asked, { decision: 'certainly' })],
    ['with an empty answer', (client, asked) => client.answer(asked, null)],
  ] satisfies [string, (client: WireClient, asked: Incoming) => void][]) {
    story(`${words}: failed, and nothing runs`, async (stage, kind) => {
      const client = await stage.open(kind);
      const threadId = await startThread(client, stage, UNTRUSTED);
      const asked = await askedToTouch(client, stage, threadId);
      reply(client, asked);
      await client.turnCompleted(threadId);
      const told = aboutTheCommand(client);
      ok(told.includes('< serverRequest/resolved'));
      ok(told.includes('< item/completed commandExecution failed'));
      equal(told.at(-1), '< turn/completed completed');
      equal(stage.exists('ran'), false);
      match(outputOf(await stage.model.request(1), 'c1'), /not run/);
      forgetAnswers(client);
    });
  }

  story('accepted for the session: the same command asks no more, another does', async (stage, kind) => {
    const client = await stage.open(kind);
    const threadId = await startThread(client, stage, UNTRUSTED);
    client.answer(await askedToTouch(client, stage, threadId), { decision: 'acceptForSession' });
    await client.turnCompleted(threadId);
    stage.model.script(answer(command('touch ran')), answer(text('same')), answer(command('touch other')));
    const from = client.lines.length;
    await playTurn(client, threadId, 'again');
    equal(
      client.incoming(from).some(({ method }) => method === ASK),
      false,
    );
    await startTurn(client, threadId, 'another');
    client.answer(await client.next(ASK, ({ command: shown }) => shown.includes('other')), { decision: 'decline' });
    await client.turnCompleted(threadId);
  });

  story('several at once: each has its own answer; waiting ends with the last', async (stage, kind) => {
    stage.model.script(answer([command('touch a', {}, { callId: 'a' }), command('touch b', {}, { callId: 'b' })]));
    const client = await stage.open(kind);
    const threadId = await startThread(client, stage, UNTRUSTED);
    await startTurn(client, threadId, 'go');
    const [one, two] = [await client.next(ASK), await client.next(ASK)];
    equal(new Set([one.id, two.id]).size, 2);
    const ofB = one.params.itemId === 'b' ? one : two;
    const ofA = ofB === one ? two : one;
    client.answer(ofB, { decision: 'decline' });
    await client.next('item/completed', ({ item }) => item.id === 'b');
    const waiting = client
      .incoming()
      .filter(({ method }) => method === 'thread/status/changed')
      .at(-1);
    deepEqual(waiting?.params.status.activeFlags, ['waitingOnApproval']);
    client.answer(ofA, { decision: 'accept' });
    await client.turnCompleted(threadId);
    deepEqual([stage.exists('a'), stage.exists('b')], [true, false]);
  });

  story('is asked again, under the same id, of one who resumes the thread', async (stage, kind) => {
    const client = await stage.open(kind);
    const threadId = await startThread(client, stage, UNTRUSTED);
    await client.request('thread/unsubscribe', { threadId });
    stage.model.script(answer(command('touch ran')));
    await startTurn(client, threadId, 'go');
    await client.next('thread/status/changed', ({ status }) => status.activeFlags?.length === 1);
    equal(
      client.incoming().some(({ method }) => method === ASK),
      false,
      'nobody to ask',
    );
    await client.request('thread/resume', { threadId });
    const asked = await client.next(ASK);
    await client.request('thread/unsubscribe', { threadId });
    await client.request('thread/resume', { threadId });
    const again = await client.next(ASK);
    equal(again.id, asked.id);
    client.answer(again, { decision: 'accept' });
    await client.turnCompleted(threadId);
    equal(stage.exists('ran'), true);
  });

  story('waits for a client that went away', clientComesBack, { kinds: ['linked'] });

  story('of several clients: the first valid answer wins, the others are told', twoClients, { kinds: ['linked'] });
});

async function clientComesBack(...[stage, kind]: Parameters<Parameters<typeof story>[1]>): Promise<void> {
  const server = await stage.start(kind);
  const first = await server.connect();
  await first.initialize();
  const threadId = await startThread(first, stage, UNTRUSTED);
  const asked = await askedToTouch(first, stage, threadId);
  first.close();
  const second = await server.connect();
  await second.initialize();
  const { thread } = await second.request('thread/resume', { threadId });
  deepEqual(thread.status.activeFlags, ['waitingOnApproval']);
  const again = await second.next(ASK);
  equal(again.id, asked.id);
  second.answer(again, { decision: 'accept' });
  await second.turnCompleted(threadId);
  equal(stage.exists('ran'), true);
}

async function twoClients(...[stage, kind]: Parameters<Parameters<typeof story>[1]>): Promise<void> {
  const server = await stage.start(kind);
  const [first, second, stranger] = [await server.connect(), await server.connect(), await server.connect()];
  for (const client of [first, second, stranger]) await client.initialize();
  const threadId = await startThread(first, stage, UNTRUSTED);
  stage.model.script(answer([text('before'), command('touch ran')]), answer(command('touch more')));
  await startTurn(first, threadId, 'go');
  const asked = await first.next(ASK);
  await second.request('thread/resume', { threadId });
  const alsoAsked = await second.next(ASK);
  equal(alsoAsked.id, asked.id);
  first.answer(asked, { decision: 'certainly' });
  second.answer(alsoAsked, { decision: 'accept' });
  for (const client of [first, second])
    await client.next('serverRequest/resolved', ({ requestId }) => requestId === asked.id);
  const next = [await first.next(ASK), await second.next(ASK)];
  equal(next[0]?.id, next[1]?.id);
  first.close();
  second.answer(next[1]!, { decision: 'accept' });
  await second.turnCompleted(threadId);
  deepEqual([stage.exists('ran'), stage.exists('more')], [true, true]);
  forgetAnswers(first);
  equal(
    stranger.incoming().some(({ method }) => method === ASK),
    false,
    'a client that does not follow the thread',
  );
}

describe('the approval of a patch', () => {
  story('comes after its item, which shows the changes', async (stage, kind) => {
    stage.model.script(answer(patch(ADD_FILE, { callId: 'p1' })));
    const client = await stage.open(kind);
    const threadId = await startThread(client, stage, UNTRUSTED);
    await startTurn(client, threadId, 'go');
    const asked = await client.next(ASK_PATCH);
    deepEqual([asked.params.itemId, asked.params.grantRoot], ['p1', null]);
    equal(stage.exists('new.txt'), false);
    client.answer(asked, { decision: 'accept' });
    await client.turnCompleted(threadId);
    equal(stage.read('new.txt'), 'text\n');
    const told = transcript(client.lines).filter((line) => line !== '< item/fileChange/patchUpdated');
    deepEqual(told.slice(told.indexOf('< item/started fileChange inProgress')), [
      '< item/started fileChange inProgress',
      '< thread/status/changed active waitingOnApproval',
      `< ${ASK_PATCH}`,
      `> result ${ASK_PATCH}`,
      '< serverRequest/resolved',
      '< thread/status/changed active',
      '< item/completed fileChange completed',
      '< turn/diff/updated',
      ...END,
    ]);
  });

  story('declined: nothing is written and the turn goes on', async (stage, kind) => {
    stage.model.script(answer(patch(ADD_FILE, { callId: 'p1' })));
    const client = await stage.open(kind);
    const threadId = await startThread(client, stage, UNTRUSTED);
    await startTurn(client, threadId, 'go');
    client.answer(await client.next(ASK_PATCH), { decision: 'decline' });
    await client.turnCompleted(threadId);
    const told = transcript(client.lines);
    deepEqual(told.slice(told.indexOf(`> result ${ASK_PATCH}`)), [
      `> result ${ASK_PATCH}`,
      '< serverRequest/resolved',
      '< thread/status/changed active',
      '< item/completed fileChange declined',
      ...END,
    ]);
    equal(stage.exists('new.txt'), false);
    match(outputOf(await stage.model.request(1), 'p1'), /patch rejected by user/);
  });

  story('accepted for the session: the same files ask no more, others do', async (stage, kind) => {
    const update = (file: string, n: number): string =>
      `*** Begin Patch\n*** Update File: ${file}\n-${n}\n+${n + 1}\n*** End Patch\n`;
    stage.write('a.txt', '1\n');
    stage.write('b.txt', '1\n');
    stage.model.script(
      answer(patch(update('a.txt', 1))),
      answer(patch(update('a.txt', 2))),
      answer(patch(update('b.txt', 1))),
    );
    const client = await stage.open(kind);
    const threadId = await startThread(client, stage, UNTRUSTED);
    await startTurn(client, threadId, 'go');
    client.answer(await client.next(ASK_PATCH), { decision: 'acceptForSession' });
    client.answer(await client.next(ASK_PATCH), { decision: 'decline' });
    await client.turnCompleted(threadId);
    deepEqual([stage.read('a.txt'), stage.read('b.txt')], ['3\n', '1\n']);
  });
});

/** The answers of this story are wrong on purpose; the oracle shall not look at them. */
function forgetAnswers(client: WireClient): void {
  const isAnswer = (line: (typeof client.lines)[number]): boolean =>
    line.direction === '>' && !('method' in line.message);
  client.lines.splice(0, client.lines.length, ...client.lines.filter((line) => !isAnswer(line)));
}
