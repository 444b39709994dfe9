// What a restore does with each path follows from what is known of it and from how it is now.
import assert from 'node:assert/strict';
import { combined, type StoredPath } from '../../../../server/core/checkpoint/manifest.ts';
import type { StoredState } from '../../../../server/core/checkpoint/pathState.ts';
import { isSameStored, planRestore, type PlanInput } from '../../../../server/core/checkpoint/planRestore.ts';

const hashOf = (name: string): string => name.padEnd(64, '0');
const file = (name: string, mode: number | null = 0o644): StoredState => ({
  kind: 'file',
  mode,
  content: { hash: hashOf(name), size: name.length, modifiedAtMs: 1 },
});
const unkept = (size: number, modifiedAtMs: number, mode = 0o644): StoredState => ({
  kind: 'file',
  mode,
  content: { unkept: 'tooLarge', size, modifiedAtMs },
});
const link = (target: string): StoredState => ({ kind: 'link', target });
const folder = (mode = 0o755): StoredState => ({ kind: 'folder', mode });
const OTHER: StoredState = { kind: 'other' };

type Steps = readonly (readonly [before: StoredState | null, after: StoredState | null])[];

const pathOf = (path: string, steps: Steps): StoredPath => ({
  path,
  steps: steps.map(([before, after]) => ({ before, after })),
  isIgnored: false,
  movedFrom: null,
});

function plan(
  paths: Record<string, { readonly steps: Steps; readonly now: StoredState | null }>,
  more: Partial<Pick<PlanInput, 'lost' | 'isProtected'>> = {},
) {
  return planRestore({
    history: Object.entries(paths).map(([path, { steps }]) => pathOf(path, steps)),
    current: new Map(Object.entries(paths).map(([path, { now }]) => [path, now])),
    lost: new Set(),
    isProtected: () => false,
    ...more,
  });
}

type Outcome = 'restore' | 'asBefore' | 'conflict' | 'notRestorable';

const CASES: readonly (readonly [
  what: string,
  steps: Steps,
  now: StoredState | null,
  outcome: Outcome,
  actions?: readonly string[],
])[] = [
  ['an edited file', [[file('a'), file('b')]], file('b'), 'restore', ['write']],
  ['a new file', [[null, file('b')]], file('b'), 'restore', ['remove']],
  ['a deleted file', [[file('a'), null]], null, 'restore', ['write']],
  ['changed permissions', [[file('a', 0o644), file('a', 0o755)]], file('a', 0o755), 'restore', ['chmod']],
  ['a file put back by somebody', [[file('a'), file('b')]], file('a'), 'asBefore', []],
  ['a new file that somebody removed', [[null, file('b')]], null, 'asBefore', []],
  ['a file that somebody edited since', [[file('a'), file('b')]], file('c'), 'conflict', []],
  ['a file that somebody removed since', [[file('a'), file('b')]], null, 'conflict', []],
  ['a deleted file that somebody made anew', [[file('a'), null]], file('c'), 'conflict', []],
  ['permissions that somebody changed since', [[file('a'), file('b')]], file('b', 0o600), 'conflict', []],
  [
    'an edit between two changes',
    [
      [file('a'), file('b')],
      [file('c'), file('d')],
    ],
    file('d'),
    'conflict',
    [],
  ],
  ['permissions that nobody knows', [[file('a', null), file('b', null)]], file('b', 0o600), 'restore', ['write']],
  ['a link to somewhere else', [[link('x'), link('y')]], link('y'), 'restore', ['link']],
  ['a link in the place of a file', [[file('a'), link('y')]], link('y'), 'restore', ['remove', 'write']],
  ['a file in the place of a link', [[link('x'), file('b')]], file('b'), 'restore', ['remove', 'link']],
  ['a new folder', [[null, folder()]], folder(), 'restore', ['removeFolder']],
  ['a removed folder', [[folder(0o750), null]], null, 'restore', ['makeFolder']],
  ['a removed folder that was closed', [[folder(0o555), null]], null, 'restore', ['makeFolder', 'chmod']],
  ['permissions of a folder', [[folder(0o755), folder(0o700)]], folder(0o700), 'restore', ['chmod']],
  ['a folder that was closed', [[folder(0o755), folder(0o555)]], folder(0o555), 'restore', ['chmod', 'chmod']],
  ['a folder in the place of a file', [[file('a'), folder()]], folder(), 'restore', ['removeFolder', 'write']],
  ['a file in the place of a folder', [[folder(), file('b')]], file('b'), 'restore', ['remove', 'makeFolder']],
  ['a large file that was edited', [[unkept(9, 1), unkept(9, 2)]], unkept(9, 2), 'notRestorable', []],
  ['a large file that was deleted', [[unkept(9, 1), null]], null, 'notRestorable', []],
  ['a large file that was made', [[null, unkept(9, 1)]], file('123456789'), 'restore', ['remove']],
  ['a huge file that was made', [[null, unkept(9, 1)]], unkept(9, 1), 'notRestorable', []],
  ['permissions of a large file', [[unkept(9, 1), unkept(9, 1, 0o755)]], unkept(9, 1, 0o755), 'restore', ['chmod']],
  ['a large file that was made small', [[unkept(9, 1), file('b')]], file('b'), 'notRestorable', []],
  ['a pipe in the place of a file', [[file('a'), OTHER]], OTHER, 'notRestorable', []],
  ['a pipe that was removed', [[OTHER, null]], null, 'notRestorable', []],
];

