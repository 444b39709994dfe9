// Several signals as one: aborted with the first, and without a trace in them once the task is done.
import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { withJoinedSignal } from '../../../server/core/joinedSignal.ts';

describe('a joined signal', () => {
  it('is aborted with the first of its sources, and with its reason', async () => {
    const [turn, question] = [new AbortController(), new AbortController()];
    await withJoinedSignal([turn.signal, question.signal], async (signal) => {
      assert.equal(signal.aborted, false);
      question.abort('moot');
      turn.abort('suspended');
      assert.equal(signal.reason, 'moot');
    });
  });

  it('is aborted from the beginning where a source is', async () => {
    const isAborted = await withJoinedSignal(
      [new AbortController().signal, AbortSignal.abort()],
      async ({ aborted }) => aborted,
    );
    assert.ok(isAborted);
  });

  it('leaves nothing with its sources, whatever becomes of the task', async () => {
    const turn = new AbortController();
    const listeners = (): number => getEventListeners(turn.signal, 'abort').length;
    assert.equal(await withJoinedSignal([turn.signal], async () => listeners()), 1);
    assert.equal(listeners(), 0);
    const failing = withJoinedSignal([turn.signal], () => Promise.reject(new Error('the model is away')));
    await assert.rejects(failing, /the model is away/);
    assert.equal(listeners(), 0);
  });
});
