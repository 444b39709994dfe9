// A turn can be taken up only when all that it needs is there, and only calls that were asked about are run.
import assert from 'node:assert/strict';
import type { KeptQuestion } from '../../../../server/core/thread/keptQuestion.ts';
import { suspendedTurnOf, type StoredParts } from '../../../../server/core/thread/suspendedTurn.ts';
import type { ModelItem } from '../../../../server/core/turn/modelPort.ts';
import { settings, turnOf } from '../../adapters/store/fixture.ts';

const says: ModelItem = { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'go' }] };
const calls = (id: string): ModelItem => ({
  type: 'function_call',
  call_id: id,
  name: 'exec_command',
  arguments: '{}',
});
const gives = (id: string): ModelItem => ({ type: 'function_call_output', call_id: id, output: `of ${id}` });

function asks(itemId: string, turnId = 't1'): KeptQuestion {
  const params = { threadId: 'a', turnId, itemId, startedAtMs: 1 };
  const ask = {
    type: 'ask',
    reason: 'Why not.',
    risk: 'low',
    tripwire: null,
    isSandboxed: true,
    amendment: null,
  } as const;
  const conditions = { startedAtMs: 1, settings, outputSchema: null };
  return {
    requestId: 1,
    threadId: 'a',
    turnId,
    itemId,
    method: 'item/fileChange/requestApproval',
    params,
    ask,
    conditions,
  };
}

const WHOLE: StoredParts = {
  turn: turnOf('t1'),
  questions: [asks('waits')],
  history: [says, calls('before'), says, calls('first'), gives('first'), calls('done'), calls('waits'), calls('ran')],
  held: [
    { type: 'output', item: gives('first') },
    { type: 'output', item: gives('done') },
    { type: 'message', message: { input: [], clientId: 'm' } },
  ],
  diff: 'the diff',
};

describe('a turn that waits for the user', () => {
  it('is taken up with the calls of its last response, each as far as it came', () => {
    const taken = suspendedTurnOf(WHOLE);
    assert.deepEqual(
      taken?.calls.map(({ type, call }) => [type, call.callId]),
      [
        ['finished', 'done'],
        ['waiting', 'waits'],
        ['lost', 'ran'],
      ],
    );
    assert.deepEqual(taken?.messages, [{ input: [], clientId: 'm' }]);
    assert.equal(taken?.diff, 'the diff');
  });

  for (const [words, parts] of [
    ['nothing is asked', { questions: [] }],
    ['there is no turn', { turn: undefined }],
    ['it has ended', { turn: turnOf('t1', { status: 'interrupted' }) }],
    ['a question is about another turn', { questions: [asks('waits'), asks('done', 't0')] }],
    ['the call is not in the history', { history: [says, calls('ran')] }],
    ['the call has its output', { history: [says, calls('waits'), gives('waits')] }],
  ] satisfies [string, Partial<StoredParts>][]) {
    it(`is not taken up when ${words}`, () => assert.equal(suspendedTurnOf({ ...WHOLE, ...parts }), null));
  }
});
