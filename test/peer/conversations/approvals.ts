// Questions of the server: commands and patches that are accepted, declined, cancelled and interrupted.
import { answer, command, patch, text } from '../../support/modelScript.ts';
import type { Conversation, Scene } from '../scene.ts';

const ASK = { approvalPolicy: 'untrusted' };
const COMMAND = 'item/commandExecution/requestApproval';
const PATCH = 'item/fileChange/requestApproval';

function commandConversation(title: string, decide: (scene: Scene, threadId: string) => Promise<void>): Conversation {
  return {
    title,
    async play(scene) {
      await scene.open();
      const threadId = await scene.thread(ASK);
      scene.model.script(
        answer(command('touch a.txt', {}, { callId: 'c1' })),
        answer(text('Went on.', { id: 'msg_1' })),
      );
      await decide(scene, threadId);
      await scene.readBack(threadId);
    },
  };
}

const decided =
  (decision: string) =>
  async (scene: Scene, threadId: string): Promise<void> => {
    await scene.begin(threadId, 'touch');
    scene.client.answer(await scene.client.next(COMMAND), { decision });
    await scene.ended(threadId);
  };

function patchConversation(decision: string): Conversation {
  return {
    title: `a patch that is asked about: ${decision}`,
    async play(scene) {
      await scene.open();
      const threadId = await scene.thread({ ...ASK, model: 'gpt-5.5' });
      const input = '*** Begin Patch\n*** Add File: new.txt\n+new\n*** End Patch\n';
      scene.model.script(answer(patch(input, { callId: 'p1' })), answer(text('Went on.', { id: 'msg_1' })));
      await scene.begin(threadId, 'change');
      scene.client.answer(await scene.client.next(PATCH), { decision });
      await scene.ended(threadId);
      await scene.readBack(threadId);
    },
  };
}

export const APPROVALS: readonly Conversation[] = [
  commandConversation('a command that is asked about: accept', decided('accept')),
  commandConversation('a command that is asked about: decline', decided('decline')),
  commandConversation('a command that is asked about: cancel', decided('cancel')),
  commandConversation('a command that is asked about: interrupted, and accepted too late', async (scene, threadId) => {
    const turnId = await scene.begin(threadId, 'touch');
    const asked = await scene.client.next(COMMAND);
    await scene.ask('turn/interrupt', { threadId, turnId });
    await scene.ended(threadId);
    await scene.client.next('serverRequest/resolved');
    scene.client.answer(asked, { decision: 'accept' });
  }),
  patchConversation('accept'),
  patchConversation('decline'),
];
