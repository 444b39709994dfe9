// Rules: what is remembered, what is forbidden, whose files count, and how they are listed, switched and removed.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { outputOf } from '../support/modelRequest.ts';
import {
  askedTo,
  CAREFUL,
  playCommand,
  questions,
  refusal,
  remember,
  ruleFile,
  writeRules,
  writeTool,
} from '../support/ruleStory.ts';
import { startThread, story } from '../support/story.ts';

describe('accept and remember', () => {
  story(
    'writes the smallest rule; what it covers asks no more, after a restart too, and what it does not covers asks',
    async (stage, kind) => {
      writeTool(stage);
      const server = await stage.start(kind);
      const client = await server.connect();
      await client.initialize();
      const threadId = await startThread(client, stage);
      const asked = await askedTo(client, stage, threadId, './tool.sh one');
      deepEqual(asked.params.proposedExecpolicyAmendment, ['./tool.sh']);
      deepEqual(asked.params.availableDecisions, [
        'accept',
        'acceptForSession',
        { acceptWithExecpolicyAmendment: { execpolicy_amendment: ['./tool.sh'] } },
        'decline',
        'cancel',
      ]);
      remember(client, asked);
      await client.next('rule/changed');
      await client.turnCompleted(threadId);
      equal(readFileSync(ruleFile(stage), 'utf8'), 'prefix_rule(pattern=["./tool.sh"], decision="allow")\n');
      await playCommand(client, stage, threadId, './tool.sh two && ls');
      equal(stage.read('ran'), 'one\ntwo\n');
      equal(questions(client), 1);
      await server.stop();
      const next = await stage.open(kind);
      const other = await startThread(next, stage);
      await playCommand(next, stage, other, './tool.sh three');
      equal(stage.read('ran'), 'one\ntwo\nthree\n');
      equal(questions(next), 0);
      next.answer(await askedTo(next, stage, other, 'touch other'), { decision: 'decline' });
      await next.turnCompleted(other);
      equal(stage.exists('other'), false);
    },
    CAREFUL,
  );

  story(
    'adds to what the user wrote, and takes a longer prefix of the same command',
    async (stage, kind) => {
      writeTool(stage);
      const own = '# mine\nprefix_rule(["make", "x"]) # kept';
      writeRules(stage, own);
      const client = await stage.open(kind);
      const threadId = await startThread(client, stage);
      remember(client, await askedTo(client, stage, threadId, './tool.sh a b'), ['./tool.sh', 'a']);
      await client.turnCompleted(threadId);
      equal(
        readFileSync(ruleFile(stage), 'utf8'),
        `${own}\nprefix_rule(pattern=["./tool.sh", "a"], decision="allow")\n`,
      );
      equal(stage.read('ran'), 'a b\n');
    },
    CAREFUL,
  );

  for (const [words, pattern] of [
    ['a shorter prefix', ['npm']],
    ['no words', []],
    ['another command', ['git', 'push']],
    ['words that the command has not', ['npm', 'test', '--', 'other']],
  ] satisfies [string, string[]][]) {
    story(
      `${words}: runs once, remembers nothing, and says why`,
      async (stage, kind) => {
        const client = await stage.open(kind);
        const threadId = await startThread(client, stage);
        remember(client, await askedTo(client, stage, threadId, 'npm test --version'), pattern);
        match((await client.next('warning')).params.message, /was not remembered/);
        await client.turnCompleted(threadId);
        equal(existsSync(ruleFile(stage)), false);
      },
      CAREFUL,
    );
  }

  story(
    'what a tripwire asks about is never remembered',
    async (stage, kind) => {
      const client = await stage.open(kind);
      const threadId = await startThread(client, stage);
      const asked = await askedTo(client, stage, threadId, 'git push --force origin main');
      equal(asked.params.safety.tripwire, 'history_rewrite');
      equal(asked.params.proposedExecpolicyAmendment, null);
      deepEqual(asked.params.availableDecisions, ['accept', 'decline', 'cancel']);
      remember(client, asked, ['git', 'push']);
      match((await client.next('warning')).params.message, /was not remembered/);
      await client.turnCompleted(threadId);
      equal(existsSync(ruleFile(stage)), false);
    },
    CAREFUL,
  );

  story(
    'a file that cannot be used: the command runs, and the user is told that nothing was remembered',
    async (stage, kind) => {
      writeTool(stage);
      writeRules(stage, 'prefix_rule(\n');
      const client = await stage.open(kind);
      const threadId = await startThread(client, stage);
      remember(client, await askedTo(client, stage, threadId, './tool.sh once'));
      match((await client.next('warning')).params.message, /not remembered: .*default\.rules, line 2/);
      await client.turnCompleted(threadId);
      equal(stage.read('ran'), 'once\n');
      equal(readFileSync(ruleFile(stage), 'utf8'), 'prefix_rule(\n');
    },
    CAREFUL,
  );

  story(
    'a folder in its place: the command runs, and the user is told that nothing was remembered',
    async (stage, kind) => {
      writeTool(stage);
      writeFileSync(join(stage.home, 'rules'), 'no folder');
      const client = await stage.open(kind);
      const threadId = await startThread(client, stage);
      remember(client, await askedTo(client, stage, threadId, './tool.sh once'));
      match((await client.next('warning')).params.message, /not remembered/);
      await client.turnCompleted(threadId);
      equal(stage.read('ran'), 'once\n');
    },
    CAREFUL,
  );
});

