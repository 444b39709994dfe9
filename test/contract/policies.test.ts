// Approval policies over the wire: what runs unasked, what asks, and what is refused, under each policy and sandbox.
import { deepEqual, equal, match } from 'node:assert/strict';
import { answer, command, patch } from '../support/modelScript.ts';
import { outputOf } from '../support/modelRequest.ts';
import { startThread, startTurn, story } from '../support/story.ts';

type Outcome = 'runs' | 'asks' | 'refused';

const COMMANDS: readonly [policy: string, sandbox: string, plain: Outcome, escalated: Outcome][] = [
  ['untrusted', 'workspace-write', 'asks', 'asks'],
  ['untrusted', 'danger-full-access', 'asks', 'asks'],
  ['on-request', 'read-only', 'asks', 'asks'],
  ['on-request', 'workspace-write', 'asks', 'asks'],
  ['on-request', 'danger-full-access', 'runs', 'asks'],
  ['never', 'read-only', 'refused', 'refused'],
  ['never', 'workspace-write', 'refused', 'refused'],
  ['never', 'danger-full-access', 'runs', 'runs'],
];

const PATCHES: readonly [policy: string, sandbox: string, inside: Outcome, outside: Outcome][] = [
  ['untrusted', 'workspace-write', 'asks', 'asks'],
  ['on-request', 'read-only', 'asks', 'asks'],
  ['on-request', 'workspace-write', 'runs', 'asks'],
  ['on-request', 'danger-full-access', 'runs', 'asks'],
  ['never', 'read-only', 'refused', 'refused'],
  ['never', 'workspace-write', 'runs', 'refused'],
];

describe('a command', () => {
  for (const [approvalPolicy, sandbox, plain, escalated] of COMMANDS) {
    story(`under ${approvalPolicy} and ${sandbox}: ${plain}, escalated: ${escalated}`, async (stage, kind) => {
      const more = { sandbox_permissions: 'require_escalated', justification: 'because' };
      stage.model.script(answer([command('touch a', {}, { callId: 'a' }), command('touch b', more, { callId: 'b' })]));
      const client = await stage.open(kind);
      client.whenAsked(() => ({ decision: 'decline' }));
      const threadId = await startThread(client, stage, { approvalPolicy, sandbox });
      await startTurn(client, threadId, 'go');
      await client.turnCompleted(threadId);
      const request = await stage.model.request(1);
      const asked = client.incoming().filter(({ method }) => method === 'item/commandExecution/requestApproval');
      const outcome = (callId: string): Outcome => {
        if (asked.some(({ params }) => params.itemId === callId)) return 'asks';
        return stage.exists(callId) ? 'runs' : 'refused';
      };
      deepEqual([outcome('a'), outcome('b')], [plain, escalated]);
      if (plain === 'refused') match(outputOf(request, 'a'), /not run: .*never/s);
      const shown = client.incoming().filter(({ params }) => params?.item?.id === 'a').length;
      equal(shown > 0, plain !== 'refused', 'a refused command has no item');
    });
  }
});

describe('a patch', () => {
  for (const [approvalPolicy, sandbox, inside, outside] of PATCHES) {
    story(
      `under ${approvalPolicy} and ${sandbox}: ${inside}, outside of the workspace: ${outside}`,
      async (stage, kind) => {
        const add = (path: string): string => `*** Begin Patch\n*** Add File: ${path}\n+text\n*** End Patch\n`;
        stage.model.script(answer([patch(add('a'), { callId: 'a' }), patch(add('../b'), { callId: 'b' })]));
        const client = await stage.open(kind);
        client.whenAsked(() => ({ decision: 'decline' }));
        const threadId = await startThread(client, stage, { approvalPolicy, sandbox });
        await startTurn(client, threadId, 'go');
        await client.turnCompleted(threadId);
        const asked = client.incoming().filter(({ method }) => method === 'item/fileChange/requestApproval');
        const outcome = (callId: string, path: string): Outcome => {
          if (asked.some(({ params }) => params.itemId === callId)) return 'asks';
          return stage.exists(path) ? 'runs' : 'refused';
        };
        deepEqual([outcome('a', 'a'), outcome('b', '../b')], [inside, outside]);
        if (outside === 'refused') match(outputOf(await stage.model.request(1), 'b'), /patch rejected: .*never/s);
      },
    );
  }

  story('of a protected folder asks although it is inside', async (stage, kind) => {
    stage.model.script(answer(patch('*** Begin Patch\n*** Add File: .git/hooks/pre-commit\n+evil\n*** End Patch\n')));
    const client = await stage.open(kind);
    client.whenAsked(() => ({ decision: 'decline' }));
    const threadId = await startThread(client, stage);
    await startTurn(client, threadId, 'go');
    await client.turnCompleted(threadId);
    equal(stage.exists('.git/hooks/pre-commit'), false);
  });
});
