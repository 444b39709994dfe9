// Questions of the agent in the extension: kept apart from approvals, asked again after a restart, and remembered when answered.
import { deepEqual, equal } from 'node:assert/strict';
import type { QuestionRequest } from '../../../server/protocol/methods.ts';
import { traceLine } from '../../../src/agentServer/wireTrace.ts';
import { AnswerMemory } from '../../../src/questions/answerMemory.ts';
import { ThreadStore } from '../../../src/threads/threadStore.ts';
import { approval, FakePort, opened, QUIET, turn } from './fakePort.ts';

const asked = (id: string): QuestionRequest => ({
  id,
  method: 'item/tool/requestUserInput',
  params: {
    threadId: 'a',
    turnId: 't1',
    itemId: 'call_1',
    questions: [{ id: 'q', header: 'H', question: 'Which?', isOther: false, isSecret: false, options: null }],
    isBlocking: true,
    autoResolutionMs: null,
    startedAtMs: 1,
  },
});
const BLUE = { answers: { q: { answers: ['blue'] } } };

function setUp() {
  const fake = new FakePort({
    'thread/start': () => opened('a'),
    'thread/resume': () => opened('a'),
    'thread/turns/list': () => ({
      data: [turn('t1', { status: 'inProgress' })],
      nextCursor: null,
      backwardsCursor: null,
    }),
  });
  const store = new ThreadStore(fake.port, QUIET);
  const values = new Map<string, unknown>();
  const memento = {
    get: (key: string) => values.get(key),
    update: (key: string, value: unknown) => Promise.resolve(void values.set(key, structuredClone(value))),
  };
  const remember = () => new AnswerMemory(memento, store, QUIET);
  const heard: string[] = [];
  store.onDidOpenQuestion(({ request }) => heard.push(`question ${request.id}`));
  store.onDidOpenRequest(({ request }) => heard.push(`approval ${request.id}`));
  return { fake, store, remember, heard };
}

describe('a question of the agent', () => {
  it('is no approval, is in the state of its thread, and is answered once', async () => {
    const { fake, store, remember, heard } = setUp();
    await store.start({});
    const answer = fake.ask(asked('q1'));
    fake.ask(approval('p1', 'a')).catch(() => undefined); // nobody answers it here
    deepEqual(heard, ['question q1', 'approval p1']);
    deepEqual([store.openRequests().length, store.openQuestions().length], [1, 1]);
    equal(store.get('a')?.questions.length, 1);
    const memory = remember();
    equal(memory.answer('a', 'q1', BLUE), 'accepted');
    equal(memory.answer('a', 'q1', BLUE), 'tooLate');
    deepEqual(await answer, BLUE);
    deepEqual([store.get('a')?.questions.length, store.get('a')?.pending.length], [0, 1]);
    const [kept] = remember().ofThread('a');
    deepEqual(kept?.questions, [{ header: 'H', question: 'Which?', answer: { text: 'blue' } }]);
    deepEqual(remember().ofThread('b'), []);
  });

  it('is withdrawn with its server, and comes back when the next one asks it again', async () => {
    const { fake, store, remember } = setUp();
    await store.start({});
    const gone = fake.ask(asked('s1/q')).then(
      () => 'answered',
      () => 'withdrawn',
    );
    fake.disconnected.fire();
    equal(await gone, 'withdrawn');
    equal(store.get('a')?.questions.length, 0);
    fake.connected.fire();
    await store.whenReopened();
    const answer = fake.ask(asked('s2/q'));
    equal(store.get('a')?.questions[0]?.request.id, 's2/q');
    remember().answer('a', 's2/q', BLUE);
    deepEqual(await answer, BLUE);
  });

  it('that another client answered is gone and leaves nothing behind', async () => {
    const { fake, store, remember } = setUp();
    await store.start({});
    fake.ask(asked('q1')).catch(() => undefined); // it is resolved elsewhere
    fake.say({ method: 'serverRequest/resolved', params: { threadId: 'a', requestId: 'q1' } });
    equal(store.get('a')?.questions.length, 0);
    deepEqual(remember().ofThread('a'), []);
  });

  it('leaves no answer in the trace of the wire: it may be a secret', () => {
    const line = traceLine({ id: 1, result: { answers: { token: { answers: ['hunter2'] } } } }, 'verbose');
    equal(line.includes('hunter2'), false);
  });
});
