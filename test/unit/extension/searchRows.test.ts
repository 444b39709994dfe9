// What a search in all threads found, as rows.
import { deepEqual } from 'node:assert/strict';
import { searchGroups, type SearchHit } from '../../../src/threads/searchRows.ts';
import * as sample from '../../support/chatSamples.ts';

const NOW_MS = 10_000_000;

function hit(id: string, given: Partial<SearchHit> & { readonly cwd?: string } = {}): SearchHit {
  const { cwd = '/w', ...rest } = given;
  const { thread } = sample.state([]);
  return {
    thread: { ...thread, id, name: `Thread ${id}`, cwd, recencyAt: NOW_MS / 1000 - 3600 },
    snippet: 'tie a\nbowline here',
    snippetMatchRange: { start: 6, end: 13 },
    turnId: 't1',
    itemId: 'i1',
    ...rest,
  };
}

describe('what a search in all threads found', () => {
  const shown = (input: Partial<Parameters<typeof searchGroups>[0]>) =>
    searchGroups({ hits: [], archived: [], folders: ['/w'], nowMs: NOW_MS, ...input }).map(({ title, rows }) => [
      title,
      rows.map(({ threadId }) => threadId),
    ]);

  it('stands by where it is: here, elsewhere, archived; empty groups are left out', () => {
    const hits = [hit('far', { cwd: '/elsewhere' }), hit('here'), hit('below', { cwd: '/w/sub' })];
    deepEqual(shown({ hits, archived: [hit('old')] }), [
      ['this workspace', ['here', 'below']],
      ['other folders', ['far']],
      ['archived', ['old']],
    ]);
    deepEqual(shown({ hits: [hit('a', { cwd: '/x' })], folders: [] }), [['threads', ['a']]]);
    deepEqual(shown({}), []);
  });

  it('reads as title, age and places, with the words around it in one line', () => {
    const [group] = searchGroups({ hits: [hit('a', { count: 3 })], archived: [], folders: ['/w'], nowMs: NOW_MS });
    deepEqual(group?.rows, [
      {
        label: 'Thread a',
        description: '1 h ago · 3 places',
        detail: 'tie a bowline here',
        threadId: 'a',
        place: { turnId: 't1', itemId: 'i1' },
      },
    ]);
  });

  it('leads to the thread alone where only its name has the words', () => {
    const named = hit('a', { turnId: null, itemId: null });
    const [group] = searchGroups({ hits: [named], archived: [], folders: ['/w'], nowMs: NOW_MS });
    deepEqual(group?.rows[0]?.place, null);
  });
});
