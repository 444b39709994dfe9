// The command tools of one thread over real processes, as tests drive them; closing it sees that nothing is left running.
import assert from 'node:assert/strict';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCommandRunner } from '../../server/adapters/exec/commandRunner.ts';
import { isGroupAlive } from '../../server/adapters/exec/processGroup.ts';
import { shellAt } from '../../server/core/command/shell.ts';
import type { CommandSpec, Log } from '../../server/core/ports.ts';
import type { Tool, ToolContext, ToolOutput } from '../../server/core/turn/tool.ts';
import { createExecCommand, type ExecCommandDeps } from '../../server/tools/execCommand.ts';
import { createTerminals } from '../../server/tools/terminals.ts';
import { createWriteStdin } from '../../server/tools/writeStdin.ts';
import { SandboxDouble } from './sandboxDouble.ts';
import { CommandContext, type CommandContextOptions } from './commandContext.ts';

/** How many commands may run at once. */
export const LIMIT = 3;

export class CommandTools {
  readonly cwd: string;
  /** Session ids count up from 1001. */
  readonly terminals;
  /** Contains nothing, and tells what it was asked to contain. */
  readonly sandbox = new SandboxDouble();
  /** What went wrong without being an answer. */
  readonly errors: string[] = [];
  readonly #runner = createCommandRunner({ killGraceMs: 200 });
  readonly #pids: number[] = [];

  private constructor(cwd: string) {
    this.cwd = cwd;
    let id = 1000;
    this.terminals = createTerminals({ nextSessionId: () => (id += 1), limit: LIMIT });
  }

  static async open(): Promise<CommandTools> {
    return new CommandTools(await realpath(await mkdtemp(join(tmpdir(), 'bowline-tool-'))));
  }

  async close(): Promise<void> {
    await this.terminals.killAll();
    await this.#runner.dispose();
    assert.ok(this.isQuiet);
    await rm(this.cwd, { recursive: true });
  }

  /** Nothing that was started is left. */
  get isQuiet(): boolean {
    return this.#pids.every((pid) => !isGroupAlive(pid));
  }

  turn(options: Partial<CommandContextOptions> = {}): CommandContext {
    return new CommandContext({ cwd: this.cwd, ...options });
  }

  /** The answer of `exec_command`; `args` as an object or as the text the model wrote. */
  async exec(context: ToolContext, args: unknown, changes: Partial<ExecCommandDeps> = {}): Promise<string> {
    return this.run(this.tool(changes), context, args);
  }

  /** `exec_command` of a thread, which remembers what ran. */
  tool(changes: Partial<ExecCommandDeps> = {}): Tool {
    return createExecCommand({ ...this.#deps(), ...changes });
  }

  async run(tool: Tool, context: ToolContext, args: unknown): Promise<string> {
    const input = typeof args === 'string' ? args : JSON.stringify(args);
    return textOf(await tool.run({ callId: 'call', name: 'exec_command', form: 'function', input }, context));
  }

  async write(context: ToolContext, args: unknown): Promise<string> {
    const tool = createWriteStdin({ terminals: this.terminals });
    const input = JSON.stringify(args);
    return textOf(await tool.run({ callId: 'write', name: 'write_stdin', form: 'function', input }, context));
  }

  /** Starts `cmd`, lets it print `ready`, and has the time to wait pass: it is in the background then. */
  async startInBackground(context: CommandContext, args: { cmd: string; tty?: boolean }): Promise<string> {
    const answer = this.exec(context.context, args);
    await context.until(() => context.output.includes('ready'));
    context.pass(10_000);
    return answer;
  }

  #deps(): ExecCommandDeps {
    const log: Log = {
      debug: () => undefined,
      warn: (message) => void this.errors.push(message),
      error: (message) => void this.errors.push(message),
    };
    return {
      runner: {
        start: (spec: CommandSpec) => {
          const running = this.#runner.start(spec);
          if (running.pid !== null) this.#pids.push(running.pid);
          return running;
        },
      },
      environment: {
        shell: () => shellAt('/bin/bash'),
        variables: () => Promise.resolve({ PATH: process.env['PATH'] ?? '/usr/bin:/bin', SHLVL: '1' }),
      },
      sandbox: this.sandbox,
      terminals: this.terminals,
      log,
    };
  }
}

/** What was printed, without the lines about it. */
export function printed(text: string): string {
  return text.slice(text.indexOf('\nOutput:\n') + 9).replaceAll('\r\n', '\n');
}

function textOf({ output }: ToolOutput): string {
  if (typeof output !== 'string') throw new Error('the output is not text');
  return output;
}