describe('rules of the files', () => {
  story('forbid with their reason, without a question, in every mode', async (stage, kind) => {
    writeRules(
      stage,
      'prefix_rule(["touch"], "forbidden", justification="Use the editor.")\nprefix_rule(["touch", "ran"], "allow")',
    );
    const client = await stage.open(kind);
    for (const sandbox of ['danger-full-access', 'workspace-write']) {
      const threadId = await startThread(client, stage, { sandbox });
      await playCommand(client, stage, threadId, 'touch ran');
      const { length } = stage.model.requests;
      match(outputOf(await stage.model.request(length - 1), 'c1'), /A rule forbids `touch`\. Use the editor\./);
    }
    equal(stage.exists('ran'), false);
    equal(questions(client), 0);
  });

  story('ask with their reason under full access too', async (stage, kind) => {
    writeRules(stage, 'prefix_rule(["touch"], "prompt", justification="It is mine.")');
    const client = await stage.open(kind);
    const threadId = await startThread(client, stage, { sandbox: 'danger-full-access', approvalPolicy: 'on-request' });
    const asked = await askedTo(client, stage, threadId, 'touch ran');
    match(asked.params.reason, /A rule asks before `touch`\. It is mine\./);
    client.answer(asked, { decision: 'decline' });
    await client.turnCompleted(threadId);
  });

  story(
    'of a workspace count only when it is trusted',
    async (stage, kind) => {
      writeTool(stage);
      writeRules(stage, 'prefix_rule(["./tool.sh"])', join(stage.workspace, '.bowline'));
      const client = await stage.open(kind);
      const threadId = await startThread(client, stage);
      client.answer(await askedTo(client, stage, threadId, './tool.sh no'), { decision: 'decline' });
      await client.turnCompleted(threadId);
      const untrusted = await client.request('rule/list', { cwd: stage.workspace });
      deepEqual(untrusted.data, []);
      match(untrusted.problems[0].message, /not trusted/);
      appendFileSync(
        join(stage.home, 'config.toml'),
        `\n[projects.${JSON.stringify(stage.workspace)}]\ntrust_level = "trusted"\n`,
      );
      const trusted = await client.request('rule/list', { cwd: stage.workspace });
      deepEqual(
        trusted.data.map(({ scope, pattern }: { scope: string; pattern: string[] }) => [scope, pattern]),
        [['workspace', ['./tool.sh']]],
      );
      deepEqual(trusted.problems, []);
      await playCommand(client, stage, threadId, './tool.sh yes');
      equal(stage.read('ran'), 'yes\n');
      deepEqual((await client.request('rule/list', {})).data, []);
    },
    CAREFUL,
  );

  story(
    'are read again when somebody changes them',
    async (stage, kind) => {
      writeTool(stage);
      const client = await stage.open(kind);
      const threadId = await startThread(client, stage);
      client.answer(await askedTo(client, stage, threadId, './tool.sh no'), { decision: 'decline' });
      await client.turnCompleted(threadId);
      writeRules(stage, 'prefix_rule(["./tool.sh"])');
      await playCommand(client, stage, threadId, './tool.sh yes');
      equal(stage.read('ran'), 'yes\n');
      ok(client.incoming().some(({ method }) => method === 'rule/changed'));
    },
    CAREFUL,
  );
});

