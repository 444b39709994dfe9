// `exec_command` and `write_stdin` around the sandbox: what is contained, what is told when it was in the way, and that it fails closed.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Decision } from '../../../server/core/turn/tool.ts';
import type { SandboxPolicy } from '../../../server/protocol/schema/common.ts';
import { asking, type CommandContext } from '../../support/commandContext.ts';
import { CommandTools, printed } from '../../support/commandTools.ts';

const CONTAINED: Decision = { type: 'runSandboxed', reason: '' };

function workspace(changes: Partial<Extract<SandboxPolicy, { type: 'workspaceWrite' }>> = {}): SandboxPolicy {
  return {
    type: 'workspaceWrite',
    writableRoots: [],
    networkAccess: false,
    excludeTmpdirEnvVar: false,
    excludeSlashTmp: false,
    ...changes,
  };
}

describe('a command and the sandbox', () => {
  let tools: CommandTools;
  beforeEach(async () => (tools = await CommandTools.open()));
  afterEach(() => {
    assert.equal(tools.sandbox.open.size, 0, 'a command was not given back to the sandbox');
    return tools.close();
  });

  const turn = (decision: Decision = CONTAINED, sandbox: SandboxPolicy = workspace()): CommandContext =>
    tools.turn({ decision, sandbox });

  it('runs contained where the policy says so, and shows the command as the model wrote it', async () => {
    const context = turn();
    const text = await tools.exec(context.context, { cmd: 'echo "<$CONTAINED>"' });
    assert.equal(printed(text), '<1>\n');
    assert.match(context.item('item/started').command, /^\/bin\/bash -lc 'echo/);
    const [wrapped] = tools.sandbox.wrapped;
    assert.equal(wrapped?.workspace, tools.cwd);
    assert.equal(wrapped?.network, null);
    assert.deepEqual(wrapped?.policy, workspace());
  });

  it('runs as it is where the policy says so', async () => {
    const text = await tools.exec(turn({ type: 'run', reason: '' }).context, { cmd: 'echo "<$CONTAINED>"' });
    assert.equal(printed(text), '<>\n');
    assert.equal(tools.sandbox.wrapped.length, 0);
  });

  it('runs contained after a question that says so, and as it is after one that does not', async () => {
    const inside = await tools.exec(turn(asking('?', { isSandboxed: true })).context, { cmd: 'echo "<$CONTAINED>"' });
    assert.equal(printed(inside), '<1>\n');
    const outside = await tools.exec(turn(asking('?')).context, { cmd: 'echo "<$CONTAINED>"' });
    assert.equal(printed(outside), '<>\n');
  });

  it('does not run when it cannot be contained', async () => {
    const context = turn();
    tools.sandbox.failure = 'no bubblewrap';
    const text = await tools.exec(context.context, { cmd: 'touch made' });
    assert.match(text, /^exec_command was not run\. .*no bubblewrap/);
    assert.ok(!existsSync(join(tools.cwd, 'made')));
    const { status, aggregatedOutput, exitCode } = context.item('item/completed');
    assert.equal(status, 'failed');
    assert.equal(exitCode, null);
    assert.match(aggregatedOutput ?? '', /not run: no bubblewrap/);
    assert.deepEqual(tools.errors.splice(0), ['A command could not be sandboxed and was not run.']);
  });

  it('asks for hosts only where the policy has a network', async () => {
    const context = tools.turn({ decision: CONTAINED, sandbox: workspace({ networkAccess: true }), mayReach: true });
    await tools.exec(context.context, { cmd: 'true' });
    const network = tools.sandbox.wrapped[0]?.network ?? null;
    assert.ok(network !== null);
    assert.equal(await network({ host: 'example.org', port: 443, protocol: 'https' }), true);
  });

  it('gets no keys, but what the user sets for commands', async () => {
    const variables = {
      PATH: process.env['PATH'] ?? '/usr/bin:/bin',
      SOME_API_KEY: 'k',
      GITHUB_TOKEN: 't',
      AWS_PROFILE: 'p',
      AWS_REGION: 'r',
      DATABASE_URL: 'postgres://me:word@localhost/db',
      PLAIN: 'plain',
    };
    const environment = {
      shell: () => ({ path: '/bin/sh', argv: (script: string) => ['/bin/sh', '-c', script] }),
      variables: () => Promise.resolve(variables),
    };
    await tools.exec(turn().context, { cmd: 'true' }, { environment });
    const { PATH, ...rest } = tools.sandbox.wrapped[0]?.env ?? {};
    assert.ok(PATH !== undefined);
    assert.deepEqual(rest, { AWS_REGION: 'r', PLAIN: 'plain' });
  });

  describe('tells the model what was in the way', () => {
    const notices: readonly (readonly [string, string, RegExp])[] = [
      [
        'a place that is read-only',
        'echo "touch: cannot touch \'/opt/x\': Read-only file system" >&2; exit 1',
        /write to \/opt\/x/,
      ],
      ['no network', 'echo "curl: (6) Could not resolve host: example.org"; exit 6', /has no network/],
    ];
    for (const [name, cmd, expected] of notices) {
      it(name, async () => {
        const text = await tools.exec(turn().context, { cmd });
        assert.match(text, /\nNote: this ran in the sandbox, /);
        assert.match(text, expected);
        assert.match(text, /require_escalated/);
      });
    }

    it('but not when the command went well, failed for its own reasons, or ran as it is', async () => {
      const readOnly = 'echo "x: Read-only file system"';
      for (const [decision, cmd] of [
        [CONTAINED, readOnly],
        [CONTAINED, 'echo "no such test"; exit 1'],
        [{ type: 'run', reason: '' }, `${readOnly}; exit 1`],
      ] as const) {
        assert.doesNotMatch(await tools.exec(turn(decision).context, { cmd }), /Note: /);
      }
    });
  });

  it('says in the question for an escalation that the script failed inside', async () => {
    const context = turn();
    const cmd = 'test -n "$OUTSIDE"';
    const tool = tools.tool();
    await tools.run(tool, context.context, { cmd });
    const escalation = turn(asking('It wants out.'));
    await tools.run(tool, escalation.context, { cmd, sandbox_permissions: 'require_escalated' });
    await tools.run(tool, escalation.context, { cmd: `${cmd} ` });
    assert.deepEqual(
      escalation.questions.map(({ ask }) => ask.reason),
      ['It wants out. It was run in the sandbox before and failed there.', 'It wants out.'],
    );
  });

  describe('what is typed', () => {
    it('into a contained command is decided on as something contained', async () => {
      const context = turn();
      await tools.startInBackground(context, { cmd: 'echo ready; read line', tty: true });
      await tools.write(context.context, { session_id: 1001, chars: 'x\n' });
      const typed = context.actions.at(-1);
      assert.ok(typed?.kind === 'command');
      assert.equal(typed.escalated, false);
    });

    it('into a command that was started when more was allowed is decided on as something outside', async () => {
      const network = workspace({ networkAccess: true });
      const readOnly: SandboxPolicy = { type: 'readOnly', networkAccess: false };
      const cases = [
        { started: network, now: workspace(), expected: true },
        { started: workspace(), now: readOnly, expected: true },
        { started: readOnly, now: network, expected: false },
        { started: workspace(), now: network, expected: false },
      ];
      for (const [index, { started, now, expected }] of cases.entries()) {
        await tools.startInBackground(turn(CONTAINED, started), { cmd: 'echo ready; read line', tty: true });
        const later = turn(asking('?'), now);
        await tools.write(later.context, { session_id: 1001 + index, chars: 'x\n' });
        const typed = later.actions.at(-1);
        assert.ok(typed?.kind === 'command');
        assert.equal(typed.escalated, expected, `case ${index}`);
        const reason = later.questions.at(-1)?.ask.reason ?? '';
        assert.equal(reason.includes('started when more was allowed'), expected);
      }
    });

    it('into a command outside of the sandbox is decided on as something outside', async () => {
      const context = turn({ type: 'run', reason: '' });
      await tools.startInBackground(context, { cmd: 'echo ready; read line', tty: true });
      await tools.write(context.context, { session_id: 1001, chars: 'x\n' });
      const typed = context.actions.at(-1);
      assert.ok(typed?.kind === 'command');
      assert.equal(typed.escalated, true);
    });
  });
});
