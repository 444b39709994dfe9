// Commands in the background: they outlive their turn, are written to, looked at and ended.
import assert from 'node:assert/strict';
import type { ToolContext } from '../../../server/core/turn/tool.ts';
import { stillHeld } from '../../support/garbage.ts';
import { CommandTools, LIMIT, printed } from '../../support/commandTools.ts';

describe('terminals', () => {
  let tools: CommandTools;
  beforeEach(async () => (tools = await CommandTools.open()));
  afterEach(() => tools.close());

  describe('in the background', () => {
    it('goes on after its turn and completes its item there', async () => {
      const first = tools.turn({ turnId: 'first' });
      const text = await tools.startInBackground(first, {
        cmd: 'mkfifo go; echo ready; read line < go; echo "late $line"',
      });
      assert.match(text, /\nProcess running with session ID 1001\n/);
      assert.equal(printed(text), 'ready\n');
      assert.deepEqual(
        tools.terminals.list().map(({ sessionId, itemId, state }) => [sessionId, itemId, state]),
        [[1001, 'call', 'background']],
      );
      first.interrupt();
      assert.ok(!first.isCompleted);

      const second = tools.turn({ turnId: 'second', clock: first.clock });
      assert.match(await tools.exec(second.context, { cmd: 'echo news > go' }), /code 0/);
      await first.until(() => first.isCompleted);
      const item = first.item('item/completed');
      assert.equal(item.status, 'completed');
      assert.equal(item.aggregatedOutput, 'ready\nlate news\n');
      assert.equal(item.durationMs, 10_000);
      assert.equal(tools.terminals.list().length, 0);

      const rest = await tools.write(second.context, { session_id: 1001 });
      assert.match(rest, /exited with code 0/);
      assert.equal(printed(rest), 'late news\n');
      assert.match(await tools.write(second.context, { session_id: 1001 }), /no session 1001.*No session is running/);
    });

    it('keeps nothing of its turn once it has ended, but its output', async function () {
      // the collector of Bun takes whatever looks like an address on the stack for a reference
      if ('Bun' in globalThis) this.skip();
      const turns = [
        await startAndEnd(tools, { cmd: 'mkfifo go; echo ready; read line < go; echo Read-only file system; exit 3' }),
      ];
      // the runner forgets an ended process at the latest when it starts the next one
      await tools.exec(tools.turn().context, { cmd: 'true' });
      assert.deepEqual(await stillHeld(turns), []);
      const rest = await tools.write(tools.turn().context, { session_id: 1001 });
      assert.match(rest, /exited with code 3/);
      assert.match(rest, /ran in the sandbox/);
    });

    it('can be killed by its process id', async () => {
      const context = tools.turn();
      await tools.startInBackground(context, { cmd: 'echo ready; sleep 60' });
      assert.equal(await tools.terminals.kill('999'), false);
      assert.equal(await tools.terminals.kill('1001'), true);
      const { status, exitCode } = context.item('item/completed');
      assert.deepEqual({ status, exitCode }, { status: 'failed', exitCode: 143 });
    });

    it('is ended with its thread', async () => {
      const contexts = [tools.turn(), tools.turn()];
      for (const context of contexts) await tools.startInBackground(context, { cmd: 'echo ready; sleep 60' });
      await tools.terminals.killAll();
      assert.ok(contexts.every((context) => context.isCompleted));
      assert.equal(tools.terminals.find(1001), null);
    });

    it('has a limit', async () => {
      for (let count = 0; count < LIMIT; count += 1)
        await tools.startInBackground(tools.turn(), { cmd: 'echo ready; sleep 60' });
      const context = tools.turn();
      assert.match(
        await tools.exec(context.context, { cmd: 'true' }),
        /too many commands[^]*session 1001: \/bin\/bash/,
      );
      assert.deepEqual(context.events, []);
    });

    it('does not fall over when its item cannot be recorded', async () => {
      const context = tools.turn();
      const broken: ToolContext = {
        ...context.context,
        record: () => diskFull(),
        completeItem: () => diskFull(),
      };
      assert.match(await tools.exec(broken, { cmd: 'echo a; sleep 0.05; echo b' }), /code 0[^]*a\nb\n/);
      assert.equal(tools.errors.length, 2);
    });
  });

  describe('write_stdin', () => {
    const dialogue = 'echo ready; while read line; do echo "got $line"; done; echo bye';

    it('holds a dialogue', async () => {
      const context = tools.turn();
      await tools.startInBackground(context, { cmd: dialogue, tty: true });
      for (const word of ['one', 'two']) {
        const answer = tools.write(context.context, { session_id: 1001, chars: `${word}\n` });
        await context.until(() => context.output.includes(`got ${word}`));
        context.pass(250);
        const text = await answer;
        assert.ok(printed(text).includes(`got ${word}\n`));
        assert.match(text, /Process running with session ID 1001/);
      }
      const interactions = context.events.flatMap((event) =>
        event.method === 'item/commandExecution/terminalInteraction' ? [event.params] : [],
      );
      assert.deepEqual(interactions[0], {
        threadId: 'thread',
        turnId: 'turn',
        itemId: 'call',
        processId: '1001',
        stdin: 'one\n',
      });
      assert.equal(interactions.length, 2);
    });

    it('returns as soon as the command ends', async () => {
      const context = tools.turn();
      await tools.startInBackground(context, { cmd: 'echo ready; read line; exit 4', tty: true });
      assert.match(await tools.write(context.context, { session_id: '1001', chars: 'x\n' }), /exited with code 4/);
    });

    it('only looks without text, and tells nobody', async () => {
      const context = tools.turn();
      await tools.startInBackground(context, { cmd: 'echo ready; sleep 60' });
      const answer = tools.write(context.context, { session_id: 1001 });
      context.pass(5000);
      assert.equal(printed(await answer), '');
      assert.ok(!context.methods.includes('terminalInteraction'));
    });

    it('goes on in the background when the turn is interrupted', async () => {
      const context = tools.turn();
      await tools.startInBackground(context, { cmd: 'echo ready; sleep 60' });
      const answer = tools.write(context.context, { session_id: 1001 });
      context.interrupt();
      assert.match(await answer, /aborted by user\nProcess running with session ID 1001/);
      assert.equal(tools.terminals.list().length, 1);
    });

    it('says that a command without input cannot be written to, but ends it on Ctrl-C', async () => {
      const context = tools.turn();
      await tools.startInBackground(context, { cmd: 'echo ready; sleep 60' });
      assert.match(await tools.write(context.context, { session_id: 1001, chars: 'x' }), /has no input.*"tty": true/);
      assert.match(await tools.write(context.context, { session_id: 1001, chars: '\u0003' }), /exited with code 143/);
    });

    it('says what is wrong with its arguments', async () => {
      const { context } = tools.turn();
      assert.match(await tools.write(context, {}), /session_id/);
      assert.match(await tools.write(context, { session_id: 'x' }), /session_id/);
    });
  });
});

function diskFull(): never {
  throw new Error('disk full');
}

/** The context of the turn of a sandboxed command in the background that has ended, held by nobody here. */
async function startAndEnd(tools: CommandTools, args: { cmd: string }): Promise<WeakRef<ToolContext>> {
  const turn = tools.turn({ decision: { type: 'runSandboxed', reason: '' } });
  await tools.startInBackground(turn, args);
  await tools.exec(tools.turn().context, { cmd: 'echo news > go' });
  await turn.until(() => turn.isCompleted);
  return new WeakRef(turn.context);
}
