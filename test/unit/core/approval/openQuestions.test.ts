// A question is kept before it is asked and let go before its answer counts; what cannot be let go has no effect.
import assert from 'node:assert/strict';
import { OpenQuestions, type Question } from '../../../../server/core/approval/openQuestions.ts';
import type { Asking } from '../../../../server/core/ports.ts';
import type { KeptQuestion } from '../../../../server/core/thread/keptQuestion.ts';
import { SUSPENDED } from '../../../../server/core/turn/runningTurn.ts';
import { settings, silentLog } from '../../adapters/store/fixture.ts';

const ASK = {
  type: 'ask',
  reason: 'Why not.',
  risk: 'low',
  tripwire: null,
  isSandboxed: true,
  amendment: null,
} as const;
const CONDITIONS = { startedAtMs: 1, settings, outputSchema: null };
const PARAMS = { threadId: 'a', turnId: 't1', itemId: 'c1', startedAtMs: 1 };
const METHOD = 'item/fileChange/requestApproval';

class Stage {
  readonly log: string[] = [];
  refuses = false;
  #last = 0;
  readonly questions = new OpenQuestions({
    threadId: 'a',
    log: silentLog,
    isStored: () => true,
    store: {
      newRequestId: () => this.#note('new', (this.#last += 1)),
      keepQuestion: () => this.#note('keep', (this.#last += 1)),
      dropQuestion: (_, id) => {
        if (this.refuses) throw new Error('The store is taken over.');
        this.#note('drop', id);
      },
    },
  });

  #note(what: string, id: number): number {
    this.log.push(`${what} ${id}`);
    return id;
  }

  /** Asks; the client claims and answers as `reply` says. */
  put(reply: (asking: Asking) => Promise<'accept' | 'failed'>, more: Partial<Question<'accept'>> = {}) {
    return this.questions.put<'accept'>({
      turnId: 't1',
      itemId: 'c1',
      request: { method: METHOD, params: PARAMS },
      ask: ASK,
      conditions: CONDITIONS,
      signal: new AbortController().signal,
      put: (asking) => {
        this.log.push(`ask ${asking.id}`);
        return reply(asking);
      },
      ...more,
    });
  }
}

const accepts = (asking: Asking): Promise<'accept' | 'failed'> =>
  Promise.resolve(asking.claim?.() === true ? 'accept' : 'failed');

describe('an open question', () => {
  it('is kept, asked, and let go before it is answered', async () => {
    const stage = new Stage();
    const answer = await stage.put((asking) => {
      assert.equal(stage.questions.outlives, true);
      return accepts(asking);
    });
    assert.deepEqual([answer, stage.log], ['accept', ['keep 1', 'ask 1', 'drop 1']]);
    assert.equal(stage.questions.outlives, false);
  });

  it('that cannot be let go has no effect', async () => {
    const stage = new Stage();
    stage.refuses = true;
    assert.equal(await stage.put(accepts), 'failed');
  });

  it('about something that runs here is not kept', async () => {
    const stage = new Stage();
    assert.equal(await stage.put(accepts, { conditions: null }), 'accept');
    assert.deepEqual(stage.log, ['new 1', 'ask 1']);
  });

  it('stays when the process ends: its call never hears of it', async () => {
    const stage = new Stage();
    const ends = new AbortController();
    const answered = stage.put(
      (asking) => new Promise((resolve) => asking.signal.addEventListener('abort', () => resolve('failed'))),
      { signal: ends.signal },
    );
    ends.abort(SUSPENDED);
    const first = await Promise.race([answered, new Promise((resolve) => setImmediate(resolve, 'nothing'))]);
    assert.deepEqual([first, stage.log], ['nothing', ['keep 1', 'ask 1']]);
    assert.equal(stage.questions.isKept('c1'), true);
  });

  it('of another process keeps its id, and only for the same matter', async () => {
    const stage = new Stage();
    const other: KeptQuestion = {
      requestId: 7,
      threadId: 'a',
      turnId: 't1',
      itemId: 'c1',
      method: METHOD,
      params: PARAMS,
      ask: ASK,
      conditions: CONDITIONS,
    };
    stage.questions.takeUp([other]);
    const permissions = { network: null, fileSystem: { read: ['/w/.env'], write: null } };
    const params = { ...PARAMS, environmentId: null, cwd: '/w', reason: null, permissions };
    await stage.put(accepts, { request: { method: 'item/permissions/requestApproval', params } });
    await stage.put(accepts);
    assert.deepEqual(stage.log, ['keep 1', 'ask 1', 'drop 1', 'ask 7', 'drop 7']);
    assert.deepEqual(stage.questions.withdraw('c1'), []);
  });

  it('of another process that is not asked again is withdrawn', () => {
    const stage = new Stage();
    const question = { threadId: 'a', turnId: 't1', itemId: 'c1', method: METHOD, params: PARAMS } as const;
    stage.questions.takeUp([{ ...question, requestId: 7, ask: ASK, conditions: CONDITIONS }]);
    assert.deepEqual(
      stage.questions.withdraw('c1').map(({ requestId }) => requestId),
      [7],
    );
    assert.deepEqual([stage.log, stage.questions.outlives], [['drop 7'], false]);
  });
});
