// Questions of the agent on the page: what an answer is made of, what is kept, and where the cards stand.
import { deepEqual, equal } from 'node:assert/strict';
import { answeredQuestions } from '../../../server/protocol/answeredQuestions.ts';
import { openRequest } from '../../../server/protocol/state/pendingRequests.ts';
import { reduceThread } from '../../../server/protocol/state/threadReducer.ts';
import { WRITER_HERE } from '../../../server/protocol/threadWriter.ts';
import type { Bridge } from '../../../webview-ui/bridge.ts';
import { createQuestionCards } from '../../../webview-ui/questions/questionCards.ts';
import { answerOf, firstOpen, parseCardDrafts, resultOf } from '../../../webview-ui/questions/questionDraft.ts';
import { activityOf } from '../../../webview-ui/session/activity.ts';
import { createLocalStore } from '../../../webview-ui/session/localStore.ts';
import { createPageState } from '../../../webview-ui/session/pageState.ts';
import { rowsOf } from '../../../webview-ui/session/rows.ts';
import * as sample from '../../support/chatSamples.ts';
import { ANSWERED, question, RETENTION, STORAGE, TOKEN } from '../../support/planScenes.ts';

const request = question([STORAGE, TOKEN]);
const items = [sample.user('u2', 'x'), sample.agent('a2', 'y')];
const running = () => sample.state([sample.runningTurn('t2', items)]);
const shown = (...[state, answered]: [Parameters<typeof rowsOf>[0]['state'], (typeof ANSWERED)[]?]) =>
  rowsOf({ state, hasOlder: false, outgoing: [], answered: answered ?? [] }).map((row) =>
    row.type === 'item' ? row.item.type : row.type,
  );

function setUp() {
  const posted: unknown[] = [];
  let saved: unknown = null;
  const bridge = {
    load: () => saved,
    save: (state: object) => void (saved = structuredClone(state)),
    answer: (of: { readonly id: unknown }, result: object) => void posted.push([of.id, result]),
  } as unknown as Bridge;
  const cards = () => createQuestionCards({ bridge, local: createLocalStore(bridge), state: createPageState() });
  // the page of a thread that is shown has a place to keep things
  createLocalStore(bridge).keep({ threadId: sample.THREAD_ID });
  return { posted, cards, saved: () => JSON.stringify(saved) };
}

describe('an answer to the agent', () => {
  it('is the label of the choice, or what the user wrote, and nothing while neither is there', () => {
    deepEqual(answerOf(STORAGE, { choice: null, words: '' }), []);
    deepEqual(answerOf(STORAGE, { choice: 1, words: 'left over' }), ['PostgreSQL']);
    deepEqual(answerOf(STORAGE, { choice: 'other', words: ' DuckDB ' }), ['DuckDB']);
    deepEqual(answerOf(STORAGE, { choice: 'other', words: '  ' }), []);
    deepEqual(answerOf(STORAGE, { choice: 9, words: '' }), [], 'an option that is not there any more');
    deepEqual(answerOf(TOKEN, { choice: null, words: ' s p ' }), [' s p '], 'a secret is sent as it was written');
  });

  it('knows the first question that is open, and counts what is open as skipped', () => {
    const questions = [STORAGE, RETENTION];
    equal(firstOpen(questions, { storage: { choice: 0, words: '' } }), 'retention');
    equal(firstOpen(questions, { storage: { choice: 0, words: '' }, retention: { choice: 1, words: '' } }), null);
    deepEqual(resultOf(questions, { storage: { choice: 2, words: '' } }), {
      answers: { storage: { answers: ['Plain files'] }, retention: { answers: [] } },
    });
  });

  it('is kept for the history without its secrets', () => {
    const open = { request: question([STORAGE, TOKEN, RETENTION]), afterItemId: 'a2' };
    const result = { answers: { storage: { answers: ['SQLite (Recommended)'] }, token: { answers: ['hunter2'] } } };
    deepEqual(answeredQuestions(open, result), ANSWERED);
  });

  it('goes out once, and what was chosen is kept until then, but no secret', () => {
    const { posted, cards, saved } = setUp();
    const first = cards();
    first.change(request, 'storage', { choice: 1 });
    first.change(request, 'token', { choice: 'other', words: 'hunter2' });
    equal(saved().includes('hunter2'), false);
    deepEqual(cards().draft({ ...request, id: 'again' }), { storage: { choice: 1, words: '' } });
    const open = { request, afterItemId: 'a2' };
    first.submit(open, 'answer');
    first.submit(open, 'answer');
    deepEqual(posted, [
      ['ask-1', { answers: { storage: { answers: ['PostgreSQL'] }, token: { answers: ['hunter2'] } } }],
    ]);
    deepEqual(cards().draft(request), {});
    first.takeBack('ask-1');
    deepEqual(first.answered.value, []);
  });

  it('reads back nothing that is not its own', () => {
    deepEqual(parseCardDrafts({ a: { q: { choice: {}, words: 'w' }, r: 3 }, b: 'x' }), {
      a: { q: { choice: null, words: 'w' } },
      b: {},
    });
    deepEqual(parseCardDrafts(7), {});
  });
});

describe('a question in the transcript', () => {
  it('stands behind what was last when it was put, and its answer in the same place', () => {
    const open = openRequest(running(), request);
    deepEqual(open.questions, [{ request, afterItemId: 'a2' }]);
    equal(openRequest(open, request), open);
    const later = reduceThread(open, {
      method: 'item/started',
      params: { threadId: sample.THREAD_ID, turnId: 't2', item: sample.agent('a3', 'z'), startedAtMs: 1 },
    });
    deepEqual(shown(later), ['userMessage', 'agentMessage', 'question', 'agentMessage']);
    deepEqual(shown(later, [ANSWERED]), ['userMessage', 'agentMessage', 'answered', 'agentMessage']);
    const resolved = reduceThread(later, {
      method: 'serverRequest/resolved',
      params: { threadId: sample.THREAD_ID, requestId: 'ask-1' },
    });
    deepEqual([resolved.questions, shown(resolved)], [[], ['userMessage', 'agentMessage', 'agentMessage']]);
    deepEqual(shown(resolved, [ANSWERED]), ['userMessage', 'agentMessage', 'answered', 'agentMessage']);
  });

  it('that is asked again by a new server hides the answer that was lost', () => {
    const again = openRequest(running(), { ...request, id: 'other' });
    deepEqual(shown(again, [ANSWERED]), ['userMessage', 'agentMessage', 'question']);
  });

  it('stands at the end when its place or its turn is not known', () => {
    deepEqual(shown(openRequest(sample.state([]), request)), ['question']);
    const lost = sample.state([sample.turn('t2', { items })], { questions: [{ request, afterItemId: 'gone' }] });
    deepEqual(shown(lost), ['userMessage', 'agentMessage', 'question', 'turnEnd']);
  });

  it('is what the page waits for, after the approvals', () => {
    const state = openRequest(running(), request);
    equal(activityOf(state, { type: 'ready' }, WRITER_HERE).type, 'question');
  });
});
