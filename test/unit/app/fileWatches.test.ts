// The watches of one connection: closed when they are ended, when their client goes, and when either happens while they are opened.
import { deepEqual, equal, rejects } from 'node:assert/strict';
import { Connection } from '../../../server/app/connection.ts';
import { FileWatches } from '../../../server/app/fileWatches.ts';
import type { HostFiles, PathWatch } from '../../../server/core/client/hostFiles.ts';

function stage() {
  const connection = new Connection(() => {
    throw new Error('nothing is told here');
  });
  const open = new Set<string>();
  let gate: Promise<void> = Promise.resolve();
  const watch = async (path: string): Promise<PathWatch> => {
    await gate;
    if (path === '/bad') throw new Error('cannot be watched');
    open.add(path);
    return { close: () => void open.delete(path) };
  };
  const files = { watch } as unknown as HostFiles;
  const watches = FileWatches.of(connection);
  return {
    connection,
    open,
    watches,
    add: (watchId: string, path: string) => watches.add(watchId, path, files),
    hold() {
      const held = Promise.withResolvers<void>();
      gate = held.promise;
      return held.resolve;
    },
  };
}

describe('the watches of a client', () => {
  it('are one table for each connection', () => {
    const { connection, watches } = stage();
    equal(FileWatches.of(connection), watches);
  });

  it('end with their client', async () => {
    const { connection, open, add } = stage();
    await add('one', '/one');
    await add('other', '/other');
    deepEqual([...open], ['/one', '/other']);
    connection.close();
    equal(open.size, 0);
  });

  it('are not left open when their client goes, or takes them back, while they are opened', async () => {
    const { connection, open, watches, add, hold } = stage();
    let release = hold();
    const back = add('watch', '/back');
    watches.remove('watch');
    const again = add('watch', '/again');
    release();
    await Promise.all([back, again]);
    deepEqual([...open], ['/again']);
    release = hold();
    const late = add('late', '/late');
    connection.close();
    release();
    await late;
    equal(open.size, 0);
  });

  it('leave no name behind when they cannot be opened', async () => {
    const { add, open } = stage();
    await rejects(add('watch', '/bad'), /cannot be watched/);
    await add('watch', '/good');
    await rejects(add('watch', '/good'), /already exists: watch/);
    deepEqual([...open], ['/good']);
  });
});
