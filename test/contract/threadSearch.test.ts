// Finding threads by their words, and places within one.
import { deepEqual, equal, ok } from 'node:assert/strict';
import { answer, text } from '../support/modelScript.ts';
import { playTurn, startThread, story } from '../support/story.ts';

describe('search', () => {
  story('finds threads by what was said in them, and leads to the message', async (stage, kind) => {
    stage.model.script(answer(text('A bowline holds under load.')), answer(text('A hitch slips.')));
    const client = await stage.open(kind);
    const knots = await startThread(client, stage);
    const turnId = (await playTurn(client, knots, 'tell me of knots')).params.turn.id;
    const other = await startThread(client, stage);
    await playTurn(client, other, 'and of hitches');
    const { data } = await client.request('thread/search', { searchTerm: '  BOWLINE ' });
    equal(data.length, 1);
    const [hit] = data;
    deepEqual([hit.thread.id, hit.thread.turns, hit.turnId], [knots, [], turnId]);
    equal(hit.snippet.slice(hit.snippetMatchRange.start, hit.snippetMatchRange.end), 'bowline');
    const { data: places } = await client.request('thread/searchOccurrences', {
      threadId: knots,
      searchTerm: 'bowline',
    });
    deepEqual(
      places.map((place: any) => [place.turnId, place.itemId]),
      [[turnId, hit.itemId]],
    );
    const page = await client.request('thread/turns/list', {
      threadId: knots,
      cursor: places[0].turnCursor,
      sortDirection: 'asc',
      limit: 1,
    });
    ok(page.data[0].items.some((item: any) => item.id === hit.itemId));
    await client.request('thread/revert', { threadId: knots, beforeTurnId: turnId });
    deepEqual((await client.request('thread/search', { searchTerm: 'bowline' })).data, []);
  });

  story(
    'needs a term and a client that asked for what is experimental; an archive is searched by itself',
    async (stage, kind) => {
      const server = await stage.start(kind);
      const client = await server.connect();
      await client.initialize();
      const threadId = await startThread(client, stage);
      await playTurn(client, threadId, 'say "AND" (NEAR');
      equal(
        (await client.ask('thread/search', { searchTerm: ' ' })).error?.message,
        'thread/search requires a non-empty searchTerm',
      );
      equal((await client.request('thread/search', { searchTerm: '"AND" (' })).data.length, 1);
      equal((await client.request('thread/search', { searchTerm: 'say', sourceKinds: ['exec'] })).data.length, 0);
      equal(
        (await client.ask('thread/search', { searchTerm: 'say', cursor: 'x' })).error?.message,
        'invalid cursor: x',
      );
      await client.request('thread/archive', { threadId });
      equal((await client.request('thread/search', { searchTerm: 'say' })).data.length, 0);
      equal((await client.request('thread/search', { searchTerm: 'say', archived: true })).data.length, 1);
      const plain = await server.connect();
      await plain.initialize('plain', null);
      equal(
        (await plain.ask('thread/search', { searchTerm: 'say' })).error?.message,
        'thread/search requires experimentalApi capability',
      );
    },
    { kinds: ['linked'] },
  );
});
