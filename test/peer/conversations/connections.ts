// How a connection begins, and what is refused.
import type { Conversation } from '../scene.ts';

const NOWHERE = '01a2b3c4-0000-7000-8000-000000000000';

export const CONNECTIONS: readonly Conversation[] = [
  {
    title: 'the handshake: what comes before it, what comes twice, what nobody knows',
    async play(scene) {
      await scene.connect();
      await scene.ask('thread/list');
      await scene.ask('initialize', { clientInfo: {} });
      await scene.client.initialize('peer_test');
      await scene.ask('initialize', { clientInfo: { name: 'again', version: '1' } });
      scene.client.send({ method: 'bogus/notification', params: {} });
      await scene.ask('nope/nope');
      await scene.ask('thread/loaded/list');
    },
  },
  {
    title: 'ids that nobody knows, and params that are wrong',
    async play(scene) {
      await scene.open();
      const thread = { threadId: NOWHERE };
      for (const method of ['thread/read', 'thread/resume', 'thread/archive', 'thread/delete', 'thread/unarchive'])
        await scene.ask(method, thread);
      for (const method of ['thread/unsubscribe', 'thread/turns/list', 'thread/compact/start', 'thread/fork'])
        await scene.ask(method, thread);
      await scene.ask('turn/start', { ...thread, input: [] });
      await scene.ask('turn/interrupt', { ...thread, turnId: NOWHERE });
      await scene.ask('turn/steer', { ...thread, expectedTurnId: NOWHERE, input: [] });
      await scene.ask('thread/read', {});
      await scene.ask('thread/read', { threadId: 42 });
      await scene.ask('thread/list', { cursor: 'garbage' });
      const threadId = await scene.thread();
      await scene.ask('thread/loaded/list', { cursor: 'garbage' });
      await scene.ask('turn/interrupt', { threadId, turnId: NOWHERE });
      await scene.ask('turn/steer', { threadId, expectedTurnId: NOWHERE, input: [{ type: 'text', text: 'x' }] });
      await scene.ask('thread/name/set', { threadId, name: ' ' });
      await scene.ask('thread/loaded/list', { limit: 0 });
    },
  },
  {
    title: 'experimental methods and members, for a client that did not ask for them',
    async play(scene) {
      const client = await scene.connect();
      await client.initialize('peer_test', null);
      const threadId = await scene.thread();
      await scene.turn(threadId, 'hi');
      await scene.ask('thread/start', { dynamicTools: [] });
      await scene.ask('thread/fork', { threadId, beforeTurnId: NOWHERE });
      await scene.ask('thread/items/read', { threadId, turnId: NOWHERE, itemIds: ['x'] });
      await scene.ask('thread/resume', { threadId, excludeTurns: true, initialTurnsPage: {} });
      await scene.ask('thread/queue/list', { threadId });
    },
  },
];
