// Approval policies over the wire: what runs unasked, what asks, and what is refused, under each policy and sandbox.
import { deepEqual, equal, match } from 'node:assert/strict';
import { answer, command, patch } from '../support/modelScript.ts';
import { outputOf } from '../support/modelRequest.ts';
import { startThread, startTurn, story, type ServerKind, type Stage } from '../support/story.ts';

/** `fails`: it runs unasked and cannot do what it wants to, as the sandbox is in its way. */
type Outcome = 'runs' | 'fails' | 'asks' | 'refused';

/** Root of a bare machine may use the sandbox here, and the temporary folder, where the workspaces of tests lie, is outside of them. */
const CONFIG = `[sandbox]
allow_root = true
[sandbox_workspace_write]
exclude_slash_tmp = true
exclude_tmpdir_env_var = true
`;

const COMMANDS: readonly [policy: string, sandbox: string, plain: Outcome, escalated: Outcome][] = [
  ['untrusted', 'workspace-write', 'asks', 'asks'],
  ['untrusted', 'danger-full-access', 'asks', 'asks'],
  ['on-request', 'read-only', 'fails', 'asks'],
  ['on-request', 'workspace-write', 'runs', 'asks'],
  ['on-request', 'danger-full-access', 'runs', 'asks'],
  ['never', 'read-only', 'fails', 'refused'],
  ['never', 'workspace-write', 'runs', 'refused'],
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
    const title = `under ${approvalPolicy} and ${sandbox}: ${plain}, escalated: ${escalated}`;
    const tell = async (stage: Stage, kind: ServerKind): Promise<void> => {
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
        if (stage.exists(callId)) return 'runs';
        return isShown(callId) ? 'fails' : 'refused';
      };
      const isShown = (callId: string): boolean => client.incoming().some(({ params }) => params?.item?.id === callId);
      deepEqual([outcome('a'), outcome('b')], [plain, escalated]);
      if (plain === 'fails') match(outputOf(request, 'a'), /Read-only file system[^]*require_escalated/);
      if (escalated === 'refused') match(outputOf(request, 'b'), /not run: .*never/s);
    };
    story(title, tell, { config: CONFIG });
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
      { config: CONFIG },
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
