// The threads of Codex are offered once on a machine, and only where some are not here yet.
import { deepEqual, equal, match, rejects } from 'node:assert/strict';
import { offerImport } from '../../../src/threads/importOffer.ts';

interface Machine {
  isSettled: boolean;
  readonly asked: string[];
  imports: number;
}

describe('the offer to import threads', () => {
  const machine = (isSettled = false): Machine => ({ isSettled, asked: [], imports: 0 });

  const offer = (at: Machine, found: { total: number; fresh: number }, answer = true): Promise<void> =>
    offerImport({
      isSettled: () => at.isSettled,
      settle: () => Promise.resolve(void (at.isSettled = true)),
      detect: () => Promise.resolve({ folder: '/home/u/.codex', ...found }),
      ask: (question) => {
        at.asked.push(question);
        equal(at.isSettled, true, 'another window does not ask at the same time');
        return Promise.resolve(answer);
      },
      importThreads: () => Promise.resolve(void (at.imports += 1)),
    });

  it('is made once, whatever is answered', async () => {
    for (const answer of [true, false]) {
      const at = machine();
      await offer(at, { total: 3, fresh: 2 }, answer);
      await offer(at, { total: 9, fresh: 9 }, answer);
      equal(at.asked.length, 1);
      match(at.asked[0] ?? '', /^Bowline: 2 conversations .* Import them\? They stay as they are there\.$/);
      equal(at.imports, answer ? 1 : 0);
    }
  });

  it('speaks of one conversation as of one', async () => {
    const at = machine();
    await offer(at, { total: 1, fresh: 1 });
    match(at.asked[0] ?? '', /a conversation of Codex .* Import it\? It stays as it is there\.$/);
  });

  it('is not made where there is nothing, and made later when there is something', async () => {
    const at = machine();
    await offer(at, { total: 0, fresh: 0 });
    deepEqual([at.asked.length, at.isSettled], [0, false]);
    await offer(at, { total: 1, fresh: 1 });
    equal(at.asked.length, 1);
  });

  it('is not made where all is here already', async () => {
    const at = machine();
    await offer(at, { total: 4, fresh: 0 });
    deepEqual([at.asked.length, at.isSettled], [0, true]);
  });

  it('looks at nothing when it was made before', async () => {
    await offerImport({
      isSettled: () => true,
      settle: () => Promise.reject(new Error('settled')),
      detect: () => Promise.reject(new Error('looked')),
      ask: () => Promise.resolve(true),
      importThreads: () => Promise.reject(new Error('imported')),
    });
    const at = machine();
    await rejects(
      offerImport({
        isSettled: () => false,
        settle: () => Promise.resolve(),
        detect: () => Promise.reject(new Error('no server')),
        ask: (question) => Promise.resolve(at.asked.push(question) > 0),
        importThreads: () => Promise.resolve(),
      }),
      /no server/,
    );
    equal(at.asked.length, 0);
  });
});
