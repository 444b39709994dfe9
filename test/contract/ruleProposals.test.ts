// The proposal of a rule: what it covers and what not, held against what was run before.
import { deepEqual, equal, match } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { askedTo, CAREFUL, refusal, remember, ruleFile } from '../support/ruleStory.ts';
import { startThread, story } from '../support/story.ts';

describe('rule/propose', () => {
  story(
    'shows the rule, what it covers and what not, and holds it against past commands of all threads',
    async (stage, kind) => {
      const client = await stage.open(kind);
      const first = await startThread(client, stage);
      const second = await startThread(client, stage);
      for (const [threadId, script, decision] of [
        [first, 'git commit --dry-run -m one', 'accept'],
        [first, 'git commit --dry-run -m two', 'decline'],
        [second, 'git commit --dry-run -m three && ls', 'accept'],
        [second, 'git tag -d none', 'decline'],
        [second, 'touch other', 'decline'],
      ] as const) {
        client.answer(await askedTo(client, stage, threadId, script), { decision });
        await client.turnCompleted(threadId);
      }
      const asked = await askedTo(client, stage, second, 'git commit --dry-run -m four');
      const proposal = await client.request('rule/propose', { threadId: second, requestId: asked.id ?? -1 });
      deepEqual(proposal, {
        pattern: ['git', 'commit'],
        text: 'prefix_rule(pattern=["git", "commit"], decision="allow")',
        covers: [
          'git commit --dry-run -m four',
          'git commit',
          'git commit --dry-run -m three && ls',
          'git commit --dry-run -m two',
        ],
        doesNotCover: ['git tag -d none', 'git', 'sudo git commit', './git commit'],
        history: { total: 6, covered: 4, declined: ['git commit --dry-run -m two'] },
      });
      remember(client, asked, proposal.pattern);
      await client.turnCompleted(second);
      equal(readFileSync(ruleFile(stage), 'utf8'), `${proposal.text}\n`);
      match(await refusal(client, 'rule/propose', { threadId: second, requestId: asked.id ?? -1 }), /no open request/);
    },
    CAREFUL,
  );

  story(
    'refuses where no rule covers the command and not much more',
    async (stage, kind) => {
      const client = await stage.open(kind);
      const threadId = await startThread(client, stage);
      const asked = await askedTo(client, stage, threadId, 'python3 -c "print(1)"');
      match(await refusal(client, 'rule/propose', { threadId, requestId: asked.id ?? -1 }), /asked each time/);
      client.answer(asked, { decision: 'decline' });
      await client.turnCompleted(threadId);
    },
    CAREFUL,
  );
});