describe('rule/list, rule/setEnabled and rule/remove', () => {
  const FILE = [
    '# what I allow',
    'prefix_rule(["./tool.sh"], justification="Mine.")  # at work',
    '',
    'network_rule("Example.com", "https", "deny")',
    'prefix_rule(',
    '    pattern = ["git", ["status", "log"]],',
    '    decision = "prompt",',
    ')',
    '',
  ].join('\n');

  story(
    'list, switch off and on, and remove, and leave everything else as it is',
    async (stage, kind) => {
      writeTool(stage);
      writeRules(stage, FILE);
      const client = await stage.open(kind);
      const { data, problems } = await client.request('rule/list', {});
      deepEqual(problems, []);
      const path = ruleFile(stage);
      const [tool, host, git] = data;
      const home = { path, scope: 'home', isEnabled: true };
      deepEqual(tool, {
        ...home,
        id: tool.id,
        kind: 'command',
        decision: 'allow',
        justification: 'Mine.',
        line: 2,
        pattern: ['./tool.sh'],
      });
      deepEqual(host, {
        ...home,
        id: host.id,
        kind: 'network',
        decision: 'forbidden',
        justification: null,
        line: 4,
        host: 'example.com',
      });
      deepEqual(git, {
        ...home,
        id: git.id,
        kind: 'command',
        decision: 'prompt',
        justification: null,
        line: 5,
        pattern: ['git', ['status', 'log']],
      });

      await client.request('rule/setEnabled', { id: tool.id, isEnabled: false });
      await client.next('rule/changed');
      await client.request('rule/setEnabled', { id: git.id, isEnabled: false });
      equal(
        readFileSync(path, 'utf8'),
        [
          '# what I allow',
          '# disabled: prefix_rule(["./tool.sh"], justification="Mine.")  # at work',
          '',
          'network_rule("Example.com", "https", "deny")',
          '# disabled: prefix_rule(',
          '# disabled:     pattern = ["git", ["status", "log"]],',
          '# disabled:     decision = "prompt",',
          '# disabled: )',
          '',
        ].join('\n'),
      );
      deepEqual((await client.request('rule/list', {})).data, [
        { ...tool, isEnabled: false },
        host,
        { ...git, isEnabled: false },
      ]);
      const threadId = await startThread(client, stage);
      client.answer(await askedTo(client, stage, threadId, './tool.sh no'), { decision: 'decline' });
      await client.turnCompleted(threadId);

      await client.request('rule/setEnabled', { id: tool.id, isEnabled: true });
      await client.request('rule/setEnabled', { id: git.id, isEnabled: true });
      equal(readFileSync(path, 'utf8'), FILE);
      await playCommand(client, stage, threadId, './tool.sh yes');
      equal(stage.read('ran'), 'yes\n');

      await client.request('rule/remove', { id: git.id });
      await client.request('rule/remove', { id: tool.id });
      equal(readFileSync(path, 'utf8'), '# what I allow\n\nnetwork_rule("Example.com", "https", "deny")\n');
      match(await refusal(client, 'rule/remove', { id: tool.id }), /no such rule/);
    },
    CAREFUL,
  );

  story('name the file, the line and what is wrong', async (stage, kind) => {
    writeRules(stage, 'prefix_rule(["git"])\nA = "x"\nprefix_rule(["go"], match=["gone"])\n');
    const client = await stage.open(kind);
    const { problems } = await client.request('rule/list', {});
    deepEqual(
      problems.map(({ path, line }: { path: string; line: number }) => [path, line]),
      [
        [ruleFile(stage), 2],
        [ruleFile(stage), 3],
      ],
    );
    match(problems[0].message, /^Only calls of prefix_rule, network_rule and host_executable are understood/);
    match(problems[1].message, /^The rule does not match its example `gone`/);
  });
});