describe('planRestore', () => {
  for (const [what, steps, now, outcome, actions] of CASES) {
    it(`${outcome}: ${what}`, () => {
      const { paths, actions: done } = plan({ '/w/p': { steps, now } });
      assert.equal(paths[0]?.type, outcome);
      assert.deepEqual(
        done.map(({ step }) => step.type),
        actions,
      );
    });
  }

  it('names contents that are lost, and places that are not written to', () => {
    const edited = { steps: [[file('a'), file('b')]] as const, now: file('b') };
    const lost = plan({ '/w/p': edited }, { lost: new Set([hashOf('a')]) }).paths[0];
    assert.deepEqual(lost?.type === 'notRestorable' && lost.obstacle, 'lost');
    const kept = plan({ '/w/p': edited }, { isProtected: (path) => path === '/w/p' }).paths[0];
    assert.deepEqual(kept?.type === 'notRestorable' && kept.obstacle, 'protected');
    // nothing is to be read for a file whose permissions alone changed
    const chmod = { steps: [[file('a'), file('a', 0o755)]] as const, now: file('a', 0o755) };
    assert.equal(plan({ '/w/p': chmod }, { lost: new Set([hashOf('a')]) }).paths[0]?.type, 'restore');
  });

  it('makes room before it puts things there, and closes folders last', () => {
    const { actions } = plan({
      '/w/closed': { steps: [[folder(0o555), folder(0o700)]], now: folder(0o700) },
      '/w/closed/a': { steps: [[file('a'), file('b')]], now: file('b') },
      '/w/gone': { steps: [[folder(), null]], now: null },
      '/w/gone/deep': { steps: [[folder(0o500), null]], now: null },
      '/w/gone/deep/f': { steps: [[file('f'), null]], now: null },
      '/w/kind': { steps: [[file('k'), folder()]], now: folder() },
      '/w/kind/x': { steps: [[null, file('x')]], now: file('x') },
    });
    assert.deepEqual(
      actions.map(({ path, step }) => `${step.type} ${path.slice(3)}`),
      [
        'remove kind/x',
        'removeFolder kind',
        'makeFolder gone',
        'makeFolder gone/deep',
        'write closed/a',
        'write gone/deep/f',
        'write kind',
        'chmod gone/deep',
        'chmod closed',
      ],
    );
  });
});

describe('the history of several turns', () => {
  it('is one step where each begins as the one before it ended, and more where somebody came between', () => {
    const of = (path: string, ...steps: Steps) => ({ paths: [pathOf(path, steps)] });
    const turns = [of('/a', [file('1'), file('2')]), of('/a', [file('2'), file('3')]), of('/b', [null, file('x')])];
    assert.deepEqual(combined(turns, isSameStored), [
      pathOf('/a', [[file('1'), file('3')]]),
      pathOf('/b', [[null, file('x')]]),
    ]);
    const between = [of('/a', [file('1'), file('2')]), of('/a', [file('9'), file('3')])];
    assert.deepEqual(combined(between, isSameStored)[0]?.steps.length, 2);
  });
});
