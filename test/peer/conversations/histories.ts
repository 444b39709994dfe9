// Threads beside one another and over time: forks, reverts, lists, restarts.
import { answer, gate, text } from '../../support/modelScript.ts';
import type { Conversation, Scene } from '../scene.ts';

async function talk(scene: Scene, threadId: string, count: number): Promise<string[]> {
  const turns: string[] = [];
  for (let n = 1; n <= count; n += 1) {
    scene.model.script(answer(text(`Answer ${n}.`, { id: `msg_${n}` })));
    turns.push(await scene.turn(threadId, `question ${n}`));
  }
  return turns;
}

export const HISTORIES: readonly Conversation[] = [
  {
    title: 'forks: whole, up to a turn, before a turn, for the moment',
    async play(scene) {
      await scene.open();
      const threadId = await scene.thread();
      const [first = '', second = ''] = await talk(scene, threadId, 2);
      const fork = async (params: object): Promise<string> => {
        const { result } = await scene.ask('thread/fork', { threadId, ...params });
        if (result === undefined) return '';
        await scene.client.next('thread/started');
        return result.thread.id;
      };
      const whole = await fork({});
      await scene.turn(whole, 'aside');
      await scene.ask('thread/turns/list', { threadId: whole });
      await fork({ lastTurnId: first, excludeTurns: true });
      await fork({ beforeTurnId: second });
      await fork({ beforeTurnId: second, lastTurnId: first });
      await fork({ beforeTurnId: 'bogus' });
      await fork({ ephemeral: true });
      const passing = await fork({ ephemeral: true, excludeTurns: true });
      await scene.turn(passing, 'for the moment');
      await scene.ask('thread/turns/list', { threadId: passing });
      await scene.ask('thread/delete', { threadId });
      await scene.ask('thread/list');
    },
  },
  {
    title: 'a revert, and a message that is sent again under its id',
    async play(scene) {
      await scene.open();
      const threadId = await scene.thread();
      await talk(scene, threadId, 1);
      scene.model.script(answer(text('Gone.', { id: 'msg_8' })), answer(text('Anew.', { id: 'msg_9' })));
      const second = await scene.turn(threadId, 'again', { clientUserMessageId: 'mine' });
      await scene.ask('thread/revert', { threadId, beforeTurnId: 'bogus' });
      await scene.ask('thread/revert', { threadId, beforeTurnId: second });
      await scene.client.next('thread/reverted');
      await scene.turn(threadId, 'again', { clientUserMessageId: 'mine' });
      await scene.readBack(threadId);
    },
  },
  {
    title: 'a thread that is resumed after a restart',
    async play(scene) {
      await scene.open();
      const threadId = await scene.thread();
      await talk(scene, threadId, 2);
      await scene.open();
      await scene.ask('thread/list');
      await scene.ask('thread/read', { threadId });
      await scene.ask('turn/start', { threadId, input: [{ type: 'text', text: 'too early' }] });
      await scene.ask('thread/loaded/list');
      await scene.ask('thread/resume', { threadId });
      await scene.client.next('thread/goal/cleared');
      await scene.ask('thread/loaded/list');
      await scene.turn(threadId, 'go on');
      await scene.ask('thread/resume', { threadId, excludeTurns: true, initialTurnsPage: { limit: 1 } });
      await scene.client.next('thread/goal/cleared');
      await scene.readBack(threadId);
    },
  },
  {
    title: 'lists of threads in pages, archived and named ones',
    async play(scene) {
      await scene.open();
      const made: string[] = [];
      for (let n = 1; n <= 3; n += 1) {
        const threadId = await scene.thread();
        await talk(scene, threadId, 1);
        made.push(threadId);
      }
      const { result } = await scene.ask('thread/list', { limit: 2 });
      await scene.ask('thread/list', { limit: 2, cursor: result.nextCursor });
      await scene.ask('thread/list', { sortDirection: 'asc', limit: 1 });
      await scene.ask('thread/list', { searchTerm: 'question' });
      await scene.ask('thread/name/set', { threadId: made[0], name: ' A name ' });
      await scene.client.next('thread/name/updated');
      await scene.ask('thread/archive', { threadId: made[1] });
      await scene.client.next('thread/archived');
      await scene.ask('thread/resume', { threadId: made[1] });
      await scene.ask('thread/list', { archived: true });
      await scene.ask('thread/unarchive', { threadId: made[1] });
      await scene.client.next('thread/unarchived');
      await scene.ask('thread/delete', { threadId: made[2] });
      await scene.client.next('thread/deleted');
      await scene.ask('thread/list');
    },
  },
  {
    title: 'two threads, one after the other, and one that is left',
    async play(scene) {
      await scene.open();
      const [one, two] = [await scene.thread(), await scene.thread()];
      scene.model.script(answer([text('One', { id: 'msg_1', done: false }), gate('mid')]));
      const turnId = await scene.begin(one, 'first');
      await scene.client.next('item/agentMessage/delta');
      await scene.model.reached('mid');
      scene.model.script(answer(text('Two.', { id: 'msg_2' })));
      await scene.turn(two, 'second');
      await scene.ask('turn/interrupt', { threadId: one, turnId });
      await scene.ended(one);
      await scene.ask('thread/loaded/list');
      await scene.ask('thread/unsubscribe', { threadId: two });
      await scene.ask('thread/unsubscribe', { threadId: two });
    },
  },
];
