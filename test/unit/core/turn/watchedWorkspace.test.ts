// The folders of a turn, watched together: one that cannot be watched is left out, and it is said.
import { deepEqual } from 'node:assert/strict';
import type { WorkspaceWatch } from '../../../../server/core/ports.ts';
import { WatchedWorkspace } from '../../../../server/core/turn/watchedWorkspace.ts';

const SILENT = { debug: () => undefined, warn: () => undefined, error: () => undefined };

const watch: WorkspaceWatch = {
  warm: () => Promise.resolve(),
  baseline: (root) =>
    root === '/closed'
      ? Promise.reject(new Error('no'))
      : Promise.resolve({ changes: () => Promise.resolve([]), limitation: root === '/large' ? 'Too much.' : null }),
};

describe('the watched folders of a turn', () => {
  it('say what of them is not seen', async () => {
    const { signal } = new AbortController();
    const parts = { watch, log: SILENT, signal };
    deepEqual((await WatchedWorkspace.remember(['/a'], parts)).limitations, []);
    deepEqual((await WatchedWorkspace.remember(['/a', '/closed', '/large'], parts)).limitations, [
      'What commands changed below /closed is not known: it could not be watched.',
      'Too much.',
    ]);
  });
});
