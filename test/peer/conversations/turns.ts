// Turns: what they say, think, run and change, and how they are steered and stopped.
import { answer, call, command, gate, patch, reasoning, status, text } from '../../support/modelScript.ts';
import type { Conversation } from '../scene.ts';

/** A model of the reference's catalogue: that gets the patch tool. */
const PATCHES = { model: 'gpt-5.5' };
const LOOKUP = {
  type: 'function',
  name: 'lookup_ticket',
  description: 'Finds a ticket',
  inputSchema: { type: 'object', properties: { id: { type: 'string' } }, required: ['id'] },
};

export const TURNS: readonly Conversation[] = [
  {
    title: 'a simple turn',
    async play(scene) {
      await scene.open();
      const threadId = await scene.thread();
      scene.model.script(answer(text('Hello there.', { id: 'msg_1' })));
      await scene.turn(threadId, 'hi', { clientUserMessageId: 'mine' });
      await scene.readBack(threadId);
    },
  },
  {
    title: 'several turns',
    async play(scene) {
      await scene.open();
      const threadId = await scene.thread();
      for (const n of [1, 2, 3]) {
        scene.model.script(answer(text(`Answer ${n}.`, { id: `msg_${n}` })));
        await scene.turn(threadId, `question ${n}`);
      }
      await scene.readBack(threadId);
    },
  },
  {
    title: 'reasoning',
    async play(scene) {
      await scene.open();
      const threadId = await scene.thread();
      const thought = reasoning({ id: 'rs_1', summary: ['First thought.', 'Second thought.'], content: ['Raw.'] });
      scene.model.script(answer([thought, text('Done.', { id: 'msg_1' })]));
      await scene.turn(threadId, 'think');
      await scene.readBack(threadId);
    },
  },
  {
    title: 'a plan of the plan tool',
    config: '[tools.update_plan]\nenabled = true\n',
    async play(scene) {
      await scene.open();
      const threadId = await scene.thread();
      const plan = [
        { step: 'one', status: 'in_progress' },
        { step: 'two', status: 'pending' },
      ];
      scene.model.script(
        answer(call('update_plan', { explanation: 'Why.', plan }, { callId: 'p1' })),
        answer(text('Planned.', { id: 'msg_1' })),
      );
      await scene.turn(threadId, 'plan');
      await scene.readBack(threadId);
    },
  },
  {
    title: 'commands that need no approval: one that succeeds, one that fails',
    async play(scene) {
      await scene.open();
      const threadId = await scene.thread();
      scene.model.script(
        answer(command('echo hello', {}, { callId: 'c1' })),
        answer(command('echo oops; exit 3', {}, { callId: 'c2' })),
        answer(text('Ran.', { id: 'msg_1' })),
      );
      const turnId = await scene.turn(threadId, 'run');
      await scene.readBack(threadId);
      const one = { threadId, turnId };
      await scene.ask('thread/items/list', { ...one, deferOutput: { commandExecution: true } });
      await scene.ask('thread/items/list', { ...one, cursor: { type: 'item', itemId: 'c1' } });
      await scene.ask('thread/items/list', { ...one, cursor: { type: 'item', itemId: 'nothing' } });
      await scene.ask('thread/items/list', { threadId, cursor: { type: 'item', itemId: 'c1' } });
      await scene.ask('thread/items/read', { ...one, itemIds: ['msg_1', 'c1', 'nothing'] });
      await scene.ask('thread/items/read', { ...one, itemIds: [] });
    },
  },
  {
    title: 'a patch that needs no approval',
    async play(scene) {
      scene.write('README.md', 'old\n');
      await scene.open();
      const threadId = await scene.thread(PATCHES);
      const input =
        '*** Begin Patch\n*** Add File: new.txt\n+new\n*** Update File: README.md\n@@\n-old\n+changed\n*** End Patch\n';
      scene.model.script(answer(patch(input, { callId: 'p1' })), answer(text('Changed.', { id: 'msg_1' })));
      await scene.turn(threadId, 'change');
      await scene.readBack(threadId);
    },
  },
  {
    title: 'a tool of the client, twice: it succeeds, and it is refused',
    async play(scene) {
      await scene.open();
      const threadId = await scene.thread({ dynamicTools: [LOOKUP] });
      scene.model.script(
        answer(call('lookup_ticket', { id: 'A' }, { callId: 't1' })),
        answer(call('lookup_ticket', { id: 'B' }, { callId: 't2' })),
        answer(text('Looked up.', { id: 'msg_1' })),
      );
      await scene.begin(threadId, 'look');
      const asked = await scene.client.next('item/tool/call');
      scene.client.answer(asked, { contentItems: [{ type: 'inputText', text: 'Open.' }], success: true });
      scene.client.refuse(await scene.client.next('item/tool/call'));
      await scene.ended(threadId);
      await scene.readBack(threadId);
    },
  },
  {
    title: 'a message into a turn that runs',
    async play(scene) {
      await scene.open();
      const threadId = await scene.thread();
      scene.model.script(answer([text('Half', { id: 'msg_1', done: false }), gate('mid')]));
      scene.model.script(answer(text('Whole.', { id: 'msg_2' })));
      const turnId = await scene.begin(threadId, 'go');
      await scene.client.next('item/agentMessage/delta');
      await scene.model.reached('mid');
      const input = [{ type: 'text', text: 'and more' }];
      await scene.ask('turn/steer', { threadId, expectedTurnId: threadId, input });
      await scene.ask('turn/steer', { threadId, expectedTurnId: turnId, input: [] });
      await scene.ask('turn/steer', { threadId, expectedTurnId: turnId, input });
      await scene.ended(threadId);
      await scene.ask('turn/steer', { threadId, expectedTurnId: turnId, input });
      await scene.readBack(threadId);
    },
  },
  {
    title: 'an interrupt in the middle of a text',
    async play(scene) {
      await scene.open();
      const threadId = await scene.thread();
      scene.model.script(answer([text('Half', { id: 'msg_1', done: false }), gate('mid')]));
      const turnId = await scene.begin(threadId, 'go');
      await scene.client.next('item/agentMessage/delta');
      await scene.model.reached('mid');
      await scene.ask('turn/interrupt', { threadId, turnId: threadId });
      await scene.ask('turn/interrupt', { threadId, turnId });
      await scene.ended(threadId);
      await scene.ask('turn/interrupt', { threadId, turnId });
      scene.model.script(answer(text('Next.', { id: 'msg_2' })));
      await scene.turn(threadId, 'next');
      await scene.readBack(threadId);
    },
  },
  {
    title: 'a model that fails once, then for good, then works again',
    async play(scene) {
      await scene.open();
      const threadId = await scene.thread();
      scene.model.script(status(500, {}), answer(text('Fine.', { id: 'msg_1' })));
      await scene.turn(threadId, 'once');
      scene.model.script(status(400, 'no such thing'));
      await scene.turn(threadId, 'for good');
      scene.model.script(answer(text('Fine again.', { id: 'msg_2' })));
      await scene.turn(threadId, 'again');
      await scene.readBack(threadId);
    },
  },
  {
    title: 'a compaction, and a turn after it',
    async play(scene) {
      await scene.open();
      const threadId = await scene.thread();
      scene.model.script(answer(text('Long.', { id: 'msg_1' })), answer(text('Summary.', { id: 'msg_2' })));
      await scene.turn(threadId, 'talk');
      await scene.ask('thread/compact/start', { threadId });
      await scene.ended(threadId);
      scene.model.script(answer(text('After.', { id: 'msg_3' })));
      await scene.turn(threadId, 'go on');
      await scene.readBack(threadId);
    },
  },
  {
    title: 'a review',
    async play(scene) {
      await scene.open();
      const threadId = await scene.thread();
      scene.model.script(answer(text('Hello.', { id: 'msg_1' })));
      await scene.turn(threadId, 'hi');
      const findings = [
        {
          title: 'Wrong',
          body: 'It is wrong.',
          confidence_score: 0.9,
          priority: 1,
          code_location: { absolute_file_path: '/somewhere/a.ts', line_range: { start: 1, end: 2 } },
        },
      ];
      const verdict = {
        findings,
        overall_correctness: 'patch is incorrect',
        overall_explanation: 'One thing.',
        overall_confidence_score: 0.8,
      };
      scene.model.script(answer(text(JSON.stringify(verdict), { id: 'msg_2' })));
      await scene.ask('review/start', { threadId, target: { type: 'custom', instructions: 'Look at it.' } });
      await scene.ended(threadId);
      await scene.ask('review/start', { threadId, target: { type: 'custom', instructions: ' ' } });
      await scene.readBack(threadId);
    },
  },
];
