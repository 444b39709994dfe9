// `exec_command` with real processes: items, approvals, interruption, and arguments that make no sense.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Verdict } from '../../../server/core/turn/tool.ts';
import { asking, type CommandContext } from '../../support/commandContext.ts';
import { CommandTools, printed } from '../../support/commandTools.ts';

describe('exec_command', () => {
  let tools: CommandTools;
  beforeEach(async () => (tools = await CommandTools.open()));
  afterEach(() => tools.close());

  describe('runs a command', () => {
    it('with item, delta and output', async () => {
      const context = tools.turn();
      const text = await tools.exec(context.context, { cmd: 'echo out && echo err >&2' });
      assert.match(
        text,
        /^Chunk ID: [0-9a-f]{6}\nWall time: 0\.0000 seconds\nProcess exited with code 0\nOriginal token count: 2\nOutput:\nout\nerr\n$/,
      );
      assert.equal(context.methods[0], 'item/started');
      assert.equal(context.methods.at(-1), 'item/completed');
      const started = context.item('item/started');
      assert.equal(started.source, 'unifiedExecStartup');
      assert.equal(started.processId, '1001');
      assert.equal(started.command, "/bin/bash -lc 'echo out && echo err >&2'");
      assert.equal(started.aggregatedOutput, null);
      assert.deepEqual(context.item('item/completed'), {
        ...started,
        status: 'completed',
        aggregatedOutput: 'out\nerr\n',
        exitCode: 0,
        durationMs: 0,
        completedAtMs: context.clock.nowMs(),
      });
      assert.equal(tools.terminals.list().length, 0);
      assert.equal(context.clock.timers.length, 0);
    });

    it('that fails', async () => {
      const context = tools.turn();
      assert.match(await tools.exec(context.context, { cmd: 'exit 3' }), /\nProcess exited with code 3\n/);
      const { status, exitCode, aggregatedOutput } = context.item('item/completed');
      assert.deepEqual(
        { status, exitCode, aggregatedOutput },
        { status: 'failed', exitCode: 3, aggregatedOutput: null },
      );
    });

    it('in another folder, with another shell, without a login', async () => {
      const context = tools.turn();
      const text = await tools.exec(context.context, {
        cmd: 'pwd',
        workdir: '..',
        shell: '/bin/sh',
        login: false,
        tty: null,
      });
      assert.equal(printed(text), `${tmpdir()}\n`);
      assert.equal(context.item('item/started').command, '/bin/sh -c pwd');
      assert.equal(context.item('item/started').cwd, tmpdir());
    });

    it('in a folder that is missing: says which', async () => {
      const context = tools.turn();
      assert.match(
        await tools.exec(context.context, { cmd: 'ls', workdir: 'nowhere' }),
        /could not be started: The folder .*nowhere does not exist/,
      );
      const { status, exitCode, aggregatedOutput } = context.item('item/completed');
      assert.equal(status, 'failed');
      assert.equal(exitCode, null);
      assert.match(aggregatedOutput ?? '', /nowhere does not exist/);
    });

    it('with three megabytes: all of it live, the middle cut in the item and for the model', async () => {
      const context = tools.turn();
      const text = await tools.exec(context.context, {
        cmd: 'head -c 3000000 /dev/zero | tr "\\0" x; echo END',
        max_output_tokens: 500,
      });
      assert.equal(context.output.length, 3_000_004);
      const output = context.item('item/completed').aggregatedOutput ?? '';
      assert.ok(output.length <= 1024 * 1024 && output.length > 1_000_000 && output.endsWith('xEND\n'));
      assert.match(output, /bytes left out/);
      assert.ok(text.length < 2200 && text.endsWith('xEND\n'));
      assert.match(text, /Original token count: 750001\n/);
    });

    it('to its time limit', async () => {
      const context = tools.turn();
      assert.match(
        await tools.exec(context.context, { cmd: 'sleep 60' }, { timeLimitMs: 100 }),
        /exited with code 124 \(killed at its time limit\)/,
      );
      assert.equal(context.item('item/completed').status, 'failed');
    });
  });

  describe('understands its arguments or says what is wrong', () => {
    for (const [input, message] of [
      ['{"cmd": ', /not valid JSON/],
      ['{}', /cmd/],
      ['{"cmd": "  "}', /must not be empty/],
      ['{"cmd": ["ls"]}', /cmd/],
      ['[]', /wrong/],
      ['{"cmd": "ls", "yield_time_ms": "long"}', /yield_time_ms/],
      ['{"cmd": "ls", "sandbox_permissions": "all"}', /sandbox_permissions/],
      ['{"cmd": "ls", "shell": "./evil"}', /\.\/evil is not a shell/],
    ] as const) {
      it(input, async () => {
        const context = tools.turn();
        assert.match(await tools.exec(context.context, input), message);
        assert.deepEqual(context.events, []);
      });
    }
  });

  describe('asks', () => {
    const ask = asking('because');

    it('and runs after consent, without a second start', async () => {
      const context = tools.turn({ decision: ask });
      assert.match(await tools.exec(context.context, { cmd: 'echo hi' }), /code 0/);
      const started = context.item('item/started');
      assert.equal(started.source, 'agent');
      assert.equal(started.processId, null);
      const completed = context.item('item/completed');
      assert.equal(completed.source, 'unifiedExecStartup');
      assert.equal(completed.processId, '1001');
      assert.equal(completed.startedAtMs, started.startedAtMs);
    });

    for (const [verdict, status, message] of [
      ['declined', 'declined', /rejected by the user/],
      ['cancelled', 'declined', /aborted by user/],
      ['failed', 'failed', /approval request failed/],
    ] as const) {
      it(`and does not run when ${verdict}`, async () => {
        const context = tools.turn({ decision: ask, answer: () => Promise.resolve(verdict) });
        assert.match(await tools.exec(context.context, { cmd: 'touch made' }), message);
        const item = context.item('item/completed');
        assert.equal(item.status, status);
        assert.equal(item.processId, null);
        assert.equal(item.source, 'agent');
        assert.ok(!existsSync(join(tools.cwd, 'made')));
      });
    }

    it('and does not run when consent comes with an interrupt', async () => {
      const answer = (): Promise<Verdict> => {
        context.interrupt();
        return Promise.resolve('accepted');
      };
      const context: CommandContext = tools.turn({ decision: ask, answer });
      assert.match(await tools.exec(context.context, { cmd: 'touch made' }), /aborted by user/);
      assert.equal(context.item('item/completed').status, 'declined');
      assert.ok(!existsSync(join(tools.cwd, 'made')));
    });

    it('nobody when the policy refuses', async () => {
      const context = tools.turn({ decision: { type: 'refuse', reason: 'policy is never' } });
      assert.match(await tools.exec(context.context, { cmd: 'touch made' }), /not run: policy is never/);
      assert.deepEqual(context.events, []);
      assert.ok(!existsSync(join(tools.cwd, 'made')));
    });
  });

  describe('is interrupted', () => {
    it('while it runs: the whole tree is killed and the item completed', async () => {
      const context = tools.turn();
      const answer = tools.exec(context.context, { cmd: 'sleep 60 & echo $! > child; echo ready; sleep 60' });
      await context.until(() => context.output.includes('ready'));
      context.pass(1100);
      context.interrupt();
      const text = await answer;
      assert.match(text, /Wall time: 1\.1000 seconds\naborted by user\n/);
      const { status, exitCode, aggregatedOutput } = context.item('item/completed');
      assert.deepEqual(
        { status, exitCode, aggregatedOutput },
        { status: 'failed', exitCode: 143, aggregatedOutput: 'ready\n' },
      );
      assert.ok(Number(await readFile(join(tools.cwd, 'child'), 'utf8')) > 0);
      assert.ok(tools.isQuiet);
    });

    it('and ignores the polite signal, or calls it a success: still failed', async () => {
      for (const trap of ['""', '"exit 0"']) {
        const context = tools.turn();
        const answer = tools.exec(context.context, {
          cmd: `trap ${trap} TERM; echo ready; while :; do sleep 0.02; done`,
        });
        await context.until(() => context.output.includes('ready'));
        context.interrupt();
        assert.match(await answer, /aborted by user/);
        assert.equal(context.item('item/completed').status, 'failed');
      }
    });

    it('before it starts: nothing is run and nothing shown', async () => {
      const context = tools.turn();
      context.interrupt();
      assert.match(await tools.exec(context.context, { cmd: 'touch made' }), /aborted by user/);
      assert.deepEqual(context.events, []);
      assert.ok(!existsSync(join(tools.cwd, 'made')));
    });
  });

  it('hands a script that is a patch to who applies patches', async () => {
    const context = tools.turn();
    const text = await tools.exec(
      context.context,
      { cmd: 'apply_patch …', workdir: 'sub' },
      {
        interceptPatch: (script, folder) => ({ patch: script, cwd: folder }),
        applyPatch: (callId, patch) => Promise.resolve({ output: JSON.stringify([callId, patch]) }),
      },
    );
    assert.deepEqual(JSON.parse(text), ['call', { patch: 'apply_patch …', cwd: join(tools.cwd, 'sub') }]);
    assert.deepEqual(context.events, []);
    assert.match(
      await tools.exec(context.context, { cmd: 'echo no patch' }, { interceptPatch: () => null }),
      /no patch/,
    );
  });
});
