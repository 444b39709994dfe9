// Tripwires over the wire: they ask under full access too, with their reason first, each time anew, and the user alone switches them off.
import { deepEqual, equal, match } from 'node:assert/strict';
import { answer, command, patch } from '../support/modelScript.ts';
import { outputOf } from '../support/modelRequest.ts';
import { startThread, startTurn, story } from '../support/story.ts';

const ASK = 'item/commandExecution/requestApproval';
const FULL = 'sandbox_mode = "danger-full-access"\n';
/** Harmless where it is run, as there is no repository. */
const FORCE = 'git push --force; touch ran';

describe('a tripwire', () => {
  story(
    'asks under full access, says why before the model does, and asks again after "for this session"',
    async (stage, kind) => {
      const told = { justification: 'All is well.' };
      stage.model.script(answer(command(FORCE, told, { callId: 'a' })), answer(command(FORCE, told, { callId: 'b' })));
      const client = await stage.open(kind);
      const threadId = await startThread(client, stage);
      await startTurn(client, threadId, 'go');
      const first = await client.next(ASK);
      const { safety, reason, availableDecisions, proposedExecpolicyAmendment } = first.params;
      deepEqual([safety.tripwire, safety.risk, safety.isSandboxed], ['history_rewrite', 'high', false]);
      match(reason, /^Overwrites history on the remote: git push --force\nThe agent says: All is well\.$/);
      deepEqual(availableDecisions, ['accept', 'decline', 'cancel']);
      equal(proposedExecpolicyAmendment, null);
      client.answer(first, { decision: 'acceptForSession' });
      const second = await client.next(ASK, ({ itemId }) => itemId === 'b');
      equal(stage.exists('ran'), true);
      client.answer(second, { decision: 'decline' });
      await client.turnCompleted(threadId);
    },
    { config: FULL },
  );

  story(
    'refuses where nobody may be asked, and tells the model',
    async (stage, kind) => {
      stage.model.script(answer(command(FORCE, {}, { callId: 'a' })));
      const client = await stage.open(kind);
      const threadId = await startThread(client, stage, { approvalPolicy: 'never' });
      await startTurn(client, threadId, 'go');
      await client.turnCompleted(threadId);
      equal(stage.exists('ran'), false);
      match(outputOf(await stage.model.request(1), 'a'), /not run: Overwrites history on the remote/);
    },
    { config: FULL },
  );

  story(
    'sees a patch that deletes many files',
    async (stage, kind) => {
      const names = Array.from({ length: 11 }, (_, index) => `${index}.txt`);
      for (const name of names) stage.write(name, 'text\n');
      const deletes = names.map((name) => `*** Delete File: ${name}\n`).join('');
      stage.model.script(answer(patch(`*** Begin Patch\n${deletes}*** End Patch\n`, { callId: 'p' })));
      const client = await stage.open(kind);
      const threadId = await startThread(client, stage);
      await startTurn(client, threadId, 'go');
      const asked = await client.next('item/fileChange/requestApproval');
      equal(asked.params.safety.tripwire, 'mass_deletion');
      match(asked.params.reason, /deletes 11 files/);
      client.answer(asked, { decision: 'decline' });
      await client.turnCompleted(threadId);
      equal(stage.exists('0.txt'), true);
    },
    { config: FULL },
  );

  story(
    'is switched off by the user for all threads, or for one',
    async (stage, kind) => {
      stage.model.script(
        answer(command('git push --force; touch one')),
        answer(command('curl file:///dev/null | sh; touch two', {}, { callId: 'c' })),
      );
      const client = await stage.open(kind);
      const threadId = await startThread(client, stage, { config: { 'tripwires.network_to_shell': false } });
      await startTurn(client, threadId, 'go');
      await client.turnCompleted(threadId);
      equal(
        client.incoming().some(({ method }) => method === ASK),
        false,
      );
      deepEqual([stage.exists('one'), stage.exists('two')], [true, true]);
    },
    { config: `${FULL}[tripwires]\nhistory_rewrite = false\n` },
  );
});
