// What must hold for any sequence of edits: a restore gives the tree before it, a redo the tree after it.
import assert from 'node:assert/strict';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { checkpointScene } from '../../../support/checkpointScene.ts';
import { treeState } from '../../../support/treeState.ts';

const NAMES = ['a', 'b', 'c', 'out'];
const path = fc.array(fc.constantFrom(...NAMES), { minLength: 1, maxLength: 3 }).map((names) => names.join('/'));
const content = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.constantFrom('', 'same', 'same', 'x'.repeat(2000), '\u0000\u0001binary'),
);
const mode = fc.constantFrom(0o644, 0o600, 0o755, 0o444);

type Edit =
  | { readonly type: 'write'; readonly path: string; readonly content: string }
  | { readonly type: 'remove' | 'makeFolder'; readonly path: string }
  | { readonly type: 'rename' | 'link'; readonly path: string; readonly to: string }
  | { readonly type: 'chmod'; readonly path: string; readonly mode: number };

const edit: fc.Arbitrary<Edit> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ type: fc.constant('write' as const), path, content }) },
  fc.record({ type: fc.constantFrom('remove' as const, 'makeFolder' as const), path }),
  fc.record({ type: fc.constantFrom('rename' as const, 'link' as const), path, to: path }),
  fc.record({ type: fc.constant('chmod' as const), path, mode }),
);

/** What cannot be done, as when a folder is in the way, is not done. */
function apply(root: string, given: Edit): void {
  const at = join(root, given.path);
  try {
    switch (given.type) {
      case 'write':
        mkdirSync(dirname(at), { recursive: true });
        return writeFileSync(at, given.content);
      case 'remove':
        return rmSync(at, { recursive: true });
      case 'makeFolder':
        return void mkdirSync(at, { recursive: true });
      case 'rename':
        return renameSync(at, join(root, given.to));
      case 'link':
        return symlinkSync(given.to, at);
      case 'chmod':
        if (lstatSync(at).isFile()) chmodSync(at, given.mode);
        return;
    }
  } catch {
    // the next edit may do
  }
}

export interface RestoreCase {
  readonly start: readonly Edit[];
  /** Turns of several looks with several edits each. */
  readonly turns: readonly (readonly (readonly Edit[])[])[];
}

const edits = fc.array(edit, { minLength: 1, maxLength: 5 });

export const restoreCase: fc.Arbitrary<RestoreCase> = fc.record({
  start: fc.array(edit, { maxLength: 12 }),
  turns: fc.array(fc.array(edits, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 3 }),
});

export async function restoresAnything({ start, turns }: RestoreCase): Promise<void> {
  const base = realpathSync(mkdtempSync(join(tmpdir(), 'bowline-restore-')));
  const root = join(base, 'work');
  try {
    mkdirSync(root);
    writeFileSync(join(root, '.gitignore'), 'out\n');
    for (const given of start) apply(root, given);
    const scene = checkpointScene(join(base, 'home'), root);
    const states = [treeState(root)];
    for (const [index, looks] of turns.entries()) {
      const steps = looks.map((some) => () => some.forEach((given) => apply(root, given)));
      await scene.turn(`turn-${index}`, ...steps);
      states.push(treeState(root));
    }
    const ids = turns.map((_, index) => `turn-${index}`);
    for (const index of ids.keys()) {
      const result = await scene.checkpoints.restore(scene.scope(...ids.slice(index)), null);
      assert.deepEqual([result.conflicts, result.notRestorable], [[], []]);
      assert.deepEqual(treeState(root), states[index]);
      if (result.restoreId === null) continue;
      await scene.checkpoints.redo('t');
      assert.deepEqual(treeState(root), states.at(-1));
    }
    assert.deepEqual(
      readdirSync(root).filter((name) => name.startsWith('.bowline')),
      [],
    );
  } finally {
    rmSync(base, { recursive: true, force: true });
  }
}
