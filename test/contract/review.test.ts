// Reviews: their order and ids, their findings as text, what a reviewer may do, and how a review is stopped.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { parseReview } from '../../server/protocol/reviewText.ts';
import { answer, apiError, command, gate, patch, text } from '../support/modelScript.ts';
import { lastUserText, outputOf } from '../support/modelRequest.ts';
import { writeRules } from '../support/ruleStory.ts';
import { playTurn, ROOT_MAY_SANDBOX, startThread, story } from '../support/story.ts';
import { itemsSince, talkIn } from '../support/talk.ts';
import { transcript, type WireClient } from '../support/wireClient.ts';

const LINKED = { kinds: ['linked'] } as const;
const CURRENT = { type: 'uncommittedChanges' } as const;

const finding = (title: string, start: number, end: number) => ({
  title,
  body: 'Goes wrong\nwhen it is empty.',
  confidence_score: 0.9,
  priority: 1,
  code_location: { absolute_file_path: '/x/README.md', line_range: { start, end } },
});
const findings = (...list: object[]): string =>
  JSON.stringify({
    findings: list,
    overall_correctness: 'patch is incorrect',
    overall_explanation: 'Overall bad.',
    overall_confidence_score: 0.9,
  });

describe('a review', () => {
  story('is told in the order and with the ids of the wire', async (stage, kind) => {
    stage.model.script(
      answer(text('base')),
      answer(text(findings(finding('[P1] Bug here', 1, 2)))),
      answer(text('after')),
    );
    const client = await stage.open(kind);
    const threadId = await startThread(client, stage);
    await playTurn(client, threadId, 'one');
    const from = client.lines.length;
    const started = await client.request('review/start', { threadId, target: CURRENT });
    const { params } = await client.turnCompleted(threadId);
    deepEqual(transcript(client.lines.slice(from)), [
      '> review/start',
      '< result review/start',
      '< item/started enteredReviewMode',
      '< item/completed enteredReviewMode',
      '< thread/status/changed active',
      '< turn/started inProgress',
      '< item/started userMessage',
      '< item/completed userMessage',
      '< item/started exitedReviewMode',
      '< item/completed exitedReviewMode',
      '< item/started agentMessage',
      '< item/completed agentMessage',
      '< thread/status/changed idle',
      '< turn/completed completed',
    ]);
    equal(started.reviewThreadId, threadId);
    const { id, items, rootTurnId } = started.turn;
    deepEqual([rootTurnId, items[0].id, items[0].content[0].text], [null, id, 'current changes']);
    const events = client.incoming(from);
    const announced = events.find(({ method }) => method === 'turn/started')?.params.turn;
    ok(announced.id !== id);
    equal(announced.rootTurnId, id);
    ok(events.every(({ params: told }) => told.turnId === undefined || told.turnId === id));
    equal(params.turn.id, id);

    const review =
      'Overall bad.\n\nReview comment:\n\n- [P1] Bug here — /x/README.md:1-2\n  Goes wrong\n  when it is empty.';
    equal(exitIn(client), review);
    equal(params.turn.items[0].text, review);
    deepEqual(parseReview(review).findings[0]?.path, '/x/README.md');

    const asked = await stage.model.request(1);
    ok(!JSON.stringify(asked.input).includes('base'), 'the reviewer has not heard the conversation');
    await playTurn(client, threadId, 'and now?');
    const talk = talkIn(await stage.model.request(2));
    match(talk[2] ?? '', /^user: <user_action>.*current changes/s);
    deepEqual(talk.slice(3), [`assistant: ${review}`, 'user: and now?']);
    const { thread } = await client.request('thread/read', { threadId, includeTurns: true });
    deepEqual(
      thread.turns.map((turn: any) => [turn.status, turn.items.map((item: any) => item.type)]),
      [
        ['completed', ['userMessage', 'agentMessage']],
        ['completed', ['enteredReviewMode', 'userMessage', 'exitedReviewMode', 'agentMessage']],
        ['completed', ['userMessage', 'agentMessage']],
      ],
    );
    equal(thread.turns[1].id, id);
  });

  story(
    'of a branch, of a commit and of whatever is asked for',
    async (stage, kind) => {
      stage.model.otherwise(answer(text('Looks fine to me.')));
      const client = await stage.open(kind);
      const threadId = await startThread(client, stage);
      const label = async (target: any): Promise<string> => {
        const { turn } = await client.request('review/start', { threadId, target });
        await client.turnCompleted(threadId);
        equal(exitIn(client), 'Looks fine to me.', 'what is no JSON passes as it is');
        return turn.items[0].content[0].text;
      };
      equal(await label({ type: 'baseBranch', branch: 'main' }), "changes against 'main'");
      match(lastUserText(await stage.model.request(0)), /git merge-base HEAD main/);
      equal(await label({ type: 'commit', sha: 'abcdef1234567', title: 'Fix it' }), 'commit abcdef1: Fix it');
      match(lastUserText(await stage.model.request(1)), /git show abcdef1234567/);
      equal(await label({ type: 'custom', instructions: ' Look at the tests. ' }), 'Look at the tests.');
      equal(lastUserText(await stage.model.request(2)), 'Look at the tests.');
    },
    LINKED,
  );

  story(
    'writes nothing and asks nobody, whatever the thread allows',
    async (stage, kind) => {
      execFileSync('git', ['init', '-q'], { cwd: stage.workspace });
      stage.write('kept.txt', 'kept');
      const outside = { sandbox_permissions: 'require_escalated', justification: 'because' };
      stage.model.script(
        answer([
          command('git status --porcelain', {}, { callId: 'look' }),
          command('echo x > written.txt', {}, { callId: 'write' }),
          command('touch escalated.txt', outside, { callId: 'escalate' }),
          command('rm -rf /', {}, { callId: 'trip' }),
          patch('*** Begin Patch\n*** Add File: patched.txt\n+x\n*** End Patch\n', { callId: 'patch' }),
        ]),
        answer(text(findings())),
      );
      const client = await stage.open(kind);
      const threadId = await startThread(client, stage, { approvalPolicy: 'untrusted', sandbox: 'danger-full-access' });
      const { turn } = await client.request('review/start', { threadId, target: CURRENT });
      equal((await client.turnCompleted(threadId)).params.turn.status, 'completed');
      deepEqual(
        client.incoming().filter(({ id }) => id !== undefined),
        [],
      );
      for (const name of ['written.txt', 'escalated.txt', 'patched.txt']) equal(stage.exists(name), false, name);
      equal(stage.read('kept.txt'), 'kept');
      const told = await stage.model.request(1);
      match(outputOf(told, 'trip'), /was not run/);
      match(outputOf(told, 'patch'), /unsupported call/);
      const tools: string[] = ((await stage.model.request(0)).body['tools'] as any[]).map(({ name }) => name);
      deepEqual(tools.toSorted(), ['exec_command', 'grep', 'list_dir', 'read_file', 'view_image']);
      equal(exitIn(client), 'Overall bad.');
      ok(
        client.incoming().every(({ params }) => params?.item?.type !== 'commandExecution' || params.turnId === turn.id),
      );
    },
    LINKED,
  );

  for (const sandbox of ['', ROOT_MAY_SANDBOX]) {
    story(
      `runs nothing that a rule allows and that could write (${sandbox === '' ? 'as it is here' : 'sandboxed'})`,
      async (stage, kind) => {
        writeRules(stage, 'prefix_rule(["touch"])');
        stage.model.script(
          answer(command('touch ruled.txt', {}, { callId: 'ruled' })),
          answer(text('Nothing to say.')),
          answer(command('touch allowed.txt', {}, { callId: 'allowed' })),
          answer(text('Done.')),
        );
        const client = await stage.open(kind);
        const threadId = await startThread(client, stage, { approvalPolicy: 'untrusted', sandbox: 'workspace-write' });
        await client.request('review/start', { threadId, target: CURRENT });
        equal((await client.turnCompleted(threadId)).params.turn.status, 'completed');
        equal(stage.exists('ruled.txt'), false);
        equal(exitIn(client), 'Nothing to say.');
        await playTurn(client, threadId, 'go');
        equal(stage.exists('allowed.txt'), true, 'the rule holds, but not for reviewers');
        deepEqual(
          client.incoming().filter(({ id }) => id !== undefined),
          [],
        );
      },
      { kinds: ['linked'], config: `sandbox_mode = "workspace-write"\n${sandbox}` },
    );
  }

  story(
    'is interrupted by either of its ids, and is not to be talked into',
    async (stage, kind) => {
      stage.model.script(answer([gate('one'), text('x')]), answer([gate('two'), text('x')]));
      const client = await stage.open(kind);
      const threadId = await startThread(client, stage);
      for (const which of ['announced', 'own'] as const) {
        const from = client.lines.length;
        const { turn } = await client.request('review/start', { threadId, target: CURRENT });
        const announced = (await client.next('turn/started')).params.turn.id;
        await stage.model.reached(which === 'announced' ? 'one' : 'two');
        const other = await client.ask('turn/interrupt', { threadId, turnId: 'other' });
        equal(other.error?.message, `expected active turn id other but found ${announced}`);
        const input = [{ type: 'text', text: 'x' }];
        const steer = await client.ask('turn/steer', { threadId, expectedTurnId: announced, input });
        equal(steer.error?.message, 'cannot steer a review turn');
        const start = await client.ask('turn/start', { threadId, input });
        equal(start.error?.message, 'failed to submit turn input: ActiveTurnNotSteerable { turn_kind: Review }');
        equal((await client.ask('review/start', { threadId, target: CURRENT })).error?.data.kind, 'turnRunning');
        await client.request('turn/interrupt', { threadId, turnId: which === 'own' ? turn.id : announced });
        const { params } = await client.turnCompleted(threadId);
        deepEqual([params.turn.id, params.turn.status], [turn.id, 'interrupted']);
        deepEqual(itemsSince(client, from), ['enteredReviewMode', 'userMessage', 'exitedReviewMode', 'agentMessage']);
        equal(exitIn(client), 'Reviewer failed to output a response.');
      }
      const { thread } = await client.request('thread/read', { threadId, includeTurns: true });
      deepEqual(
        thread.turns.map((turn: any) => turn.status),
        ['interrupted', 'interrupted'],
      );
    },
    LINKED,
  );

  story(
    'whose model fails says so; the thread goes on, and its count of tokens is right',
    async (stage, kind) => {
      stage.model.script(
        answer(text('one')),
        apiError(400, { message: 'no' }),
        answer(text(findings())),
        answer(text('two')),
      );
      const client = await stage.open(kind);
      const threadId = await startThread(client, stage);
      await playTurn(client, threadId, 'go');
      await client.request('review/start', { threadId, target: CURRENT });
      equal((await client.turnCompleted(threadId)).params.turn.status, 'failed');
      equal(exitIn(client), 'Reviewer failed to output a response.');
      await client.request('review/start', { threadId, target: CURRENT });
      await client.turnCompleted(threadId);
      const { tokenUsage } = client.incoming().findLast(({ method }) => method === 'thread/tokenUsage/updated')!.params;
      deepEqual([tokenUsage.total.totalTokens, tokenUsage.last.totalTokens], [240, 120]);
      equal((await playTurn(client, threadId, 'next')).params.turn.items[0].text, 'two');
    },
    LINKED,
  );

  story(
    'is refused without something to review',
    async (stage, kind) => {
      const client = await stage.open(kind);
      const threadId = await startThread(client, stage);
      const refusal = async (target: object, more = {}): Promise<any> =>
        (await client.ask('review/start', { threadId, target, ...more })).error;
      for (const target of [
        { type: 'baseBranch', branch: ' ' },
        { type: 'commit', sha: '', title: null },
        { type: 'custom', instructions: '\n' },
      ])
        match((await refusal(target)).message, /must not be empty/);
      equal((await refusal({ type: 'nothing' })).code, -32602);
      equal((await refusal(CURRENT, { delivery: 'detached' })).code, -32602);
      const unknown = '01a2b3c4-0000-7000-8000-000000000000';
      equal((await refusal(CURRENT, { threadId: unknown })).message, `thread not found: ${unknown}`);
    },
    LINKED,
  );
});

function exitIn(client: WireClient): string {
  return client
    .incoming()
    .findLast(({ method, params }) => method === 'item/completed' && params.item.type === 'exitedReviewMode')?.params
    .item.review;
}
